"""How late the loans are: the portfolio on a day, and the loans behind each of its figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Min, Model, QuerySet

from core.sql import load_sql
from engine.arrears import PortfolioAtRisk
from engine.money import percentage
from loans.models import (
    ArrearsRun,
    Installment,
    LateClass,
    LateNotice,
    LateScheme,
    Loan,
    LoanPause,
    LoanStanding,
    StandingHistory,
)
from notifications.models import Message

CLASSES = load_sql("loans", "portfolio_on")
AT_RISK = load_sql("loans", "portfolio_at_risk")
LOANS = load_sql("loans", "portfolio_loans")
AT_RISK_DAYS = (0, 30, 60, 90)
NOTHING = Decimal("0.00")
EVERY_ROW = 2_000_000
MOST_ROWS = 60


# The portfolio --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Portfolio at risk by so many days: the whole balance of the loans that are later, all and without employers'."""

    more_than_days: int
    loans: int
    whole: PortfolioAtRisk
    loans_without_employers: int
    without_employers: PortfolioAtRisk

    @property
    def name(self) -> str:
        """By the usual naming PAR1 is any loan with a payment late at all."""
        return f"PAR{self.more_than_days or 1}"


@dataclass(slots=True)
class ClassRow:
    """What the portfolio holds in one class; `caused` is the part of `outstanding` that employers made late."""

    late_class: LateClass
    row: int
    loans: int = 0
    outstanding: Decimal = NOTHING
    overdue: Decimal = NOTHING
    provision: Decimal = NOTHING
    suspended_interest: Decimal = NOTHING
    penalty: Decimal = NOTHING
    caused: Decimal = NOTHING
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The loans on a day by the classes of a table, what to set aside for them, and the portfolio at risk."""

    on: date
    scheme: LateScheme
    rows: tuple[ClassRow, ...]
    at_risk: tuple[AtRisk, ...]

    @property
    def total(self) -> ClassRow:
        total = ClassRow(LateClass(name="In all"), 0)
        for name in ("loans", "outstanding", "overdue", "provision", "suspended_interest", "penalty", "caused"):
            setattr(total, name, sum(getattr(row, name) for row in self.rows))
        return total


def days_known() -> tuple[date, date] | None:
    """The first and the last day for which arrears were worked out; None before the first night."""
    known = ArrearsRun.objects.exclude(finished_at=None).aggregate(first=Min("as_of"), last=Max("as_of"))
    return (known["first"], known["last"]) if known["first"] else None


def schemes_on(on: date) -> QuerySet[LateScheme]:
    """The tables of classes by which that day can be read, the one in use first."""
    return LateScheme.objects.filter(valid__contains=on).order_by("-in_use", "name")


def portfolio(*, on: date, scheme: LateScheme) -> Portfolio:
    """The portfolio at the end of a day, by any table of classes, in three queries whatever its size."""
    classes, figures = classes_of(scheme)
    rows = [ClassRow(late_class, place) for place, late_class in enumerate(classes, start=1)]
    for place, by_employer, loans, owed, principal, interest, fee, provision, suspended, penalty in _query(
        CLASSES, {"on": on, **figures}
    ):
        row = rows[place - 1]
        row.loans += loans
        row.outstanding += owed
        row.overdue += principal + interest + fee
        row.provision += provision
        row.suspended_interest += suspended
        row.penalty += penalty
        row.caused += owed if by_employer else NOTHING
    whole = sum((row.outstanding for row in rows), NOTHING)
    for row in rows:
        row.share = percentage(row.outstanding, whole)
    return Portfolio(on, scheme, tuple(rows), tuple(_at_risk(on)))


def _at_risk(on: date) -> Iterator[AtRisk]:
    for days, loans, owed, others, owed_by_others, whole in _query(AT_RISK, {"on": on, "days": list(AT_RISK_DAYS)}):
        yield AtRisk(
            days, loans, PortfolioAtRisk(days, owed, whole, percentage(owed, whole)),
            others, PortfolioAtRisk(days, owed_by_others, whole, percentage(owed_by_others, whole)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LateLoan:
    """One loan behind a figure of the portfolio, as it stood on the day of the report."""

    serial: str
    member_number: str
    borrower: str
    employer: str
    days_past_due: int
    oldest_due_on: date | None
    outstanding: Decimal
    overdue: Decimal
    penalty: Decimal
    provision: Decimal
    late_class: str
    employer_caused: bool
    watch_days: int  # classed as at least so many days late, after new terms


def loans_behind(
    *, on: date, scheme: LateScheme, row: int = 0, more_than: int = -1, employers: bool = True,
    limit: int = EVERY_ROW, offset: int = 0,
) -> tuple[list[LateLoan], int]:  # fmt: skip
    """The loans behind a figure, the latest first, and how many there are in all.

    `row` is the place of a class in its table, 0 for all of them; `more_than` days past due, -1 for all;
    `employers`: whether loans that an employer made late count.
    """
    classes, figures = classes_of(scheme)
    found = _query(LOANS, {
        "on": on, "row": row, "more_than": more_than, "employers": employers, "limit": limit, "offset": offset,
        "names": [one.name for one in classes], **figures,
    })  # fmt: skip
    return [LateLoan(*one[:-1]) for one in found], found[0][-1] if found else 0


# One loan -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the ladder of notices that was taken, with its messages and what became of each."""

    notice: LateNotice
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class LoanArrears:
    """A loan's arrears with what each figure is worked out from; `late` are the instalments whose day is past."""

    loan: Loan
    on: date
    standing: LoanStanding | None
    late: tuple[Installment, ...]
    pauses: tuple[LoanPause, ...]
    told: tuple[Told, ...]
    history: tuple[StandingHistory, ...]

    @property
    def oldest_due_on(self) -> date | None:
        return self.late[0].due_on if self.late else None

    @property
    def days_past_due(self) -> int:
        return (self.on - self.late[0].due_on).days if self.late else 0

    @property
    def overdue(self) -> Decimal:
        return sum((one.unpaid_amount for one in self.late), NOTHING)

    @property
    def penalty_left(self) -> Decimal:
        return self.standing.penalty_left if self.standing else NOTHING

    @property
    def to_pay(self) -> Decimal:
        return self.overdue + self.penalty_left

    @property
    def paused_now(self) -> LoanPause | None:
        return next((one for one in self.pauses if self.on in one.span), None)


def loan_arrears(loan: Loan, *, on: date, reader: Model) -> LoanArrears:
    """Gather what a loan's arrears page shows, in six queries; a borrower reads only the messages that came to him."""
    return LoanArrears(
        loan=loan,
        on=on,
        standing=LoanStanding.objects.select_related("late_class__scheme").filter(pk=loan.pk).first(),
        late=tuple(Installment.objects.unpaid().filter(loan=loan, due_on__lt=on).order_by("due_on", "number")),
        pauses=tuple(LoanPause.objects.filter(loan=loan).select_related("by").order_by("-pk")),
        told=tuple(_told(loan, reader)),
        history=tuple(
            StandingHistory.objects.filter(loan=loan).select_related("late_class").order_by("-from_on")[:MOST_ROWS]
        ),
    )


def _told(loan: Loan, reader: Model) -> Iterator[Told]:
    notices = list(LateNotice.objects.filter(loan=loan).order_by("-pk")[:MOST_ROWS])
    of_event: dict[str, list[Message]] = defaultdict(list)
    messages = Message.objects.filter(event__in=[one.event for one in notices]).select_related("user").order_by("pk")
    is_borrower = loan.member.user_id == reader.pk
    for message in messages:
        if not is_borrower or message.user_id == reader.pk:
            of_event[message.event].append(message)
    for notice in notices:
        if not is_borrower or of_event[notice.event]:
            yield Told(notice, tuple(of_event[notice.event]))


# Tables of classes ----------------------------------------------------------------------------------------------------


def classes_of(scheme: LateScheme) -> tuple[list[LateClass], dict[str, list[Any]]]:
    """A table's classes from 0 days on, and their columns as the statements take them."""
    classes = list(scheme.classes.order_by("from_days"))
    return classes, {
        "from_days": [one.from_days for one in classes],
        "percents": [one.provision_percent for one in classes],
        "suspends": [one.suspends_interest for one in classes],
    }


def _query(statement: str, figures: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, figures)
        return cursor.fetchall()
