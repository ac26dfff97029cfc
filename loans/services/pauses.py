"""Days that do not count against a loan: a dispute, or an employer who did not pay over. Holidays are `servicing`'s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from audit.services import record, record_many
from core.display import dmy
from loans import story
from loans.errors import BadPause, NotRunning, NotYourOwnLoan, ReasonNeeded
from loans.models import Installment, Loan, LoanPause, PauseReason
from loans.services.books import books_of, lock_loans, retell
from loans.services.servicing import write_told
from loans.states import LoanStatus
from members.models import Employer
from users.models import User


@transaction.atomic
def pause_loan(
    *, loan: Loan, first: date, until: date | None, why: str, reason: str, by: User, at: datetime
) -> LoanPause:  # fmt: skip
    """Pause a loan from its `first` day to the day before `until`, or until somebody ends it (None).

    In a pause no penalty is charged and nobody is reminded; days past due go on. Days that were charged already are
    charged anew without the pause. Raises NotRunning, NotYourOwnLoan, ReasonNeeded, and BadPause, also where days of
    it are paused for the same cause already.
    """
    locked = lock_loans([loan.pk])[loan.pk]
    if locked.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {locked.serial} is not running, so there is nothing to pause.")
    if locked.member.user_id == by.pk:
        raise NotYourOwnLoan()
    _check(first, until, reason)
    if first < story.started_on(locked):
        raise BadPause(f"Loan {locked.serial} began later than that. Enter a later day.", field="first")
    if other := _paused_already([locked.pk], DateRange(first, until), why).first():
        raise BadPause(
            f"Days of it are paused already, from {dmy(other.span.lower)} on, for the same cause. End that pause "
            "first, or choose other days.",
            field="first",
        )
    made = LoanPause.objects.create(loan=locked, span=DateRange(first, until), why=why, reason=reason.strip(), by=by)
    record("loans.pause.began", by=by, subject=made, at=at, loan=locked.serial, first=first, until=until, reason=reason)
    _count_again([locked], since=first, because=f"Paused: {reason}", by=by, at=at)
    return made


@transaction.atomic
def pause_for_employer(
    *, employer: Employer, first: date, until: date | None, reason: str, by: User, at: datetime
) -> int:  # fmt: skip
    """Pause every running loan of an employer's members that had an instalment due from `first` on and unpaid.

    Used when the employer took the money from pay and did not pay it over: the arrears are his, not the members'.
    Who pauses has no loan among them changed for himself: his own is left out, and so are those that are paused
    for such days already. Returns how many were paused; none is a BadPause.
    """
    _check(first, until, reason)
    due = Installment.objects.unpaid().filter(due_on__gte=first)
    if until is not None:
        due = due.filter(due_on__lt=until)
    ids = (
        Loan.objects.active().filter(member__employer=employer, pk__in=due.values("loan_id"))
        .exclude(member__user=by).values_list("pk", flat=True)
    )  # fmt: skip
    locked = lock_loans(ids)
    known = set(_paused_already(locked, DateRange(first, until), PauseReason.EMPLOYER).values_list("loan", flat=True))
    loans = [loan for pk, loan in locked.items() if pk not in known]
    if not loans:
        raise BadPause(
            "No loan was paused. Those with a payment due in these days are paused already, or there are none.",
            field="first",
        )
    made = LoanPause.objects.bulk_create(
        LoanPause(loan=loan, span=DateRange(first, until), why=PauseReason.EMPLOYER, reason=reason.strip(), by=by)
        for loan in loans
    )
    record_many("loans.pause.began", by=by, at=at, subjects=[
        (one, {"loan": one.loan.serial, "first": first, "until": until, "reason": reason}) for one in made
    ])  # fmt: skip
    _count_again(loans, since=first, because=f"Paused: {reason}", by=by, at=at)
    return len(made)


@transaction.atomic
def end_pause(*, pause: LoanPause, until: date, by: User, at: datetime) -> LoanPause:
    """End a pause on the day before `until`; what it no longer covers counts again.

    Raises BadPause when it would end before it began or ends earlier already, NotYourOwnLoan.
    """
    locked = lock_loans([pause.loan_id])[pause.loan_id]
    pause = LoanPause.objects.select_for_update().get(pk=pause.pk)
    if locked.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if pause.why == PauseReason.HOLIDAY:
        raise BadPause("A payment holiday ends with the change of the loan that gave it.")
    if until <= pause.span.lower or (pause.span.upper is not None and until >= pause.span.upper):
        raise BadPause(f"The pause began on {dmy(pause.span.lower)}. Enter a day after that, and before its end.")
    pause.span = DateRange(pause.span.lower, until)
    pause.save(update_fields=["span"])
    record("loans.pause.ended", by=by, subject=pause, at=at, loan=locked.serial, until=until)
    _count_again([locked], since=until, because="The pause ended", by=by, at=at)
    return pause


def _paused_already(loan_ids: Iterable[int], days: DateRange, why: str) -> QuerySet[LoanPause]:
    return LoanPause.objects.filter(loan__in=list(loan_ids), span__overlap=days, why=why)


def _check(first: date, until: date | None, reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded()
    if until is not None and until <= first:
        raise BadPause("A pause ends after it began. Enter a later day.")


def _count_again(loans: Sequence[Loan], *, since: date, because: str, by: User, at: datetime) -> None:
    """Tell the story again of loans whose penalty was counted for days that the pause changes."""
    for book in books_of(loans).values():
        counted = book.position.accrued_through
        if counted is not None and counted >= since:
            write_told(retell(book), because=because, by=by, at=at)
