"""Changes of a running loan: asked for with a reason by one person, decided on by another, and taken back if wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.fields.ranges import DateRange
from django.db import transaction

from audit.services import record
from audit.transitions import transition
from core.display import dmy, naira
from engine.money import ZERO
from engine.money import naira as checked_naira
from engine.schedules import Method
from engine.servicing import Effect
from ledger import chart
from ledger.services import accounts_by_code, lock_accounts, post_entry, reverse_entry
from loans import postings, story
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
from loans.models import ChangeKind, Loan, LoanChange, LoanPause, PauseReason
from loans.services.books import Book, Retold, books_of, keep_schedule, keep_standing, retell
from loans.services.closures import accounts_of_guarantors, close_loans
from loans.services.registration import loan_page
from loans.services.repayments import lock_loans, post_again
from loans.states import ChangeStatus, LoanStatus
from notifications.services import Notice, notify_many
from users.models import User

MOST_MONTHS = 60
# Of its day, what is only thought of counts after all that is entered.
LAST = datetime.max.replace(tzinfo=UTC)
HIGHEST_RATE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ahead:
    """How a loan goes on: payments left, the next one, the last day, what interest is still to come; naira."""

    left: int
    next_instalment: Decimal
    ends_on: date | None
    interest_to_come: Decimal
    penalty: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """A loan without and with a change; `effect` is what the change itself does."""

    before: Ahead
    after: Ahead
    effect: Effect


def compare_change(*, loan: Loan, kind: str, effective_on: date, terms: dict[str, Any]) -> Comparison:
    """Show what a change would do before anybody decides on it; nothing is written.

    Raises BadChange when the terms are not those of its kind.
    """
    draft = LoanChange(loan=loan, kind=kind, effective_on=effective_on, terms=clean_terms(loan, kind, terms))
    with transaction.atomic():
        book = _book(lock_loans([loan.pk])[loan.pk])
        before = _ahead(book.position, effective_on)
        told = retell(book, more=[(story.change(draft), LAST)])
        return Comparison(before, _ahead(book.position, effective_on), told.others["change", None])


@transaction.atomic
def ask_change(
    *, loan: Loan, kind: str, effective_on: date, terms: dict[str, Any], reason: str, by: User, at: datetime,
    resolution: str = "",
) -> LoanChange:  # fmt: skip
    """Ask for a change of a running loan. It does nothing until another person decides on it.

    `terms` by kind: holiday `months` and `interest_runs`; restructure `months` and, where it changes, the
    `annual_rate_percent`; waiver `interest` and `penalty` in naira; write-off none, with the `resolution` of the
    general meeting. Raises NotRunning, NotYourOwnLoan, ReasonNeeded, BadChange, ChangeWaits, TooManyRestructures.
    """
    loan = lock_loans([loan.pk])[loan.pk]
    _refuse(loan, effective_on, by)
    if not reason.strip():
        raise ReasonNeeded()
    if kind == ChangeKind.WRITE_OFF and not resolution.strip():
        raise BadChange(
            "A loan is written off by the general meeting. Name its resolution and date.", field="resolution"
        )
    if LoanChange.objects.waiting().filter(loan=loan, kind=kind).exists():
        raise ChangeWaits()
    if kind == ChangeKind.RESTRUCTURE:
        _refuse_one_too_many(loan)
    change = LoanChange.objects.create(
        loan=loan, kind=kind, effective_on=effective_on, terms=clean_terms(loan, kind, terms), reason=reason.strip(),
        resolution=resolution.strip(), asked_by=by, asked_at=at,
    )  # fmt: skip
    record("loans.change.requested", by=by, subject=change, at=at, loan=loan.serial, kind=kind, terms=change.terms)
    return change


@transaction.atomic
def approve_change(*, change: LoanChange, by: User, at: datetime) -> LoanChange:
    """Put a change in force, by another person than who asked for it. The loan's story is told again with it.

    Payments that were entered for later days than the change's are posted anew where they come out otherwise.
    Raises ChangeDecided, YourOwnRequest, NotYourOwnLoan, NotRunning, TooManyRestructures.
    """
    change = LoanChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.status != ChangeStatus.REQUESTED:
        raise ChangeDecided()
    if change.asked_by_id == by.pk:
        raise YourOwnRequest()
    loan = lock_loans([change.loan_id])[change.loan_id]
    _refuse(loan, change.effective_on, by)
    if change.kind == ChangeKind.RESTRUCTURE:
        _refuse_one_too_many(loan)
    change = transition(change, ChangeStatus.APPROVED, by=by, at=at, decided_by=by, decided_at=at)
    if change.kind == ChangeKind.HOLIDAY:
        _pause(loan, change, by)
    told = retell(_book(loan))
    write_told(told, because=f"{change.get_kind_display()} of {dmy(change.effective_on)}", by=by, at=at)
    effect = {one.pk: effect for one, effect in told.changes}[change.pk]
    if change.kind == ChangeKind.WRITE_OFF:
        _write_off(loan, change, effect, by=by, at=at)
    _tell(loan, change, told.book, effect)
    return change


@transaction.atomic
def decline_change(*, change: LoanChange, by: User, at: datetime) -> LoanChange:
    """Decline a change, by another person than who asked for it. Raises ChangeDecided, YourOwnRequest."""
    change = LoanChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.status != ChangeStatus.REQUESTED:
        raise ChangeDecided()
    if change.asked_by_id == by.pk:
        raise YourOwnRequest("You asked for this change yourself. Take it back, or let another person decide.")
    return transition(change, ChangeStatus.DECLINED, by=by, at=at, decided_by=by, decided_at=at)


@transaction.atomic
def withdraw_change(*, change: LoanChange, by: User, at: datetime) -> LoanChange:
    """Take a request back that nobody has decided on. Raises ChangeDecided."""
    change = LoanChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.status != ChangeStatus.REQUESTED:
        raise ChangeDecided()
    return transition(change, ChangeStatus.WITHDRAWN, by=by, at=at)


@transaction.atomic
def take_change_back(*, change: LoanChange, reason: str, by: User, on: date, at: datetime) -> LoanChange:
    """Take a change back that was a mistake: the loan's story is told again without it.

    Raises ChangeNotStanding, ReasonNeeded, NotYourOwnLoan.
    """
    change = LoanChange.objects.select_for_update(of=("self",)).select_related("entry").get(pk=change.pk)
    if change.status != ChangeStatus.APPROVED:
        raise ChangeNotStanding()
    if not reason.strip():
        raise ReasonNeeded()
    loan = lock_loans([change.loan_id])[change.loan_id]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    transition(change, ChangeStatus.REVERSED, by=by, at=at)
    if change.kind == ChangeKind.HOLIDAY:
        _end_pause(loan, change)
    if change.entry is not None:
        lock_accounts(ids=[loan.account_id])
        reverse_entry(entry=change.entry, reference=f"{change.entry.reference}/reversed", reason=reason, on=on, by=by)
        transition(loan, LoanStatus.ACTIVE, by=by, at=at)
        loan.status = LoanStatus.ACTIVE
    write_told(retell(_book(loan)), because=reason.strip(), by=by, at=at)
    record("loans.change.taken_back", by=by, subject=change, at=at, loan=loan.serial, reason=reason.strip())
    return change


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
        return {"months": months, "interest_runs": bool(terms.get("interest_runs", True))}
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
    had = LoanChange.objects.standing().filter(loan=loan, kind=ChangeKind.RESTRUCTURE).count()
    most = loan.version.most_restructures if loan.version else 1
    if had >= most:
        raise TooManyRestructures(
            f"Loan {loan.serial} was given new terms {had} times, the most that its product allows."
        )


def _book(loan: Loan) -> Book:
    return books_of([loan])[loan.pk]


def write_told(told: Retold, *, because: str, by: User, at: datetime) -> None:
    """Write what a story comes to now; where nothing is left to pay, the loan is closed."""
    loan = told.book.loan
    lock_accounts(ids=[loan.account_id, loan.member.voluntary_account_id, *accounts_of_guarantors([loan])])
    post_again(told, because=because, by=by, at=at)
    keep_schedule(told.book)
    keep_standing([told.book])
    if told.closed_on and loan.status == LoanStatus.ACTIVE:
        close_loans(loans=[loan], by=by, on=told.closed_on, at=at)


def _write_off(loan: Loan, change: LoanChange, effect: Effect, *, by: User, at: datetime) -> None:
    allowance = accounts_by_code(chart.ALLOWANCE)[chart.ALLOWANCE]
    change.entry = post_entry(
        reference=f"loan/{loan.serial}/written-off/{change.pk}", kind=postings.WRITTEN_OFF,
        narration=f"{loan.serial} written off: {change.resolution}"[:200], on=change.effective_on,
        lines=postings.written_off(allowance_id=allowance, loan_account_id=loan.account_id, lost=effect.lost), by=by,
    )  # fmt: skip
    change.save(update_fields=["entry"])
    transition(loan, LoanStatus.WRITTEN_OFF, by=by, at=at)


def _pause(loan: Loan, change: LoanChange, by: User) -> None:
    """Nothing is charged and nobody reminded while payments rest."""
    days = story.rules_of(loan).dates_after(change.effective_on, change.terms["months"])
    span = DateRange(change.effective_on, days[-1])
    LoanPause.objects.create(loan=loan, span=span, why=PauseReason.HOLIDAY, reason=_pause_reason(change), by=by)


def _end_pause(loan: Loan, change: LoanChange) -> None:
    LoanPause.objects.filter(loan=loan, why=PauseReason.HOLIDAY, reason=_pause_reason(change)).delete()


def _pause_reason(change: LoanChange) -> str:
    return f"Payment holiday {change.pk}"


def _ahead(position, on: date) -> Ahead:
    rows = [row for row in position.rows if row.left]
    return Ahead(
        left=len(rows),
        next_instalment=next((row.left for row in rows if row.due_on >= on), ZERO),
        ends_on=rows[-1].due_on if rows else None,
        interest_to_come=sum((row.interest_left for row in rows), ZERO),
        penalty=position.penalty_left,
    )


def _tell(loan: Loan, change: LoanChange, book: Book, effect: Effect) -> None:
    if loan.member.user_id is None:
        return
    ahead = _ahead(book.position, change.effective_on)
    bodies = {
        ChangeKind.HOLIDAY: "Your payments rest. They go on afterwards, each as large as before"
        f"{' with its share of the interest' if change.terms.get('interest_runs') else ''}",
        ChangeKind.RESTRUCTURE: "What you owe is spread anew",
        ChangeKind.WAIVER: f"{naira(effect.interest_waived + effect.penalty_waived)} is no longer asked of you",
        ChangeKind.WRITE_OFF: "The society has written this loan off in its books. You still owe it",
    }
    ends = f": {ahead.left} payments are left, the last on {dmy(ahead.ends_on)}." if ahead.ends_on else "."
    notify_many(notices=[Notice(
        loan.member.user, f"loans.change.approved:{change.pk}", f"{change.get_kind_display()} for loan {loan.serial}",
        bodies[ChangeKind(change.kind)] + ends, loan_page(loan),
    )])  # fmt: skip
