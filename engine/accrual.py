"""Money that grows by the day: interest for a number of days, and the penalty for paying late."""

from decimal import Decimal
from fractions import Fraction

from engine.errors import BadAmount
from engine.money import HALF_UP, KOBO, ZERO, Amount, exact, round_to


def simple_interest(
    base: Amount,
    annual_rate_percent: Amount,
    days: int,
    days_in_year: int = 365,
    *,
    unit: Decimal = KOBO,
    mode: str = HALF_UP,
) -> Decimal:
    """Return simple interest on an amount for so many days, rounded once.

    Args:
        base: naira.
        annual_rate_percent: percent a year.
        days: days elapsed, not negative.
        days_in_year: 365, 366 or 360.
        unit: what to round to; the kobo.
    """
    _check_days(days)
    if days_in_year not in (360, 364, 365, 366):
        raise BadAmount(f"A year of {days_in_year} days is not a convention. Use 360, 364, 365 or 366.")
    yearly = Fraction(exact(base)) * Fraction(exact(annual_rate_percent, "rate")) / 100
    return round_to(yearly * Fraction(days, days_in_year), unit, mode)


def late_penalty(
    overdue: Amount,
    percent: Amount,
    days_late: int,
    *,
    per_days: int = 1,
    grace_days: int = 0,
    cap: Amount | None = None,
    unit: Decimal = KOBO,
) -> Decimal:
    """Return the whole simple penalty on an overdue amount up to this day: it never compounds.

    Worked out afresh from the days each time, so that running it twice in a day changes nothing. The base must not
    contain earlier penalties.

    Args:
        overdue: naira overdue, without penalties.
        percent: percent of the overdue amount for each ``per_days``.
        days_late: days since the due date.
        per_days: what the percentage is for: 1 a day, 30 a month, 365 a year.
        grace_days: days at the start for which nothing is charged.
        cap: the most that may be charged, naira (in duplum: the principal then owing).
        unit: what to round to; the kobo.
    """
    _check_days(days_late)
    _check_days(grace_days)
    if per_days < 1:
        raise BadAmount("A penalty rate is for one day or more. Give 1 (a day), 30 (a month) or 365 (a year).")
    daily = Fraction(exact(overdue)) * Fraction(exact(percent, "rate")) / 100 / per_days
    penalty = round_to(daily * max(days_late - grace_days, 0), unit)
    if penalty < 0:
        raise BadAmount("A penalty cannot be negative. Check the overdue amount and the rate.")
    return penalty if cap is None else min(penalty, max(exact(cap, "cap"), ZERO))


def _check_days(days: int) -> None:
    if days < 0:
        raise BadAmount(f"{days} days is less than none. Check which date comes first.")
