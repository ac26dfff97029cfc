"""Changes of a running loan: asked for with a reason by one person, decided on by another, and taken back if wrong."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.fields.ranges import DateRange
from django.db import transaction

from audit.services import record
from audit.transitions import transition
from core.display import dmy
from core.errors import NotAllowed
from engine.money import ZERO
from engine.money import naira as checked_naira
from engine.schedules import Method
from ledger import chart
from ledger.services import accounts_by_code, lock_accounts, post_entry, reverse_entry
from loans import change_messages, postings, story
from loans.eligibility.cost import METHODS
from loans.errors import (
    BadChange,
    ChangeDecided,
    ChangeNotStanding,
    ChangeWaits,
    NotRunning,
    NotYourOwnLoan,
    ReasonNeeded,
    TooManyRestructures,
    YourOwnRequest,
)
from loans.models import ChangeKind, HolidayReason, Loan, LoanChange, LoanPause, PauseReason
from loans.selectors.changes import Comparison, ahead, compare, days_late, restructures, watched_until
from loans.services.books import Book, Retold, books_of, keep_schedule, keep_standing, lock_loans, retell
from loans.services.closures import accounts_of_guarantors, close_loans, promises_ended_by_closing, reopen_loan
from loans.services.holds import settle_holds
from loans.services.repayments import accounts_of_telling, post_again
from loans.states import ChangeStatus, LoanStatus
from users.models import User

MOST_MONTHS = 60
HIGHEST_RATE = Decimal(100)


def compare_change(*, loan: Loan, kind: str, effective_on: date, terms: dict[str, Any]) -> Comparison:
    """Show what a change would do before anybody decides on it; nothing is written.

    The loan comes with version, member and payout. Raises BadChange when the terms are not those of its kind, cannot be
    had on this loan, or would change nothing on it.
    """
    seen = compare(LoanChange(loan=loan, kind=kind, effective_on=effective_on, terms=clean_terms(loan, kind, terms)))
    if seen.changes_nothing:
        raise BadChange(f"This would change nothing on loan {loan.serial}. Look at the day and the figures again.")
    return seen


@transaction.atomic
def ask_change(
    *, loan: Loan, kind: str, effective_on: date, terms: dict[str, Any], reason: str, by: User, at: datetime,
    resolution: str = "",
) -> LoanChange:  # fmt: skip
    """Ask for a change of a running loan. It does nothing until another person decides on it.

    `terms` by kind: holiday `months`, `why` and `interest_runs`; restructure `months` and, where it changes, the
    `annual_rate_percent`; waiver `interest` and `penalty` in naira; write-off none, with the `resolution` of the
    general meeting. The same, asked for again by the same person while it waits, is the same request.
    Raises NotRunning, NotYourOwnLoan, ReasonNeeded, BadChange, ChangeWaits, TooManyRestructures.
    """
    loan = lock_loans([loan.pk])[loan.pk]
    _refuse(loan, effective_on, by)
    if not reason.strip():
        raise ReasonNeeded()
    if kind == ChangeKind.WRITE_OFF and not resolution.strip():
        raise BadChange(
            "A loan is written off by the general meeting. Name its resolution and date.", field="resolution"
        )
    asked = {
        "effective_on": effective_on, "terms": clean_terms(loan, kind, terms), "reason": reason.strip(),
        "resolution": resolution.strip(), "asked_by": by,
    }  # fmt: skip
    waits = LoanChange.objects.waiting().filter(loan=loan, kind=kind).first()
    if waits is not None:
        if all(getattr(waits, name) == value for name, value in asked.items()):
            return waits
        raise ChangeWaits()
    if kind == ChangeKind.RESTRUCTURE:
        _refuse_one_too_many(loan)
    compare(LoanChange(loan=loan, kind=kind, **asked))
    change = LoanChange.objects.create(loan=loan, kind=kind, asked_at=at, **asked)
    change_messages.tell_of_asking(change)
    record("loans.change.requested", by=by, subject=change, at=at, loan=loan.serial, kind=kind, terms=change.terms)
    return change


@transaction.atomic
def approve_change(*, change: LoanChange, by: User, at: datetime) -> LoanChange:
    """Put a change in force, by another person than who asked for it. The loan's story is told again with it.

    Payments that were entered for later days than the change's are posted anew where they come out otherwise. What it
    came to is kept with it. Who approved it already is told the same again.
    Raises ChangeDecided, YourOwnRequest, NotYourOwnLoan, NotRunning, TooManyRestructures.
    """
    loan, change = _locked(change)
    if change.status == ChangeStatus.APPROVED and change.decided_by_id == by.pk:
        return change
    _refuse_decider(loan, change, by, "You asked for this change yourself. Another person decides on it.")
    _refuse(loan, change.effective_on, by)
    watch = {}
    if change.kind == ChangeKind.RESTRUCTURE:
        _refuse_one_too_many(loan)
        watch = _watch(loan, change.effective_on)
    transition(change, ChangeStatus.APPROVED, by=by, at=at, decided_by=by, decided_at=at, **watch)
    if change.kind == ChangeKind.HOLIDAY:
        _pause(loan, change, by)
    told = retell(_book(loan))
    write_told(told, because=f"{change.get_kind_display()} of {dmy(change.effective_on)}", by=by, at=at)
    change = next(one for one, _ in told.changes if one.pk == change.pk)
    change.loan = loan
    if change.kind == ChangeKind.WRITE_OFF:
        _write_off(loan, change, by=by, at=at)
    change_messages.tell_of_approval(change, ahead(told.book.position, change.effective_on))
    return change


@transaction.atomic
def decline_change(*, change: LoanChange, reason: str, by: User, at: datetime) -> LoanChange:
    """Decline a change, by another person than who asked for it; the member and who asked read the reason.

    Raises ChangeDecided, YourOwnRequest, NotYourOwnLoan, ReasonNeeded.
    """
    loan, change = _locked(change)
    if change.status == ChangeStatus.DECLINED and change.decided_by_id == by.pk:
        return change
    _refuse_decider(loan, change, by, "You asked for this change yourself. Take it back, or let another person decide.")
    if not reason.strip():
        raise ReasonNeeded()
    transition(
        change, ChangeStatus.DECLINED, by=by, at=at, decided_by=by, decided_at=at, why_ended=reason.strip()
    )  # fmt: skip
    change_messages.tell_of_declining(change)
    return change


@transaction.atomic
def withdraw_change(*, change: LoanChange, by: User, at: datetime) -> LoanChange:
    """Take one's own request back while nobody has decided on it. Raises ChangeDecided, NotAllowed."""
    _, change = _locked(change)
    if change.asked_by_id != by.pk:
        raise NotAllowed("Who asked for this change takes the request back. You can decline it.")
    if change.status == ChangeStatus.WITHDRAWN:
        return change
    if change.status != ChangeStatus.REQUESTED:
        raise ChangeDecided()
    transition(change, ChangeStatus.WITHDRAWN, by=by, at=at)
    change_messages.tell_of_withdrawing(change)
    return change


@transaction.atomic
def take_change_back(*, change: LoanChange, reason: str, by: User, on: date, at: datetime) -> LoanChange:
    """Take a change back that was a mistake: the loan's story is told again without it.

    A loan that the change had closed is open again, its certificate void. Who took it back already is told the same
    again. Raises ChangeNotStanding, ReasonNeeded, NotYourOwnLoan.
    """
    loan, change = _locked(change)
    if change.status == ChangeStatus.REVERSED and change.taken_back_by_id == by.pk:
        return change
    if change.status != ChangeStatus.APPROVED:
        raise ChangeNotStanding()
    if not reason.strip():
        raise ReasonNeeded()
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    transition(
        change, ChangeStatus.REVERSED, by=by, at=at, taken_back_by=by, taken_back_at=at, why_ended=reason.strip()
    )  # fmt: skip
    if change.kind == ChangeKind.HOLIDAY:
        _end_pause(loan, change)
    if change.entry_id is not None:
        lock_accounts(ids=[loan.account_id])
        reverse_entry(entry=change.entry, reference=f"{change.entry.reference}/reversed", reason=reason, on=on, by=by)
        transition(loan, LoanStatus.ACTIVE, by=by, at=at)
        loan.status = LoanStatus.ACTIVE
    write_told(retell(_book(loan)), because=reason.strip(), by=by, at=at)
    record("loans.change.taken_back", by=by, subject=change, at=at, loan=loan.serial, reason=reason.strip())
    change_messages.tell_of_taking_back(change)
    return change


def _locked(change: LoanChange) -> tuple[Loan, LoanChange]:
    """The change and its loan, locked; the loan first, so that two who decide on changes of one loan go in turn."""
    loan = lock_loans([change.loan_id])[change.loan_id]
    change = LoanChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    change.loan = loan
    return loan, change


def _refuse_decider(loan: Loan, change: LoanChange, by: User, own_request: str) -> None:
    if change.status != ChangeStatus.REQUESTED:
        raise ChangeDecided()
    if change.asked_by_id == by.pk:
        raise YourOwnRequest(own_request)
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()


def clean_terms(loan: Loan, kind: str, terms: dict[str, Any]) -> dict[str, Any]:
    """The terms of a change as they are stored, each checked; raises BadChange with what to enter."""
    if kind == ChangeKind.WRITE_OFF:
        return {}
    if kind == ChangeKind.WAIVER:
        amounts = {name: _amount(terms.get(name, ZERO), name) for name in ("interest", "penalty")}
        if not any(amounts.values()):
            raise BadChange("Enter how much interest or penalty is waived.", field="interest")
        return {name: str(amount) for name, amount in amounts.items()}
    months = terms.get("months")
    if not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        raise BadChange(f"Enter a number of months from 1 to {MOST_MONTHS}.", field="months")
    if kind == ChangeKind.HOLIDAY:
        if terms.get("why") not in HolidayReason.values:
            raise BadChange("Choose why the payments rest.", field="why")
        return {"months": months, "why": str(terms["why"]), "interest_runs": bool(terms.get("interest_runs", True))}
    cleaned: dict[str, Any] = {"months": months}
    if terms.get("annual_rate_percent") is not None:
        rate = Decimal(terms["annual_rate_percent"])
        if not 0 <= rate <= HIGHEST_RATE or (rate and METHODS[loan.method] is Method.INTEREST_FREE):
            raise BadChange("Enter a yearly rate from 0 to 100; an interest-free loan has none.", field="rate")
        cleaned["annual_rate_percent"] = str(rate)
    return cleaned


def _amount(given: Any, name: str) -> Decimal:
    try:
        return checked_naira(Decimal(given), name)
    except (InvalidOperation, ValueError) as refused:
        raise BadChange(f"Enter the {name} in naira and kobo.", field=name) from refused


def _refuse(loan: Loan, on: date, by: User) -> None:
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so there is nothing to change.")
    begun = story.started_on(loan)
    if begun is None or on < max(begun, loan.registered_on):
        raise BadChange(f"Loan {loan.serial} began later than that. Enter a later day.", field="effective_on")


def _refuse_one_too_many(loan: Loan) -> None:
    had, most = restructures(loan)
    if had >= most:
        raise TooManyRestructures(
            f"Loan {loan.serial} was given new terms {had} times, the most that its product allows."
        )


def _book(loan: Loan) -> Book:
    return books_of([loan])[loan.pk]


def write_told(told: Retold, *, because: str, by: User, at: datetime) -> None:
    """Write what a story comes to now; where nothing is left to pay, the loan is closed, and else it is open again.

    Promises for it follow what it owes then.
    """
    loan = told.book.loan
    opens = loan.status == LoanStatus.CLOSED and not told.book.position.is_closed
    promises = promises_ended_by_closing(loan) if opens else []
    guarantors = [promise.guarantor.savings_account_id for promise in promises]
    balances = lock_accounts(ids=[*accounts_of_telling(loan), *guarantors, *accounts_of_guarantors([loan])])
    post_again(told, because=because, by=by, at=at)
    keep_schedule(told.book)
    keep_standing([told.book])
    if told.closed_on and loan.status == LoanStatus.ACTIVE:
        close_loans(loans=[loan], by=by, on=told.closed_on, at=at)
    if opens:
        reopen_loan(
            loan=loan, promises=promises, balances=balances, because=because, by=by, at=at,
            reference=f"loan/{loan.serial}/{loan.certificate_number}/opened",
        )  # fmt: skip
    settle_holds(loan_ids=[loan.pk], by=by, at=at)


def _write_off(loan: Loan, change: LoanChange, *, by: User, at: datetime) -> None:
    allowance = accounts_by_code(chart.ALLOWANCE)[chart.ALLOWANCE]
    change.entry = post_entry(
        reference=f"loan/{loan.serial}/written-off/{change.pk}", kind=postings.WRITTEN_OFF,
        narration=f"{loan.serial} written off: {change.resolution}"[:200], on=change.effective_on, by=by,
        lines=postings.written_off(
            allowance_id=allowance, loan_account_id=loan.account_id, lost=change.principal_lost
        ),
    )  # fmt: skip
    change.save(update_fields=["entry"])
    transition(loan, LoanStatus.WRITTEN_OFF, by=by, at=at)


def _watch(loan: Loan, on: date) -> dict[str, Any]:
    """New terms make nobody punctual: for a while the loan counts as late as it was, and as a day late at least."""
    return {"watched_until": watched_until(loan, on), "watch_days": max(days_late(loan, on), 1)}


def _pause(loan: Loan, change: LoanChange, by: User) -> None:
    """Nothing is charged and nobody reminded while payments rest."""
    span = DateRange(*story.rest_of(change))
    LoanPause.objects.create(loan=loan, span=span, why=PauseReason.HOLIDAY, reason=_pause_reason(change), by=by)


def _end_pause(loan: Loan, change: LoanChange) -> None:
    LoanPause.objects.filter(loan=loan, why=PauseReason.HOLIDAY, reason=_pause_reason(change)).delete()


def _pause_reason(change: LoanChange) -> str:
    return f"Payment holiday {change.pk}"
