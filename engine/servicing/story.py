"""A loan's story: the terms under which it runs, and what happens to it after it was paid out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.allocation import Element
from engine.day_counts import DayCount, year_fraction
from engine.due_dates import add_months, day_in_month, due_dates_every
from engine.errors import BadDates, BadTerms
from engine.money import ZERO, Amount, exact, naira
from engine.penalties import Span
from engine.schedules import Frequency, Method, RatePer, period_rate
from engine.schedules.terms import FIXED_CHARGE_METHODS, check_rate
from engine.settlement import Rebate, RunningMonth

# Interest of these does not depend on what is still owed: it was fixed, or there is none.
FIXED_METHODS = FIXED_CHARGE_METHODS | {Method.INTEREST_FREE}


class Use(StrEnum):
    """What becomes of money above what is due; the payer chooses."""

    AHEAD = "ahead"  # the next instalments are paid early
    SHORTER = "shorter"  # the same instalment until the loan is gone
    SMALLER = "smaller"  # the same end, a smaller instalment
    DUE = "due"  # the loan takes what is due and no more: the rest is the payer's


class PenaltyBase(StrEnum):
    """What a penalty is reckoned on; never on a penalty."""

    PRINCIPAL = "principal"
    SCHEDULED = "scheduled"  # principal, interest and fee


@dataclass(frozen=True, slots=True)
class PenaltyTerms:
    """The society's charge for being late; see ``engine.penalties`` for the formula and its units."""

    percent: Decimal = ZERO
    per_days: int = 30
    grace_days: int = 0
    base: PenaltyBase = PenaltyBase.SCHEDULED
    cap_percent: Decimal | None = None
    in_duplum: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules under which a loan runs: those of its product on the day when it was granted.

    Args:
        principal: what was lent, naira.
        rate_percent: percent per ``rate_per``.
        method, frequency, day_count: as the schedule was made.
        due_day: pay day of monthly dates, 1 to 31; without it the day of the last due date.
        started_on: when interest began to run.
        elements, by_element: in which order a payment pays; one whole instalment after the other unless by element.
        running_month, rebate, rebate_percent: what of the interest a pay-off saves.
    """

    principal: Decimal
    rate_percent: Decimal
    started_on: date
    method: Method = Method.LEVEL_INSTALMENT
    rate_per: RatePer = RatePer.YEAR
    frequency: Frequency = Frequency.MONTHLY
    day_count: DayCount = DayCount.EQUAL_PERIODS
    due_day: int | None = None
    elements: tuple[Element, ...] = (Element.PENALTY, Element.FEE, Element.INTEREST, Element.PRINCIPAL)
    by_element: bool = False
    running_month: RunningMonth = RunningMonth.FULL
    rebate: Rebate = Rebate.PRO_RATA
    rebate_percent: Decimal = Decimal(100)
    penalty: PenaltyTerms = field(default_factory=PenaltyTerms)

    def __post_init__(self) -> None:
        check_rate(self.rate_percent)
        naira(self.principal, "loan")

    @property
    def is_fixed(self) -> bool:
        """Whether the interest was fixed when the loan was given."""
        return self.method in FIXED_METHODS

    def rate_between(self, start: date, end: date, rate_percent: Amount | None = None) -> Fraction:
        """Return the interest rate of one period as a share of one."""
        percent = exact(self.rate_percent if rate_percent is None else rate_percent)
        if self.day_count is DayCount.EQUAL_PERIODS:
            return period_rate(percent, self.rate_per, self.frequency)
        yearly = Fraction(percent) / 100 * (12 if self.rate_per is RatePer.MONTH else 1)
        return yearly * year_fraction(start, end, self.day_count)

    def dates_after(self, last: date, count: int) -> list[date]:
        """Return the next ``count`` due dates after one."""
        if not count:
            return []
        if self.frequency is Frequency.WEEKLY or self.frequency is Frequency.FORTNIGHTLY:
            return list(due_dates_every(7 if self.frequency is Frequency.WEEKLY else 14, last, count + 1)[1:])
        months = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}.get(self.frequency)
        if months is None:
            raise BadDates("Due dates twice a month are the employer's own: such a loan cannot be given new dates.")
        # Where a holiday moved the last date into the next month, its own month is the one before.
        day = self.due_day or last.day
        month = last if last >= day_in_month(last.year, last.month, day) or last.day > 7 else add_months(last, -1)
        return [add_months(month, months * step, day) for step in range(1, count + 1)]


@dataclass(slots=True)
class Row:
    """One line of the schedule as it stands, in naira; ``is_extra`` is principal that was paid on top."""

    due_on: date
    principal: Decimal
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    principal_paid: Decimal = ZERO
    interest_paid: Decimal = ZERO
    interest_waived: Decimal = ZERO
    fee_paid: Decimal = ZERO
    is_extra: bool = False

    @property
    def principal_left(self) -> Decimal:
        return self.principal - self.principal_paid

    @property
    def interest_left(self) -> Decimal:
        return self.interest - self.interest_waived - self.interest_paid

    @property
    def fee_left(self) -> Decimal:
        return self.fee - self.fee_paid

    @property
    def left(self) -> Decimal:
        """All that is still to be paid of it."""
        return self.principal_left + self.interest_left + self.fee_left

    @property
    def is_touched(self) -> bool:
        """Whether anything was paid of it or let off."""
        return bool(self.principal_paid or self.interest_paid or self.interest_waived or self.fee_paid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money that came in, in naira."""

    key: object
    on: date
    amount: Decimal
    use: Use = Use.AHEAD

    def __post_init__(self) -> None:
        if naira(self.amount, "payment") == ZERO:
            raise BadTerms("A payment of nothing is no payment. Enter what came in.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """Interest or penalty that is let off, at most what is unpaid on the day; naira."""

    key: object
    on: date
    interest: Decimal = ZERO
    penalty: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Payments that rest: what falls due on ``on`` or later moves so many periods back, amounts as they were."""

    key: object
    on: date
    periods: int
    interest_runs: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.periods <= 120:
            raise BadTerms(f"A payment holiday of {self.periods} instalments is not possible. Give 1 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What is still owed is spread anew over so many instalments, at the old rate unless a new one is given."""

    key: object
    on: date
    instalments: int
    rate_percent: Decimal | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.instalments <= 600:
            raise BadTerms(f"A loan cannot be spread over {self.instalments} instalments. Give 1 to 600.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff:
    """The society gives up waiting; the member still owes, and what comes later is a recovery."""

    key: object
    on: date


Event = Paid | Waived | Holiday | NewTerms | WrittenOff


@dataclass(slots=True)
class Position:
    """A loan as it stands after the events so far. ``penalties`` are in naira, ``naira_days`` as in the formula.

    ``accrued_through`` is the last day whose lateness is counted; ``paused`` are the spans in which nothing counts.
    """

    rules: Rules
    rows: list[Row]
    rate_percent: Decimal
    naira_days: Decimal = ZERO
    accrued_through: date | None = None
    penalty_charged: Decimal = ZERO
    penalty_paid: Decimal = ZERO
    penalty_waived: Decimal = ZERO
    paused: Sequence[Span] = ()
    is_closed: bool = False
    is_written_off: bool = False

    @property
    def outstanding(self) -> Decimal:
        """Principal that was not paid, due or not."""
        return sum((row.principal_left for row in self.rows), ZERO)

    @property
    def penalty_left(self) -> Decimal:
        return self.penalty_charged - self.penalty_paid - self.penalty_waived

    @property
    def interest_paid(self) -> Decimal:
        return sum((row.interest_paid for row in self.rows), ZERO)


@dataclass(frozen=True, slots=True)
class Share:
    """What one event did to one row, by its place in the schedule after the event; ``interest`` may be below zero."""

    place: int
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    interest_waived: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Effect:
    """What one event did, in naira.

    For a payment ``amount = principal + interest + fee + penalty + recovered + surplus``.
    ``interest`` is below zero where a pay-off gives back more that was paid in advance than it asks for.
    ``lost`` is the principal of a write-off; ``reshaped`` tells that the schedule is another one now.
    """

    key: object
    shares: tuple[Share, ...] = ()
    penalty: Decimal = ZERO
    penalty_waived: Decimal = ZERO
    recovered: Decimal = ZERO
    surplus: Decimal = ZERO
    lost: Decimal = ZERO
    closes: bool = False
    reshaped: bool = False

    @property
    def principal(self) -> Decimal:
        return sum((share.principal for share in self.shares), ZERO)

    @property
    def interest(self) -> Decimal:
        return sum((share.interest for share in self.shares), ZERO)

    @property
    def fee(self) -> Decimal:
        return sum((share.fee for share in self.shares), ZERO)

    @property
    def interest_waived(self) -> Decimal:
        return sum((share.interest_waived for share in self.shares), ZERO)

    @property
    def applied(self) -> Decimal:
        """What of a payment stays with the loan."""
        return self.principal + self.interest + self.fee + self.penalty + self.recovered
