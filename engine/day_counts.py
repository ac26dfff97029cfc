"""What part of a year lies between two dates, by each convention, as an exact fraction."""

from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from engine.errors import BadDates

ONE_DAY = timedelta(days=1)


class DayCount(StrEnum):
    """How the time between two due dates is counted.

    ``EQUAL_PERIODS`` takes each month as a twelfth and each week as a fifty-second of a year whatever the dates:
    what payroll lending does, and the only one that needs no dates. Where actual/actual meets a New Year, ISDA counts
    the first day of a period and not its last; with the first day out it is the other way (Apache Fineract).
    """

    EQUAL_PERIODS = "equal_periods"
    THIRTY_360 = "30/360"
    ACTUAL_360 = "actual/360"
    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"
    ACTUAL_ACTUAL_END = "actual/actual, first day out"


def days_30_360(start: date, end: date) -> int:
    """Return the days between two dates when each month has 30 (US bond basis: ISDA 2006 4.16(f))."""
    first, last = start.day, end.day
    if first == 31:
        first = 30
    if last == 31 and first == 30:
        last = 30
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def days_in_year(year: int) -> int:
    """Return 366 in a leap year, else 365."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def year_fraction(start: date, end: date, basis: DayCount) -> Fraction:
    """Return the part of a year from ``start`` to ``end``; actual/actual parts it at each New Year (ISDA).

    Raises:
        BadDates: the end is before the start, or the basis is equal periods, which does not look at dates.
    """
    if end < start:
        raise BadDates(f"The period ends on {end}, before it starts on {start}. Put the dates in order.")
    if basis is DayCount.THIRTY_360:
        return Fraction(days_30_360(start, end), 360)
    if basis is DayCount.ACTUAL_360:
        return Fraction((end - start).days, 360)
    if basis is DayCount.ACTUAL_365:
        return Fraction((end - start).days, 365)
    if basis is DayCount.ACTUAL_ACTUAL_END:
        return year_fraction(start + ONE_DAY, end + ONE_DAY, DayCount.ACTUAL_ACTUAL)
    if basis is DayCount.ACTUAL_ACTUAL:
        parts = Fraction(0)
        while start.year < end.year:
            new_year = date(start.year + 1, 1, 1)
            parts += Fraction((new_year - start).days, days_in_year(start.year))
            start = new_year
        return parts + Fraction((end - start).days, days_in_year(end.year))
    raise BadDates("Equal periods are not counted from dates. Choose a day count that is.")
