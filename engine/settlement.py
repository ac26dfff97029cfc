"""What it costs to pay a loan off on a given day, line by line, and what unearned interest is given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.errors import BadAmount, BadDates, BadTerms
from engine.instalments import Instalment
from engine.money import ZERO, Amount, exact, part_of, percent_of


class RunningMonth(StrEnum):
    """What of the interest of an instalment that has begun to run but is not yet due has to be paid."""

    FULL = "full"  # a month begun is a month charged
    BY_DAYS = "by_days"  # for the days since the last due date, by the length of that month
    NOTHING = "nothing"


class Rebate(StrEnum):
    """How the unearned interest of a flat loan or murabaha is given back."""

    RULE_OF_78 = "rule_of_78"
    PRO_RATA = "pro_rata"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One line of the working: what it is, for whom to read, and the amount in naira (a rebate is negative)."""

    code: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """The figure that pays a loan off on a day, with its working; the lines add up to the total."""

    on: date
    lines: tuple[SettlementLine, ...]

    @property
    def total(self) -> Decimal:
        """Naira to pay."""
        return sum((line.amount for line in self.lines), ZERO)


def settle_reducing(
    instalments: Sequence[Instalment],
    *,
    on: date,
    started_on: date,
    running_month: RunningMonth = RunningMonth.FULL,
) -> Settlement:
    """Return what pays off a reducing-balance loan.

    Principal outstanding, interest, fees and penalties of the instalments that have fallen due, and of the running
    month's interest what the policy says. Interest not yet begun is not charged. A fee in an instalment not yet due
    is not asked for.

    Args:
        instalments: all instalments of the loan as they stand.
        on: the day of payment; an instalment due on that day has fallen due.
        started_on: when the loan's interest began to run.
        running_month: the society's policy.
    Raises:
        BadDates: the day is before the loan started.
    """
    due, running, since = _position(instalments, on, started_on)
    lines = _owed(instalments, due)
    if running is not None:
        lines.append(_running_line(running, since, on, running_month))
    return _settlement(on, lines)


def settle_flat(
    instalments: Sequence[Instalment],
    *,
    on: date,
    started_on: date,
    rebate: Rebate = Rebate.RULE_OF_78,
    rebate_percent: Amount = 100,
    running_month: RunningMonth = RunningMonth.FULL,
) -> Settlement:
    """Return what pays off a flat loan or a murabaha: all that is left of it, less a rebate on what is unearned.

    With the rule of 78 and pro rata, unearned is the share of the whole interest that belongs to the instalments
    whose month has not begun (with ``RunningMonth.FULL``; else the running month belongs to them too, ``BY_DAYS``
    for the days that are left of it). The rebate never exceeds the interest still unpaid on instalments not yet due.

    Args:
        instalments: all instalments of the loan as they stand.
        on: the day of payment.
        started_on: the day the loan was paid out.
        rebate: how unearned interest is reckoned; for a murabaha it is at the seller's discretion.
        rebate_percent: what share of the unearned interest is given back.
        running_month: whether the month that has begun counts as earned.
    """
    share = exact(rebate_percent, "share given back")
    if not 0 <= share <= 100:
        raise BadAmount(f"A rebate of {share} percent is not possible. Give 0 to 100.")
    due, running, since = _position(instalments, on, started_on)
    lines = _owed(instalments, due)
    future = [one for one in instalments if one.due_on > on]
    unpaid = sum((one.interest_left for one in future), ZERO)
    lines.append(SettlementLine("interest_to_come", "Interest in the instalments not yet due", unpaid))
    if rebate is not Rebate.NONE and future:
        whole = sum((one.interest for one in instalments), ZERO)
        month_left = _month_left(running, since, on, running_month)
        unearned = _unearned_share(len(instalments), len(future), rebate, month_left)
        given_back = min(percent_of(part_of(whole, unearned), share), unpaid)
        label = "Rebate of unearned interest" + (" (rule of 78)" if rebate is Rebate.RULE_OF_78 else " (by time)")
        lines.append(SettlementLine("rebate", label, -given_back))
    return _settlement(on, lines)


def rule_of_78_rebate(finance_charge: Amount, term: int, remaining: int) -> Decimal:
    """Return the unearned part of a finance charge with so many of its instalments left, to the kobo.

    ``charge * k (k+1) / (n (n+1))``: the sum of the digits left over the sum of all digits.
    """
    return part_of(finance_charge, rule_of_78_unearned(term, remaining))


def rule_of_78_unearned(term: int, remaining: int) -> Fraction:
    """Return the share of a finance charge that is unearned with so many of ``term`` instalments left."""
    if term < 1 or not 0 <= remaining <= term:
        raise BadTerms(f"{remaining} of {term} instalments cannot be left. Count the instalments again.")
    return Fraction(remaining * (remaining + 1), term * (term + 1))


def rebate_by_time(charge: Amount, elapsed: Fraction, rebate_percent: Amount = 100) -> Decimal:
    """Return what is given back of a charge of which this share of its time has gone by, to the kobo.

    A murabaha whose year's profit of 100,000 is settled after one month with half the unearned profit given back:
    ``rebate_by_time(100000, Fraction(1, 12), 50)``.
    """
    if not 0 <= elapsed <= 1:
        raise BadAmount("The share of the time gone by must be between nothing and the whole. Check the dates.")
    share = (1 - elapsed) * Fraction(exact(rebate_percent, "share given back")) / 100
    return part_of(charge, share)


def _position(
    instalments: Sequence[Instalment], on: date, started_on: date
) -> tuple[list[Instalment], Instalment | None, date]:
    """Return the instalments fallen due, the one now running (if any) and the day since which it runs."""
    if on < started_on:
        raise BadDates(f"The loan started on {started_on}; it cannot be settled on {on}. Choose a later day.")
    due = [one for one in instalments if one.due_on <= on]
    running = min((one for one in instalments if one.due_on > on), key=lambda one: one.due_on, default=None)
    return due, running, max((one.due_on for one in due), default=started_on)


def _owed(instalments: Sequence[Instalment], due: Sequence[Instalment]) -> list[SettlementLine]:
    return [
        SettlementLine("principal", "Principal outstanding", sum((one.principal_left for one in instalments), ZERO)),
        SettlementLine("interest_due", "Interest that has fallen due", sum((one.interest_left for one in due), ZERO)),
        SettlementLine("fee_due", "Fees that have fallen due", sum((one.fee_left for one in due), ZERO)),
        SettlementLine("penalty", "Penalties", sum((one.penalty_left for one in instalments), ZERO)),
    ]


def _running_line(running: Instalment, since: date, on: date, policy: RunningMonth) -> SettlementLine:
    earned = part_of(running.interest, 1 - _month_left(running, since, on, policy))
    label = "Interest of the running month"
    if policy is RunningMonth.BY_DAYS:
        label = f"Interest for {(on - since).days} of the {(running.due_on - since).days} days of the running month"
    # What was paid in advance on this instalment counts against it, and is not given back.
    return SettlementLine("running_interest", label, max(earned - running.interest_paid, ZERO))


def _month_left(running: Instalment | None, since: date, on: date, policy: RunningMonth) -> Fraction:
    """Return what share of the running month's interest is not yet earned."""
    if running is None or on == since or policy is RunningMonth.NOTHING:
        return Fraction(1)
    if policy is RunningMonth.FULL:
        return Fraction(0)
    return Fraction((running.due_on - on).days, (running.due_on - since).days)


def _unearned_share(term: int, remaining: int, rebate: Rebate, month_left: Fraction) -> Fraction:
    def unearned(count: int) -> Fraction:
        return rule_of_78_unearned(term, count) if rebate is Rebate.RULE_OF_78 else Fraction(count, term)

    whole_months = unearned(remaining - 1)
    return whole_months + (unearned(remaining) - whole_months) * month_left


def _settlement(on: date, lines: Sequence[SettlementLine]) -> Settlement:
    needed = [line for line in lines if line.amount or line.code == "principal"]
    return Settlement(on, tuple(needed))
