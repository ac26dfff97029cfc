"""The yearly cost of credit beyond the published examples."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadDates, BadTerms, NoSolution
from engine.rates import (
    TimeUnit,
    UnitPeriod,
    _solve,
    effective_apr,
    effective_yearly_rate,
    internal_rate,
    nominal_apr,
    nominal_yearly_rate,
    single_payment_unit,
    unit_periods,
    years_between,
)
from engine.schedules import ScheduleTerms, build_schedule, level_instalment

D = Decimal
TINY = D("1E-9")


def test_a_loan_without_fees_costs_its_own_rate() -> None:
    lines = build_schedule(ScheduleTerms(principal=D(10**11), rate_percent=D(18), term=36))
    payments = [line.total for line in lines]
    assert abs(nominal_yearly_rate(10**11, payments) - 18) < TINY
    assert abs(effective_yearly_rate(10**11, payments) - (D("1.015") ** 12 - 1) * 100) < TINY


def test_money_kept_back_makes_the_loan_dearer() -> None:
    payments = [level_instalment(100000, 12, 12)] * 12
    assert effective_yearly_rate(98000, payments) > effective_yearly_rate(100000, payments) + 3


def test_an_interest_free_loan_costs_nothing_and_a_gift_costs_less_than_nothing() -> None:
    assert effective_yearly_rate(1200, [100] * 12) == 0
    assert effective_yearly_rate(1300, [100] * 12) < 0


@given(
    st.decimals(min_value=D("-0.2"), max_value=D("3"), places=4),
    st.lists(st.decimals(min_value=1, max_value=10000, places=2), min_size=1, max_size=36),
)
def test_the_rate_found_is_the_rate_with_which_the_advance_was_made(rate: Decimal, payments: list[Decimal]) -> None:
    advance = sum(payment / (1 + rate) ** k for k, payment in enumerate(payments, 1))
    assert abs(internal_rate(advance, payments) - rate) < TINY


@pytest.mark.parametrize("payment", [5, 6, 60, 6000])
def test_the_search_for_a_rate_is_short(payment: int) -> None:
    tries = []

    def excess(rate: Decimal) -> Decimal:
        tries.append(rate)
        return sum(payment / (1 + rate) ** k for k in range(1, 25)) - 100

    _solve(excess)
    assert len(tries) < 45


@given(st.integers(min_value=1, max_value=24), st.decimals(min_value=10, max_value=2000, places=2))
def test_the_two_ways_to_the_effective_rate_agree(term: int, payment: Decimal) -> None:
    advance = payment * term * D("0.9")
    by_time = effective_apr(advance, [(payment, Fraction(k, 12)) for k in range(1, term + 1)])
    assert abs(by_time - effective_yearly_rate(advance, [payment] * term)) < TINY


@pytest.mark.parametrize(
    ("start", "end", "unit", "expected"),
    [
        (date(2026, 1, 10), date(2026, 2, 10), UnitPeriod.MONTH, (1, 0)),
        (date(2026, 1, 31), date(2026, 2, 28), UnitPeriod.MONTH, (0, Fraction(28, 30))),
        (date(2026, 1, 10), date(2026, 1, 31), UnitPeriod.WEEK, (3, 0)),
        (date(2026, 1, 10), date(2026, 1, 31), UnitPeriod.FORTNIGHT, (1, Fraction(1, 2))),
        (date(2026, 1, 10), date(2027, 4, 10), UnitPeriod.YEAR, (1, Fraction(3, 12))),
        (date(2026, 1, 10), date(2027, 4, 11), UnitPeriod.YEAR, (1, Fraction(91, 365))),
        (date(2026, 1, 10), date(2026, 9, 10), UnitPeriod.HALF_YEAR, (1, Fraction(60, 180))),
    ],
)
def test_unit_periods_between_dates(start: date, end: date, unit: UnitPeriod, expected: tuple) -> None:
    assert unit_periods(start, end, unit) == expected


def test_a_single_payment_is_one_period_of_its_own_length_or_years() -> None:
    assert single_payment_unit(date(2026, 1, 15), date(2026, 7, 15)) == (1, 0, 2)
    assert single_payment_unit(date(2026, 1, 3), date(2026, 9, 15)) == (1, 0, Fraction(365, 255))
    assert single_payment_unit(date(2026, 1, 3), date(2028, 1, 3)) == (2, 0, 1)


def test_a_longer_first_period_makes_the_same_payments_cheaper() -> None:
    usual = nominal_apr(5000, [230] * 24)
    assert nominal_apr(5000, [230] * 24, odd_period=Fraction(1, 2)) < usual


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (TimeUnit.MONTH, Fraction(13, 12) + Fraction(5, 365)),
        (TimeUnit.YEAR, 1 + Fraction(36, 365)),
        (TimeUnit.WEEK, Fraction(57, 52) + Fraction(2, 365)),
        (TimeUnit.DAY, Fraction(401, 365)),
    ],
)
def test_time_in_years_by_each_unit(unit: TimeUnit, expected: Fraction) -> None:
    assert years_between(date(2025, 3, 10), date(2026, 4, 15), unit) == expected


def test_figures_without_a_rate_are_refused() -> None:
    for bad in (
        lambda: internal_rate(0, [100]),
        lambda: internal_rate(100, []),
        lambda: internal_rate(100, [0, 0]),
        lambda: internal_rate(100, [200, -50]),
        lambda: internal_rate(D("0.01"), [10**14]),
        lambda: effective_apr(10**14, [(D("0.01"), 1)]),
    ):
        with pytest.raises(NoSolution):
            bad()
    with pytest.raises(BadTerms):
        effective_yearly_rate(100, [110], 0)
    for backwards in (
        lambda: unit_periods(date(2026, 2, 1), date(2026, 1, 1), UnitPeriod.MONTH),
        lambda: years_between(date(2026, 2, 1), date(2026, 1, 1)),
        lambda: single_payment_unit(date(2026, 2, 1), date(2026, 2, 1)),
    ):
        with pytest.raises(BadDates):
            backwards()
