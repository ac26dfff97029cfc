"""What a loan is charged for being late: naira times days are added up first, and become money once, at the end.

``N`` is the sum, over the days and over what was overdue at the end of each, of the amount in naira. The penalty is
``N * percent / (100 * per_days)``, rounded half up to the kobo once. ``N`` of two stretches of days is the sum of
their ``N``, so counting a day again adds nothing, a missed night is made up exactly, and nothing is charged on a
penalty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.errors import BadAmount
from engine.money import KOBO, ZERO, Amount, exact, percent_of, round_to

Span = tuple[date, date | None]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """An amount of one instalment that stood unpaid at the end of each day through ``until``; None: it still stands.

    An instalment that was paid in parts is several of them, each until the day before its part came in. ``base`` is
    in naira and never holds a penalty.
    """

    base: Decimal
    due_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Days of one stretch that count, from the first through the last of them without those that are paused."""

    first: date
    last: date
    days: int
    naira_days: Decimal


def counted_days(
    stretch: Stretch,
    *,
    through: date,
    after: date | None = None,
    grace_days: int = 0,
    paused: Sequence[Span] = (),
) -> CountedDays:
    """Return the days of one stretch that count, as ``late_naira_days`` takes them; ``first`` > ``last``: none do."""
    first = stretch.due_on + timedelta(days=grace_days + 1)
    if after is not None:
        first = max(first, after + ONE_DAY)
    last = through if stretch.until is None else min(through, stretch.until)
    days = _days(first, last, paused)
    return CountedDays(first, last, days, exact(stretch.base) * days)


def late_naira_days(
    stretches: Iterable[Stretch],
    *,
    through: date,
    after: date | None = None,
    grace_days: int = 0,
    paused: Sequence[Span] = (),
) -> Decimal:
    """Return N: naira times days late, of the days later than ``after`` and not later than ``through``.

    A day counts for a stretch when it is later than its due date and the days of grace, and not paused.

    Args:
        stretches: what stood unpaid, and for how long.
        through: the last day that is counted.
        after: the last day that was counted before; None counts from the first.
        grace_days: days after the due date for which nothing is charged.
        paused: spans of days that do not count, as first day and the day after the last (None: still going on).
    """
    if grace_days < 0:
        raise BadAmount(f"{grace_days} days of grace are less than none. Give 0 or more.")
    total = ZERO
    for stretch in stretches:
        total += counted_days(stretch, through=through, after=after, grace_days=grace_days, paused=paused).naira_days
    return total


def penalty_of(
    naira_days: Amount, percent: Amount, *, per_days: int, cap: Amount | None = None, before: Amount = ZERO
) -> Decimal:
    """Return the whole penalty for so many naira-days: rounded once, at most the cap, never less than before.

    Args:
        naira_days: N, from ``late_naira_days``.
        percent: percent of the late amount for each ``per_days``.
        per_days: 1 a day, 30 a month, 365 a year.
        cap: the most that may be charged, naira; None for none.
        before: what was charged before: a cap that falls later gives nothing back.
    """
    if per_days < 1:
        raise BadAmount("A penalty rate is for one day or more. Give 1 (a day), 30 (a month) or 365 (a year).")
    whole = Fraction(exact(naira_days)) * Fraction(exact(percent, "rate")) / (100 * per_days)
    if whole < 0:
        raise BadAmount("A penalty cannot be negative. Check the overdue amounts and the rate.")
    penalty = round_to(whole, KOBO)
    if cap is not None:
        penalty = min(penalty, max(exact(cap, "cap"), ZERO))
    return max(penalty, exact(before))


def penalty_cap(
    principal: Amount, outstanding: Amount, *, cap_percent: Amount | None = None, in_duplum: bool = False
) -> Decimal | None:
    """Return the most that may be charged: a percentage of what was lent, what is still owed, the lower; None for none.

    Args:
        principal: what was lent, naira.
        outstanding: principal still owed, naira.
        cap_percent: percent of what was lent.
        in_duplum: the penalty never grows above the principal that is still owed.
    """
    caps = []
    if cap_percent is not None:
        caps.append(percent_of(principal, cap_percent))
    if in_duplum:
        caps.append(exact(outstanding))
    return min(caps, default=None)


def _days(first: date, last: date, paused: Sequence[Span]) -> int:
    """How many days from first through last are not in a pause; pauses may overlap each other."""
    if last < first:
        return 0
    cut = sorted(
        (max(begin, first), last if end is None else min(end - ONE_DAY, last))
        for begin, end in paused
        if begin <= last and (end is None or end > first)
    )
    days, free_from = 0, first
    for begin, end in cut:
        if begin > free_from:
            days += (begin - free_from).days
        free_from = max(free_from, end + ONE_DAY)
    return days + max((last - free_from).days + 1, 0)
