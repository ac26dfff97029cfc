"""The working behind a pay-off figure: what each of its lines is made of, and how the figure moves from day to day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.money import ZERO, percent_of
from engine.servicing.settling import earned_by, month_began, pay_off, running_policy, unearned_of
from engine.servicing.story import Position, Row


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a line's working, in naira; ``on`` is the due date that it belongs to, if it belongs to one."""

    label: str
    amount: Decimal
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The figure changes by so much on each day from the first to the last, naira."""

    first: date
    last: date
    change: Decimal


def working_of(position: Position, on: date) -> dict[str, tuple[Part, ...]]:
    """Return, for each line of ``pay_off`` on the same day by its code, the parts that add up to its amount."""
    due = [row for row in position.rows if row.due_on <= on]
    parts = {
        "principal": (
            Part("Principal of all payments", sum((row.principal for row in position.rows), ZERO)),
            Part("Paid back", -sum((row.principal_paid for row in position.rows), ZERO)),
        ),
        "interest_due": _by_row("Interest of the payment due on", due, lambda row: row.interest_left),
        "fee": _by_row("Fee with the payment due on", position.rows, lambda row: row.fee_left),
        "penalty": _present(
            Part("Charged for being late", position.penalty_charged),
            Part("Paid", -position.penalty_paid),
            Part("Let off", -position.penalty_waived),
        ),
    }
    to_come = [row for row in position.rows if row.due_on > on and not row.is_extra]
    if not to_come:
        return parts
    return parts | (_fixed(position, to_come, on) if position.rules.is_fixed else _running(position, to_come, on))


def steps_of(figure: Callable[[date], Decimal], days: Sequence[date]) -> tuple[Step, ...]:
    """Return how a figure moves over days that follow each other; days of one change are one step."""
    steps: list[Step] = []
    figures = [figure(day) for day in days]
    for day, before, after in zip(days[1:], figures, figures[1:], strict=False):
        change = after - before
        if steps and steps[-1].change == change:
            steps[-1] = Step(steps[-1].first, day, change)
        else:
            steps.append(Step(day, day, change))
    return tuple(steps)


def _running(position: Position, to_come: Sequence[Row], on: date) -> dict[str, tuple[Part, ...]]:
    running = to_come[0]
    since, whole = month_began(position, running), running.interest - running.interest_waived
    charged = earned_by(whole, since, running.due_on, on, running_policy(position.rules))
    over = max(running.interest_paid - charged, ZERO)
    advance = _by_row("Interest paid for the payment due on", to_come[1:], lambda row: -row.interest_paid)
    return {
        "running_interest": _present(
            Part("Interest of the payment due on", whole, running.due_on),
            Part("Not charged, because its days have not all gone by", charged - whole),
            Part("Paid of it already", over - running.interest_paid),
        ),
        "paid_in_advance": (*_present(Part("Paid above what the running month costs", -over)), *advance),
    }


def _fixed(position: Position, to_come: Sequence[Row], on: date) -> dict[str, tuple[Part, ...]]:
    unearned = unearned_of(position, to_come, on)
    kept = unearned - percent_of(unearned, position.rules.rebate_percent)
    return {
        "interest_to_come": _by_row("Charge in the payment due on", to_come, lambda row: row.interest_left),
        "rebate": _present(
            Part("Charges that are not earned by that day", -unearned),
            Part("Kept by the society's rule", kept),
        ),
    }


def _by_row(label: str, rows: Sequence[Row], amount: Callable[[Row], Decimal]) -> tuple[Part, ...]:
    return tuple(Part(label, part, row.due_on) for row in rows if (part := amount(row)))


def _present(*parts: Part) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.amount)


def pay_off_with_working(position: Position, on: date) -> tuple[tuple[str, str, Decimal, tuple[Part, ...]], ...]:
    """Return the lines of the figure: code, label, naira and parts."""
    parts = working_of(position, on)
    return tuple((line.code, line.label, line.amount, parts[line.code]) for line in pay_off(position, on).lines)
