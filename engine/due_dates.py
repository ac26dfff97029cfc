"""When instalments fall due: by the employer's pay day, every so many days, moved off days that do not count."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from engine.errors import BadDates

MOST_DUE_DATES = 1200  # a hundred years of months


class OffDay(StrEnum):
    """Where a due date goes that falls on a day that does not count."""

    STAYS = "stays"
    NEXT = "next_working_day"
    PREVIOUS = "previous_working_day"
    NEXT_IN_MONTH = "next_working_day_in_month"  # else the one before, so that it stays in its pay month


def day_in_month(year: int, month: int, day: int) -> date:
    """Return that day of the month, or the month's last day where the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(start: date, months: int, day: int | None = None) -> date:
    """Return the date so many months later (or earlier), on ``day`` or the start's own day, kept in the month."""
    index = start.year * 12 + start.month - 1 + months
    return day_in_month(index // 12, index % 12 + 1, day or start.day)


@lru_cache(maxsize=4096)  # one employer's loans all share the same dates
def monthly_due_dates(first: date, count: int, day: int | None = None, every_months: int = 1) -> tuple[date, ...]:
    """Return ``count`` due dates from ``first`` on, the later ones on the pay day of their month.

    Args:
        first: the first due date, taken as it is.
        count: how many dates, 1 or more.
        day: the pay day from 1 to 31; 31 means the month's end. Without it, the day of ``first``.
        every_months: 1 for monthly, 3 for quarterly, 12 for yearly.
    Raises:
        BadDates: the day or the count is impossible.
    """
    _check_count(count)
    if day is not None and not 1 <= day <= 31:
        raise BadDates(f"There is no pay day {day}. Give a day from 1 to 31 (31 means the end of the month).")
    if every_months < 1:
        raise BadDates("Instalments must be at least one month apart. Give 1 or more months.")
    return (first, *(add_months(first, every_months * step, day) for step in range(1, count)))


@lru_cache(maxsize=1024)
def due_dates_every(days: int, first: date, count: int) -> tuple[date, ...]:
    """Return ``count`` due dates so many days apart (7 weekly, 14 fortnightly), beginning with ``first``."""
    _check_count(count)
    if days < 1:
        raise BadDates("Instalments must be at least one day apart. Give 1 or more days.")
    return tuple(first + timedelta(days=days * step) for step in range(count))


def first_pay_day(granted_on: date, pay_day: int, cut_off_day: int = 31) -> date:
    """Return the first pay day on which the employer can deduct for a loan granted on this date.

    A loan granted after the cut-off day misses this month's payroll; one granted on or after the pay day itself
    always does.

    Args:
        granted_on: the day on which the loan was paid out.
        pay_day: 1 to 31, 31 meaning the end of the month.
        cut_off_day: last day of the month on which the employer takes changes for that month.
    """
    for name, day in (("pay day", pay_day), ("cut-off day", cut_off_day)):
        if not 1 <= day <= 31:
            raise BadDates(f"There is no {name} {day}. Give a day from 1 to 31 (31 means the end of the month).")
    this_month = day_in_month(granted_on.year, granted_on.month, pay_day)
    if granted_on.day <= cut_off_day and this_month > granted_on:
        return this_month
    return add_months(granted_on, 1, pay_day)


def moved_off(
    dates: Iterable[date], rule: OffDay, holidays: Collection[date] = (), weekend: Collection[int] = (5, 6)
) -> tuple[date, ...]:
    """Move each date that falls on a weekend or holiday as the rule says.

    Args:
        dates: due dates.
        rule: where such a date goes.
        holidays: days on which nobody is paid.
        weekend: weekday numbers that do not count, Monday being 0.
    Raises:
        BadDates: every day of the week is off.
    """
    if rule is OffDay.STAYS:
        return tuple(dates)
    if set(weekend) >= set(range(7)):
        raise BadDates("Every day of the week is marked as off. Leave at least one working day.")
    return tuple(_moved(day, rule, holidays, weekend) for day in dates)


def _moved(day: date, rule: OffDay, holidays: Collection[date], weekend: Collection[int]) -> date:
    def working_day(step: int) -> date:
        moved = day
        while moved.weekday() in weekend or moved in holidays:
            moved += timedelta(days=step)
        return moved

    if rule is OffDay.PREVIOUS:
        return working_day(-1)
    later = working_day(1)
    if rule is OffDay.NEXT_IN_MONTH and later.month != day.month:
        return working_day(-1)
    return later


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_DUE_DATES:
        raise BadDates(f"Cannot make {count} due dates. Give a number from 1 to {MOST_DUE_DATES}.")
