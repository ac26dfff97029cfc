"""Changes of running loans: which wait, and what each did or would do, out of the same story that is in the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Min, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.display import dmy, naira, plural
from engine import servicing
from engine.due_dates import add_months
from engine.errors import EngineError
from engine.money import ZERO
from engine.servicing import ONE_DAY, Effect, Event, Position, Row
from loans import story
from loans.change_words import in_words
from loans.errors import BadChange
from loans.models import ChangeKind, Installment, Loan, LoanChange, LoanPause, LoanStanding, Repayment
from loans.states import ChangeStatus

# Of its day, what is only thought of counts after all that is entered.
LAST = datetime.max.replace(tzinfo=UTC)
# Of a loan that came without rules of its own; the same as a product version begins with.
MOST_RESTRUCTURES, WATCH_MONTHS = 1, 6


@dataclass(frozen=True, slots=True)
class Line:
    """What is asked on a due day without and with a change, in naira; None where nothing falls due."""

    due_on: date
    before: Decimal | None
    after: Decimal | None

    @property
    def told_before(self) -> SafeString:
        return SafeString(_asked(self.before))

    @property
    def told_after(self) -> SafeString:
        return _told_after(_asked(self.before), _asked(self.after))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a loan without and with a change, as it is read on a page."""

    label: str
    before: str
    after: str

    @property
    def told_before(self) -> SafeString:
        return format_html("{}", self.before)

    @property
    def told_after(self) -> SafeString:
        return _told_after(self.before, self.after)


def _asked(amount: Decimal | None) -> str:
    return "–" if amount is None else naira(amount)


def _told_after(before: str, after: str) -> SafeString:
    """What is another thing afterwards stands out, and what stays is only said to stay."""
    return format_html("<b>{}</b>", after) if before != after else SafeString("the same")


@dataclass(frozen=True)
class Ahead:
    """How a loan goes on from a day, in naira: payments left, the next one, the last day, what is still to pay."""

    on: date
    rows: tuple[Row, ...]
    penalty: Decimal
    is_written_off: bool

    @cached_property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if row.left]

    @property
    def left(self) -> int:
        return len(self.open_rows)

    @property
    def next_row(self) -> Row | None:
        return next((row for row in self.open_rows if row.due_on >= self.on), None)

    @property
    def next_instalment(self) -> Decimal:
        return self.next_row.left if self.next_row else ZERO

    @property
    def ends_on(self) -> date | None:
        return self.open_rows[-1].due_on if self.open_rows else None

    @property
    def principal(self) -> Decimal:
        return sum((row.principal_left for row in self.rows), ZERO)

    @property
    def in_books(self) -> Decimal:
        """Principal that the society still counts as its own; a recovery after a write-off pays none of it back."""
        return ZERO if self.is_written_off else self.principal

    @property
    def interest_to_come(self) -> Decimal:
        return sum((row.interest_left for row in self.rows), ZERO)

    @property
    def fee(self) -> Decimal:
        return sum((row.fee_left for row in self.rows), ZERO)

    @property
    def to_pay(self) -> Decimal:
        """All that is still to be paid: principal, interest, fees and penalty."""
        return self.principal + self.interest_to_come + self.fee + self.penalty

    @property
    def interest_in_all(self) -> Decimal:
        """The interest of the whole loan, paid and to come, without what was let off."""
        return sum((row.interest - row.interest_waived for row in self.rows), ZERO)


@dataclass(frozen=True)
class Comparison:
    """A loan without and with a change; `effect` is what the change itself does."""

    loan: Loan
    before: Ahead
    after: Ahead
    effect: Effect

    @property
    def changes_nothing(self) -> bool:
        return self.before == self.after

    @property
    def more_to_pay(self) -> Decimal:
        """How much more is to be paid in all with the change than without it; below zero where it is less."""
        return self.after.to_pay - self.before.to_pay

    @property
    def less_to_pay(self) -> Decimal:
        return -self.more_to_pay

    @property
    def fingerprint(self) -> str:
        """What a person saw: a decision counts only for that."""
        return "/".join(
            f"{one.to_pay}:{one.left}:{one.next_instalment}:{one.ends_on}:{one.is_written_off}"
            for one in (self.before, self.after)
        )

    @property
    def lines(self) -> list[Line]:
        """Both schedules day by day."""
        before, after = _asked_by_day(self.before), _asked_by_day(self.after)
        return [Line(due_on, before.get(due_on), after.get(due_on)) for due_on in sorted({*before, *after})]

    @property
    def figures(self) -> list[Figure]:
        """The same figures of the loan without and with the change; what is still to pay in all is a sum of them."""
        fees = [("Fees to come", lambda one: naira(one.fee))] if self.before.fee or self.after.fee else []
        penalty = self.before.penalty or self.after.penalty
        in_books = []
        if self.before.is_written_off or self.after.is_written_off:
            in_books = [("Owed in the society's books", lambda one: naira(one.in_books))]
        penalties = [("Penalty for being late", lambda one: naira(one.penalty))] if penalty else []
        told = [
            ("Next payment", lambda one: naira(one.next_instalment) if one.next_row else "none"),
            ("It is due", lambda one: dmy(one.next_row.due_on) if one.next_row else "–"),
            ("Payments left", lambda one: str(one.left)),
            ("Last payment", lambda one: dmy(one.ends_on) if one.ends_on else "none"),
            ("Principal owed", lambda one: naira(one.principal)),
            ("Interest to come", lambda one: naira(one.interest_to_come)),
            *fees,
            *penalties,
            ("Still to pay in all", lambda one: naira(one.to_pay)),
            ("Interest of the whole loan", lambda one: naira(one.interest_in_all)),
            *in_books,
        ]
        return [Figure(label, read(self.before), read(self.after)) for label, read in told]


@dataclass(frozen=True, slots=True)
class Told:
    """A change with what it did to the loan, or would do; `comparison` is None where it is no part of the story."""

    change: LoanChange
    comparison: Comparison | None

    @property
    def words(self) -> str:
        """What the change is; where it is not in force, that it is only what was asked for."""
        begins = {ChangeStatus.APPROVED: "", ChangeStatus.REVERSED: "What it was: "}
        return f"{begins.get(self.change.status, 'Asked for: ')}{in_words(self.change)}"

    @property
    def is_watched(self) -> bool:
        """Whether new terms put the loan under watch; taken back, they no longer do."""
        return self.change.watched_until is not None and self.change.status == ChangeStatus.APPROVED


def waiting_changes() -> QuerySet[LoanChange]:
    """Changes that wait for a second person, the oldest first."""
    return (
        LoanChange.objects.waiting()
        .select_related("loan__member", "loan__product", "asked_by")
        .order_by("asked_at", "pk")
    )


def decided_changes() -> QuerySet[LoanChange]:
    """Changes that wait no longer, the newest first."""
    return (
        LoanChange.objects.exclude(status=ChangeStatus.REQUESTED).select_related("loan__member", "loan__product")
        .order_by("-asked_at", "-pk")
    )  # fmt: skip


def changes_seen() -> QuerySet[LoanChange]:
    """All changes with whom they name."""
    return LoanChange.objects.select_related(
        "loan__member__employer", "loan__product", "loan__version", "loan__disbursement", "asked_by", "decided_by",
        "taken_back_by", "entry",
    )  # fmt: skip


def changes_of(loan: Loan) -> list[Told]:
    """A loan's changes, the newest first, each with what it did: one query where there is none, five more at most."""
    changes = list(
        loan.changes.select_related("asked_by", "decided_by", "taken_back_by").order_by(
            "-effective_on", "-asked_at", "-pk"
        )
    )
    for one in changes:
        one.loan = loan
    if not any(one.status == ChangeStatus.APPROVED for one in changes):
        return [Told(one, None) for one in changes]
    pictures = _Story(loan).pictures()
    return [Told(one, pictures.get(("change", one.pk))) for one in changes]


def told_of(change: LoanChange) -> Told:
    """One change with what it did, or, while it waits, what it would do today."""
    if change.status == ChangeStatus.APPROVED:
        return Told(change, _Story(change.loan).pictures()["change", change.pk])
    if change.status == ChangeStatus.REQUESTED:
        return Told(change, compare(change))
    return Told(change, None)


def compare(draft: LoanChange) -> Comparison:
    """How a loan goes on without and with a change that is not in force. Raises BadChange where it cannot be done."""
    told, on = _Story(draft.loan), draft.effective_on
    through = max(filter(None, (told.counted, on - ONE_DAY)))
    try:
        before, _ = told.end(through, told.events())
        if draft.kind == ChangeKind.HOLIDAY:
            told.beginning.paused = [*told.beginning.paused, story.rest_of(draft)]
        after, effects = told.end(through, told.events([(story.change(draft), LAST)]))
    except EngineError as refused:
        raise BadChange(str(refused)) from refused
    (effect,) = [one for one in effects if one.key == ("change", draft.pk)]
    return Comparison(draft.loan, ahead(before, on), ahead(after, on), effect)


def compare_without(change: LoanChange) -> Comparison:
    """How a loan goes on with a change that is in force, and if it were taken back."""
    told = _Story(change.loan)
    through = max(filter(None, (told.counted, change.effective_on - ONE_DAY)))
    before, effects = told.end(through, told.events())
    (effect,) = [one for one in effects if one.key == ("change", change.pk)]
    told.changes = [one for one in told.changes if one != change]
    if change.kind == ChangeKind.HOLIDAY:
        rest = story.rest_of(change)
        told.beginning.paused = [span for span in told.beginning.paused if tuple(span) != rest]
    after, _ = told.end(through, told.events())
    return Comparison(change.loan, ahead(before, change.effective_on), ahead(after, change.effective_on), effect)


def restructures(loan: Loan) -> tuple[int, int]:
    """How often a loan was given new terms, and how often its product allows it."""
    had = LoanChange.objects.standing().filter(loan=loan, kind=ChangeKind.RESTRUCTURE).count()
    return had, loan.version.most_restructures if loan.version else MOST_RESTRUCTURES


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of change on a loan: the one of it that waits, and why it cannot be had."""

    kind: str
    label: str
    waits: LoanChange | None
    why_not: str
    words: str


def kinds_for(loan: Loan) -> list[Offer]:
    """The kinds of change with what stands against each on this loan, in two queries."""
    waiting = {one.kind: one for one in LoanChange.objects.waiting().filter(loan=loan)}
    had, most = restructures(loan)
    watch = loan.version.watch_months if loan.version else WATCH_MONTHS
    given = f"New terms so far: {had} of {most} that the product allows."
    watched = f"Afterwards it is watched for {plural(watch, 'month')}: reports count it as late as it is now, or later."
    words = {
        ChangeKind.HOLIDAY: "Payments rest for some months and go on afterwards.",
        ChangeKind.RESTRUCTURE: f"What is owed is spread anew. {given} {watched}",
        ChangeKind.WAIVER: "Interest or penalty is let off. The loan itself is still owed.",
        ChangeKind.WRITE_OFF: "The general meeting gives up waiting. The member still owes it.",
    }
    return [
        Offer(
            kind, kind.label, waiting.get(kind), given if kind == ChangeKind.RESTRUCTURE and had >= most else "",
            words[kind],
        )
        for kind in ChangeKind
    ]  # fmt: skip


def watched_until(loan: Loan, on: date) -> date:
    """The last day of the watch over a loan that was given new terms on a day."""
    return add_months(on, loan.version.watch_months if loan.version else WATCH_MONTHS)


def days_late(loan: Loan, on: date) -> int:
    """How many days late a loan is on a day, by what is unpaid on its live schedule; 0 where nothing is late."""
    oldest = Installment.objects.unpaid().filter(loan=loan, due_on__lt=on).aggregate(oldest=Min("due_on"))["oldest"]
    return (on - oldest).days if oldest else 0


class _Story:
    """What a loan's story is told from, read without locks."""

    def __init__(self, loan: Loan) -> None:
        charges = loan.version is not None and loan.version.penalty_percent
        self.loan, self.counted, paused = loan, None, []
        if charges:
            spans = LoanPause.objects.filter(loan=loan).order_by("pk").values_list("span", flat=True)
            paused = [(span.lower, span.upper) for span in spans]
            self.counted = LoanStanding.objects.values_list("accrued_through", flat=True).filter(pk=loan.pk).first()
        self.beginning = story.beginning_of(
            loan, Installment.objects.filter(loan=loan, generation=0).order_by("number"), paused
        )
        self.repayments = list(Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True))
        self.changes = list(LoanChange.objects.standing().filter(loan=loan))

    def events(self, more: Sequence[tuple[Event, datetime]] = ()) -> list[Event]:
        return story.events(self.repayments, self.changes, more)

    def end(self, through: date, events: Sequence[Event]) -> tuple[Position, list[Effect]]:
        """Where the story ends, with the lateness counted through a day."""
        position, effects = servicing.replay(self.beginning, events)
        if not position.is_closed:
            servicing.accrue(position, through)
        return position, effects

    def pictures(self) -> dict[object, Comparison]:
        """The loan just before and just after each of its changes, by the key of the event."""
        position, _ = servicing.replay(self.beginning, [])
        found = {}
        for event in self.events():
            servicing.accrue(position, event.on - ONE_DAY)
            before = ahead(position, event.on)
            effect = servicing.advance(position, event)
            if event.key[0] == "change":
                found[event.key] = Comparison(self.loan, before, ahead(position, event.on), effect)
        return found


def ahead(position: Position, on: date) -> Ahead:
    """How a loan goes on from a day out of its position."""
    rows = tuple(replace(row) for row in position.rows)
    return Ahead(on, rows, position.penalty_left, position.is_written_off)


def _asked_by_day(one: Ahead) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for row in one.rows:
        asked = row.principal + row.interest - row.interest_waived + row.fee
        found[row.due_on] = found.get(row.due_on, ZERO) + asked
    return found
