"""What pays a loan off on a day to come, with its working; and whether a quote that was told still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from core.display import dmy
from engine import servicing
from engine.servicing import ONE_DAY, Position
from engine.servicing.working import Part, Step, pay_off_with_working, steps_of
from loans import story
from loans.models import Installment, Loan, LoanPause, LoanStanding, Repayment, SettlementQuote
from loans.states import LoanStatus

NOTHING = Decimal("0.00")
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One line of a pay-off figure and the parts that it is made of, in naira."""

    code: str
    label: str
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PayOff:
    """What pays a loan off on a day: its lines with their working, how the figure moves until then, and the day after.

    `today` is the figure of `made_on`; `next_day` what it is more on the day after `on`. Naira.
    """

    made_on: date
    on: date
    lines: tuple[FigureLine, ...]
    today: Decimal
    steps: tuple[Step, ...]
    next_day: Decimal

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), NOTHING)


def pay_off_on(loan: Loan, *, on: date, made_on: date) -> PayOff:
    """Work out what pays a loan off on a day, as it stands now; the loan comes with its version and payout."""
    position = _position(loan)
    told = _brought_to(position, on)
    days = [made_on + timedelta(days=step) for step in range((on - made_on).days + 1)]
    figures = {day: story.settlement(position, day).total for day in (*days, on + ONE_DAY)}
    lines = tuple(FigureLine(*line) for line in pay_off_with_working(told, on))
    return PayOff(
        made_on, on, lines, today=figures[made_on], steps=steps_of(figures.__getitem__, days),
        next_day=figures[on + ONE_DAY] - figures[on],
    )  # fmt: skip


ROW = (
    "due_on", "principal", "interest", "fee", "principal_paid", "interest_paid", "interest_waived", "fee_paid", "kind",
)  # fmt: skip


def with_figures(loans: QuerySet[Loan]) -> QuerySet[Loan]:
    """Loans with all that their pay-off figure is worked out from, in the one query that reads them."""
    mine = OuterRef("pk")
    rows = Installment.objects.live().filter(loan=mine).order_by("number")
    pauses = LoanPause.objects.filter(loan=mine).values(
        row=JSONObject(lower=Cast(Func("span", function="lower"), TextField()),
                       upper=Cast(Func("span", function="upper"), TextField()))
    )  # fmt: skip
    paid = Repayment.objects.filter(loan=mine, reversed_by_entry__isnull=True).order_by("-received_on")
    return loans.select_related("version", "disbursement", "standing").annotate(
        row_figures=ArraySubquery(rows.values(row=JSONObject(**{name: Cast(name, TextField()) for name in ROW}))),
        pause_figures=ArraySubquery(pauses),
        latest_paid_on=Subquery(paid.values("received_on")[:1]),
    )


def pay_off_today(loan: Loan, today: date) -> Decimal:
    """What pays a loan that came `with_figures` off today, or on the day of a later payment; naira."""
    live = [
        Installment(due_on=date.fromisoformat(row["due_on"]), kind=row["kind"],
                    **{name: Decimal(row[name]) for name in ROW[1:-1]})
        for row in loan.row_figures
    ]  # fmt: skip
    pauses = [(_day(row["lower"]), _day(row["upper"])) for row in loan.pause_figures]
    position = story.position_of(loan, live, getattr(loan, "standing", None), pauses)
    return story.settlement(position, max(today, loan.latest_paid_on or today)).total


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def first_day(loan: Loan, today: date) -> date:
    """The first day for which a pay-off can be told: today, or the day of a later payment or of what is counted."""
    latest = (
        Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True).order_by("-received_on")
        .values_list("received_on", flat=True).first()
    )  # fmt: skip
    return max(today, latest or today)


def _position(loan: Loan) -> Position:
    live = list(Installment.objects.live().filter(loan=loan).order_by("number"))
    standing = LoanStanding.objects.filter(pk=loan.pk).first()
    pauses = [(span.lower, span.upper) for span in loan.pauses.values_list("span", flat=True)]
    return story.position_of(loan, live, standing, pauses)


def _brought_to(position: Position, on: date) -> Position:
    told, _ = servicing.replay(position, [])
    servicing.accrue(told, on - ONE_DAY)
    return told


# Figures as they are kept and shown -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownStep:
    """From one day to another the figure changes by so much each day; naira."""

    first: date
    last: date
    change: Decimal


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the figure in words, with its parts; naira."""

    label: str
    amount: Decimal
    parts: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What page and paper show of a pay-off figure, from what is kept of it."""

    lines: tuple[ShownLine, ...]
    today: Decimal
    steps: tuple[ShownStep, ...]
    next_day: Decimal


def figures_of(told: PayOff) -> dict[str, Any]:
    """The figure with its working as it is kept: amounts as text, days by the calendar."""
    return {
        "lines": [
            {"label": line.label, "amount": str(line.amount), "parts": [_part(part) for part in line.parts]}
            for line in told.lines
        ],
        "today": str(told.today),
        "steps": [
            {"first": step.first.isoformat(), "last": step.last.isoformat(), "change": str(step.change)}
            for step in told.steps
        ],
        "next_day": str(told.next_day),
    }


def read_figures(kept: dict[str, Any]) -> Figures:
    """What was kept of a figure, to be shown."""
    return Figures(
        lines=tuple(
            ShownLine(
                line["label"], Decimal(line["amount"]),
                tuple((part["label"], Decimal(part["amount"])) for part in line["parts"]),
            )
            for line in kept["lines"]
        ),
        today=Decimal(kept["today"]),
        steps=tuple(
            ShownStep(date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), Decimal(one["change"]))
            for one in kept["steps"]
        ),
        next_day=Decimal(kept["next_day"]),
    )  # fmt: skip


def _part(part: Part) -> dict[str, str]:
    return {"label": f"{part.label} {dmy(part.on)}" if part.on else part.label, "amount": str(part.amount)}


# A quote that was told ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuoteNow:
    """How a quote stands today: `stands`, `paid` (the loan is paid back), `over` (its day has gone by), `changed`.

    `now` is the figure of the same day as the loan stands now; None where the loan is no longer running.
    """

    quote: SettlementQuote
    state: str
    now: Decimal | None
    had_money: bool


def quote_now(quote: SettlementQuote, *, today: date) -> QuoteNow:
    """Whether a quote still holds: money that came since, or a change of the loan, make another figure of it."""
    loan = quote.loan
    money = Repayment.objects.filter(loan=loan, entry__recorded_at__gt=quote.made_at).exists()
    if loan.status != LoanStatus.ACTIVE:
        return QuoteNow(quote, "paid" if loan.status == LoanStatus.CLOSED else "changed", None, money)
    now = story.settlement(_position(loan), max(quote.valid_until, first_day(loan, quote.valid_until))).total
    if now != quote.amount:
        return QuoteNow(quote, "changed", now, money)
    return QuoteNow(quote, "over" if today > quote.valid_until else "stands", now, money)
