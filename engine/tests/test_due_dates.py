"""When instalments fall due, and the time between."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.day_counts import DayCount, days_30_360, year_fraction
from engine.due_dates import OffDay, due_dates_every, first_pay_day, monthly_due_dates, moved_off
from engine.errors import BadDates

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1))


def test_the_thirty_first_is_the_end_of_every_month_and_comes_back() -> None:
    assert monthly_due_dates(date(2026, 1, 31), 4) == (
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    )
    assert monthly_due_dates(date(2027, 11, 30), 4, 31)[1:] == (
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
    )


def test_the_first_date_is_taken_as_it_is_and_the_others_fall_on_pay_day() -> None:
    assert monthly_due_dates(date(2026, 10, 26), 3, 25) == (date(2026, 10, 26), date(2026, 11, 25), date(2026, 12, 25))


@given(days, st.integers(min_value=1, max_value=120), st.integers(min_value=1, max_value=31))
def test_due_dates_are_one_a_month_in_order(first: date, count: int, pay_day: int) -> None:
    dates = monthly_due_dates(first, count, pay_day)
    months = [one.year * 12 + one.month for one in dates]
    assert months == list(range(months[0], months[0] + count))


def test_weekly_and_fortnightly_dates() -> None:
    assert due_dates_every(7, date(2026, 2, 25), 2) == (date(2026, 2, 25), date(2026, 3, 4))
    assert due_dates_every(14, date(2026, 2, 25), 2)[1] == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("granted_on", "pay_day", "cut_off", "expected"),
    [
        (date(2026, 10, 3), 25, 10, date(2026, 10, 25)),
        (date(2026, 10, 10), 25, 10, date(2026, 10, 25)),
        (date(2026, 10, 11), 25, 10, date(2026, 11, 25)),
        (date(2026, 10, 25), 25, 31, date(2026, 11, 25)),
        (date(2026, 1, 30), 31, 31, date(2026, 1, 31)),
        (date(2026, 1, 31), 31, 31, date(2026, 2, 28)),
    ],
)
def test_a_loan_after_the_cut_off_waits_for_the_next_payroll(
    granted_on: date, pay_day: int, cut_off: int, expected: date
) -> None:
    assert first_pay_day(granted_on, pay_day, cut_off) == expected


def test_dates_move_off_weekends_and_holidays() -> None:
    saturday, christmas = date(2026, 10, 31), date(2026, 12, 25)
    assert moved_off([saturday], OffDay.STAYS) == (saturday,)
    assert moved_off([saturday], OffDay.NEXT) == (date(2026, 11, 2),)
    assert moved_off([saturday], OffDay.PREVIOUS) == (date(2026, 10, 30),)
    assert moved_off([saturday], OffDay.NEXT_IN_MONTH) == (date(2026, 10, 30),)
    assert moved_off([christmas], OffDay.NEXT, holidays={christmas}) == (date(2026, 12, 28),)
    with pytest.raises(BadDates):
        moved_off([saturday], OffDay.NEXT, weekend=range(7))


def test_impossible_days_and_counts_are_refused() -> None:
    for bad in (
        lambda: monthly_due_dates(date(2026, 1, 1), 0),
        lambda: monthly_due_dates(date(2026, 1, 1), 1, 32),
        lambda: monthly_due_dates(date(2026, 1, 1), 1, 1, 0),
        lambda: due_dates_every(0, date(2026, 1, 1), 1),
        lambda: first_pay_day(date(2026, 1, 1), 0),
    ):
        with pytest.raises(BadDates):
            bad()


def test_the_conventions_of_counting_days() -> None:
    start, end = date(2026, 1, 31), date(2026, 3, 1)
    assert days_30_360(start, end) == 31
    assert days_30_360(date(2026, 1, 15), date(2026, 1, 31)) == 16
    assert days_30_360(date(2026, 1, 30), date(2026, 3, 31)) == 60
    assert year_fraction(start, end, DayCount.ACTUAL_365) == Fraction(29, 365)
    assert year_fraction(start, end, DayCount.ACTUAL_360) == Fraction(29, 360)
    assert year_fraction(date(2027, 12, 31), date(2028, 1, 2), DayCount.ACTUAL_ACTUAL) == (
        Fraction(1, 365) + Fraction(1, 366)
    )
    with pytest.raises(BadDates):
        year_fraction(end, start, DayCount.ACTUAL_365)
    with pytest.raises(BadDates):
        year_fraction(start, end, DayCount.EQUAL_PERIODS)


@given(days, days, days)
def test_actual_day_counts_add_up_over_a_date_between(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    for basis in (DayCount.ACTUAL_360, DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL):
        parts = year_fraction(first, middle, basis) + year_fraction(middle, last, basis)
        assert parts == year_fraction(first, last, basis)
