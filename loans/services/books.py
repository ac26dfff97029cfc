"""A locked loan with all that its story needs: read in few statements for many loans, moved in memory, written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Sum

from core.sql import load_sql
from engine import servicing
from engine.servicing import Effect, Event, Position
from loans import story
from loans.errors import WrittenOffSince
from loans.models import Disbursement, Installment, Loan, LoanChange, LoanPause, LoanStanding, Repayment

PAY_INSTALLMENTS = load_sql("loans", "pay_installments")
LATEST = load_sql("loans", "latest_events")


@dataclass(slots=True)
class Book:
    """One loan: its live instalments as they are stored, its position in memory, and the day of its latest event."""

    loan: Loan
    live: list[Installment]
    standing: LoanStanding | None
    paused: list
    position: Position
    latest: date | None
    is_reshaped: bool = False
    before: tuple = field(init=False)

    def __post_init__(self) -> None:
        self.before = _penalty(self.position)

    def is_past(self, on: date) -> bool:
        """Whether a day lies before what the loan's figures count already."""
        counted = self.position.accrued_through
        return (self.latest is not None and on < self.latest) or (counted is not None and on <= counted)


@dataclass(slots=True)
class Retold:
    """A story told again from the beginning: what each payment and change comes to now."""

    book: Book
    repayments: list[tuple[Repayment, Effect]]
    changes: list[tuple[LoanChange, Effect]]
    others: dict[object, Effect]
    closed_on: date | None

    def effect_of(self, event: Event) -> Effect:
        return self.others[event.key]


def lock_loans(loan_ids) -> dict[int, Loan]:
    """The loans, locked by id, with what posting on them needs."""
    ids = set(loan_ids)
    loans = (
        Loan.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        .select_related("member__user", "version")
    )  # fmt: skip
    locked = {loan.pk: loan for loan in loans}
    # Read after the lock: a row joined to a locked row is as old as the wait for it.
    for payout in Disbursement.objects.filter(loan__in=ids):
        locked[payout.loan_id].disbursement = payout
    return locked


def books_of(loans: Iterable[Loan]) -> dict[int, Book]:
    """The books of locked loans by id, in four statements, two where no product charges for being late.

    The loans come with version, member and payout.
    """
    by_id = {loan.pk: loan for loan in loans}
    live: dict[int, list[Installment]] = defaultdict(list)
    for one in Installment.objects.live().filter(loan_id__in=by_id).order_by("loan_id", "number"):
        live[one.loan_id].append(one)
    charged = [pk for pk, loan in by_id.items() if loan.version is not None and loan.version.penalty_percent]
    standings = LoanStanding.objects.select_for_update().order_by("pk").in_bulk(charged)
    paused: dict[int, list] = defaultdict(list)
    if charged:
        for loan_id, span in LoanPause.objects.filter(loan__in=charged).order_by("pk").values_list("loan_id", "span"):
            paused[loan_id].append((span.lower, span.upper))
    latest = _latest(by_id)
    return {
        pk: Book(
            loan, live[pk], standings.get(pk), paused[pk],
            story.position_of(loan, live[pk], standings.get(pk), paused[pk]), latest.get(pk),
        )
        for pk, loan in by_id.items()
    }  # fmt: skip


def _latest(ids: Iterable[int]) -> dict[int, date]:
    """The day of each loan's latest payment or change that stands."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"loans": list(ids)})
        return dict(cursor.fetchall())


def retell(
    book: Book, *, more: Sequence[tuple[Event, datetime]] = (), without: Repayment | LoanChange | None = None
) -> Retold:
    """Tell a loan's story from the day when it was agreed, with events that come late or without one that was wrong.

    Events count by day, and of one day as they were first entered. The book is moved to where the story ends.
    Raises WrittenOffSince when a write-off would come out as another sum than was resolved.
    """
    loan = book.loan
    repayments = [
        one
        for one in Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True).select_related("entry")
        if one != without
    ]
    changes = [one for one in LoanChange.objects.standing().filter(loan=loan).select_related("entry") if one != without]
    told = story.dated(repayments, changes)
    told += [(event.on, entered_at, 0, event) for event, entered_at in more]
    events = [event for *_, event in sorted(told, key=lambda row: row[:3])]
    agreed = Installment.objects.filter(loan=loan, generation=0).order_by("number")
    beginning = story.beginning_of(loan, agreed, book.paused)
    counted = book.position.accrued_through
    book.position, effects = servicing.replay(beginning, events)
    by_key = {effect.key: effect for effect in effects}
    _refuse_another_loss(loan, changes, by_key)
    closed_on = next((event.on for event, effect in zip(events, effects, strict=True) if effect.closes), None)
    if counted is not None and not book.position.is_closed:
        servicing.accrue(book.position, counted)
    book.is_reshaped = story.shape(book.live) != story.shape(book.position.rows)
    book.latest = events[-1].on if events else None
    return Retold(
        book,
        [(one, by_key["repayment", one.pk]) for one in repayments],
        [(one, by_key["change", one.pk]) for one in changes],
        by_key,
        closed_on,
    )


def _refuse_another_loss(loan: Loan, changes: Sequence[LoanChange], effects: dict[object, Effect]) -> None:
    """What the general meeting wrote off is a sum: an event of before it does not silently make another one of it."""
    for one in changes:
        if one.entry_id is None:
            continue
        lost = one.entry.lines.filter(account_id=loan.account_id).aggregate(lost=Sum("credit"))["lost"]
        if effects["change", one.pk].lost != lost:
            raise WrittenOffSince()


def keep_changes(told: Retold) -> None:
    """Write what each change of a story came to, where that is not what is stored."""
    moved = []
    for one, effect in told.changes:
        came_to = effect.interest_waived, effect.penalty_waived, effect.lost
        if came_to != (one.interest_let_off, one.penalty_let_off, one.principal_lost):
            one.interest_let_off, one.penalty_let_off, one.principal_lost = came_to
            moved.append(one)
    if moved:
        LoanChange.objects.bulk_update(moved, ["interest_let_off", "penalty_let_off", "principal_lost"])


def keep_schedule(*books: Book) -> None:
    """Write the instalments of books: what was paid of them, or a whole new schedule beside the one it replaces."""
    for book in books:
        if book.is_reshaped:
            _replace(book)
    moved = [
        (one.pk, row.principal_paid - one.principal_paid, row.interest_paid - one.interest_paid,
         row.interest_waived - one.interest_waived, row.fee_paid - one.fee_paid)
        for book in books
        for one, row in zip(book.live, book.position.rows, strict=True)
    ]  # fmt: skip
    moved = sorted(one for one in moved if any(one[1:]))
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(PAY_INSTALLMENTS, [list(column) for column in zip(*moved, strict=True)])
        for book in books:
            _mark(book)


def _replace(book: Book) -> None:
    """The schedule that is replaced stays as history."""
    Installment.objects.filter(pk__in=[one.pk for one in book.live]).update(live=False)
    generation = 1 + (Installment.objects.filter(loan=book.loan).aggregate(newest=Max("generation"))["newest"] or 0)
    book.live = Installment.objects.bulk_create(story.installments_of(book.loan, book.position.rows, generation))
    book.is_reshaped = False


def _mark(book: Book) -> None:
    for one, row in zip(book.live, book.position.rows, strict=True):
        one.principal_paid, one.interest_paid = row.principal_paid, row.interest_paid
        one.interest_waived, one.fee_paid = row.interest_waived, row.fee_paid


def keep_standing(books: Iterable[Book]) -> None:
    """Write the penalties of loans whose product has any, where they moved."""
    changed = []
    for book in books:
        standing, position = book.standing, book.position
        if standing is None or not position.rules.penalty.percent or _penalty(position) == book.before:
            continue
        standing.late_naira_days, standing.accrued_through = position.naira_days, position.accrued_through
        standing.penalty_charged, standing.penalty_paid = position.penalty_charged, position.penalty_paid
        standing.penalty_waived = position.penalty_waived
        changed.append(standing)
    if changed:
        LoanStanding.objects.bulk_update(
            changed, ["late_naira_days", "accrued_through", "penalty_charged", "penalty_paid", "penalty_waived"]
        )


def _penalty(position: Position) -> tuple:
    return (
        position.naira_days, position.accrued_through, position.penalty_charged, position.penalty_paid,
        position.penalty_waived,
    )  # fmt: skip
