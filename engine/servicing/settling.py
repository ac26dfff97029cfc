"""What pays a loan off on a day, whatever its method: principal, and the interest that is charged by then."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.errors import BadDates
from engine.money import ZERO, part_of, percent_of
from engine.schedules import Method
from engine.servicing.story import Position, Row, Rules
from engine.settlement import Rebate, RunningMonth, Settlement, SettlementLine, rule_of_78_unearned

FULL, BY_DAYS = RunningMonth.FULL, RunningMonth.BY_DAYS


def pay_off(position: Position, on: date) -> Settlement:
    """Return the figure that pays the loan off on a day, line by line.

    Interest of months that have not begun is not charged, and what was paid of it in advance counts towards the rest:
    on one day the figure falls by exactly what is paid. A fixed charge is given back by the society's rebate.
    The penalties must have been brought up to the day before.

    Raises:
        BadDates: the day is before the loan started.
    """
    if on < position.rules.started_on:
        raise BadDates(f"The loan started on {position.rules.started_on}; it cannot be paid off on {on}.")
    due = [row for row in position.rows if row.due_on <= on]
    due_interest = sum((row.interest_left for row in due), ZERO)
    lines = [
        SettlementLine("principal", "Principal outstanding", position.outstanding),
        SettlementLine("interest_due", "Interest that has fallen due", due_interest),
        # A fee is the price of something done: it does not shrink with time.
        SettlementLine("fee", "Fees", sum((row.fee_left for row in position.rows), ZERO)),
        SettlementLine("penalty", "Penalties", position.penalty_left),
    ]
    to_come = [row for row in position.rows if row.due_on > on and not row.is_extra]
    if position.rules.is_fixed:
        lines += _fixed_lines(position, to_come, on)
    else:
        lines += _running_lines(position, to_come, on)
    return Settlement(on, tuple(line for line in lines if line.amount or line.code == "principal"))


def interest_kept(position: Position, on: date) -> Decimal:
    """Return all the interest that a pay-off on this day leaves charged, what was paid before included."""
    asked = sum((line.amount for line in pay_off(position, on).lines if line.code in _INTEREST), ZERO)
    return position.interest_paid + asked


_INTEREST = frozenset({"interest_due", "running_interest", "paid_in_advance", "interest_to_come", "rebate"})


def _running_lines(position: Position, to_come: list[Row], on: date) -> list[SettlementLine]:
    """The running month by the society's policy, less what was paid of months that have not begun."""
    if not to_come:
        return []
    running, since = to_come[0], month_began(position, to_come[0])
    whole = running.interest - running.interest_waived
    label, policy = "Interest of the running month", running_policy(position.rules)
    charged = earned_by(whole, since, running.due_on, on, policy)
    if since < on and policy is BY_DAYS:
        label = f"Interest for {(on - since).days} of the {(running.due_on - since).days} days until it falls due"
    owed = charged - running.interest_paid
    advance = sum((row.interest_paid for row in to_come[1:]), ZERO) + max(-owed, ZERO)
    return [
        SettlementLine("running_interest", label, max(owed, ZERO)),
        SettlementLine("paid_in_advance", "Interest paid in advance for months that have not begun", -advance),
    ]


def _fixed_lines(position: Position, to_come: list[Row], on: date) -> list[SettlementLine]:
    """All of a fixed charge, less the rebate on what is not earned of it."""
    rules = position.rules
    unpaid = sum((row.interest_left for row in to_come), ZERO)
    lines = [
        SettlementLine("interest_to_come", "Charges in the instalments not yet due", unpaid),
    ]
    whole = sum((row.interest - row.interest_waived for row in position.rows), ZERO)
    if rules.rebate is Rebate.NONE or not to_come or not whole:
        return lines
    label = "Rebate of unearned charges"
    label += " (rule of 78)" if rules.rebate is Rebate.RULE_OF_78 else " (by time)"
    unearned = unearned_of(position, to_come, on)
    return [*lines, SettlementLine("rebate", label, -percent_of(unearned, rules.rebate_percent))]


def unearned_of(position: Position, to_come: Sequence[Row], on: date) -> Decimal:
    """Return what of a fixed charge is not earned on a day, by the society's way to count it; naira."""
    rules, whole = position.rules, sum((row.interest - row.interest_waived for row in position.rows), ZERO)
    if rules.rebate is Rebate.NONE or not to_come or not whole:
        return ZERO
    since = month_began(position, to_come[0])
    month_left = 1 - _earned(since, to_come[0].due_on, on, rules.running_month) if since < on else Fraction(1)
    count = sum(not row.is_extra for row in position.rows)
    if rules.rebate is Rebate.RULE_OF_78:
        ahead, begun = rule_of_78_unearned(count, len(to_come) - 1), rule_of_78_unearned(count, len(to_come))
        return part_of(whole, ahead + (begun - ahead) * month_left)
    # Month by month as the schedule has them: what the months not begun would have cost.
    months = [row.interest - row.interest_waived for row in to_come]
    return sum(months[1:], ZERO) + part_of(months[0], month_left)


def running_policy(rules: Rules) -> RunningMonth:
    """Return how the month that runs is charged; one payment at the end has no months, its interest goes by days."""
    return BY_DAYS if rules.method is Method.BULLET else rules.running_month


def earned_by(whole: Decimal, since: date, until: date, on: date, policy: RunningMonth) -> Decimal:
    """Return what of a month's interest is charged on a day, naira; nothing where the month has not begun."""
    return part_of(whole, _earned(since, until, on, policy)) if since < on else ZERO


def month_began(position: Position, row: Row) -> date:
    """Return the day on which a row's month began: the due date before its own, or the day the loan started."""
    earlier = [other.due_on for other in position.rows if other.due_on < row.due_on and not other.is_extra]
    return max(earlier, default=position.rules.started_on)


def _earned(since: date, until: date, on: date, policy: RunningMonth) -> Fraction:
    if policy is FULL:
        return Fraction(1)
    return Fraction((on - since).days, (until - since).days) if policy is BY_DAYS else Fraction(0)
