"""Schedules of every method: what must hold for all of them, and the figures of each."""

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.day_counts import DayCount
from engine.errors import BadAmount, BadDates, BadTerms
from engine.money import FINERACT_PROGRESSIVE, Remainder, Rounding, in_kobo, to_kobo
from engine.schedules import (
    Frequency,
    Line,
    Method,
    Moratorium,
    RatePer,
    ScheduleTerms,
    build_schedule,
    earned_each_period,
    interest_between,
    largest_principal,
    level_instalment,
    schedule_columns,
    shortest_term,
    upfront_interest,
)

D = Decimal
rates = st.decimals(min_value=0, max_value=120, places=2)
principals = st.decimals(min_value=D("0.01"), max_value=D("999999999999.99"), places=2)
methods = st.sampled_from([method for method in Method if method is not Method.INTEREST_FREE])


def terms(**changes: object) -> ScheduleTerms:
    usual = {"principal": D("500000.00"), "rate_percent": D(12), "term": 12}
    return ScheduleTerms(**{**usual, **changes})  # type: ignore[arg-type]


def assert_sound(lines: list[Line], principal: Decimal) -> None:
    """Parts add up to the principal, balances follow, nothing is negative, the last line clears."""
    owed = principal
    for number, line in enumerate(lines, 1):
        assert line.number == number
        assert line.opening == owed
        assert min(line.principal, line.interest, line.fee, line.closing) >= 0
        assert line.closing == line.opening - line.principal
        assert line.total == line.principal + line.interest + line.fee
        owed = line.closing
    assert owed == 0


def test_twenty_thousand_random_loans_repay_their_principal_to_the_kobo_and_no_line_is_negative() -> None:
    chance = random.Random(20261026)
    for _ in range(20_000):
        principal = D(chance.randrange(1, 10 ** chance.randrange(1, 15))).scaleb(-2)
        method = chance.choice(list(Method))
        rate = D(0 if method is Method.INTEREST_FREE else chance.choice([0, chance.randrange(0, 12001)])).scaleb(-2)
        term = chance.choice([1, 2, 3, 6, 10, 12, 18, 24, 36, 48, 60, chance.randrange(1, 121)])
        lines = build_schedule(ScheduleTerms(principal=principal, rate_percent=rate, term=term, method=method))
        assert len(lines) == (1 if method is Method.BULLET else term)
        assert sum([line.principal for line in lines]) == principal
        assert min(map(min, [line[2:] for line in lines])) >= 0
        assert lines[-1].closing == 0


@given(
    principals,
    rates,
    st.integers(min_value=1, max_value=120),
    methods,
    st.sampled_from(Frequency),
    st.sampled_from(Moratorium),
    st.integers(min_value=1, max_value=12),
    st.decimals(min_value=0, max_value=10000, places=2),
)
def test_every_combination_of_terms_gives_a_sound_schedule(
    principal: Decimal,
    rate: Decimal,
    term: int,
    method: Method,
    frequency: Frequency,
    moratorium: Moratorium,
    waits: int,
    fee: Decimal,
) -> None:
    if method is Method.BULLET or waits >= term:
        moratorium = Moratorium.NONE
    made = ScheduleTerms(
        principal=principal,
        rate_percent=rate,
        term=term,
        method=method,
        frequency=frequency,
        moratorium=moratorium,
        moratorium_periods=0 if moratorium is Moratorium.NONE else waits,
        fee=fee,
    )
    lines = build_schedule(made)
    assert_sound(lines, principal)
    assert sum(line.fee for line in lines) == fee
    columns = schedule_columns(made)
    assert columns.closing == [in_kobo(line.closing) for line in lines]
    assert columns.interest == [in_kobo(line.interest) for line in lines]


@given(principals, rates, st.integers(min_value=1, max_value=60))
def test_a_level_schedule_is_what_exact_fractions_rounded_once_give(
    principal: Decimal, rate: Decimal, term: int
) -> None:
    monthly, owed = Fraction(rate) / 1200, Fraction(principal)
    growth = (1 + monthly) ** term
    instalment = to_kobo(owed * (monthly * growth / (growth - 1) if monthly else Fraction(1, term)))
    assert level_instalment(principal, rate, term) == instalment
    for line in build_schedule(terms(principal=principal, rate_percent=rate, term=term)):
        assert line.interest == to_kobo(owed * monthly)
        if line.number < term and line.closing:
            assert line.total == instalment
        owed -= Fraction(line.principal)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(("principal", "term"), [("0.01", 60), ("0.05", 9), ("999999999999.99", 60), ("0.01", 1)])
def test_tiny_and_huge_loans_have_sound_schedules(method: Method, principal: str, term: int) -> None:
    rate = D(0) if method is Method.INTEREST_FREE else D(13)
    lines = build_schedule(terms(principal=D(principal), rate_percent=rate, term=term, method=method))
    assert_sound(lines, D(principal))


def test_half_a_kobo_of_interest_goes_up_even_when_the_rate_never_ends() -> None:
    # 13% a year is 13/1200 a month, which has no end in decimals; of 6.00 it is 0.065 exactly.
    first = build_schedule(terms(principal=D("6.00"), rate_percent=D(13), term=2))[0]
    assert first.interest == D("0.07")


def test_a_loan_for_one_month_pays_all_with_its_interest() -> None:
    (line,) = build_schedule(terms(principal=D("100.50"), term=1))
    assert (line.principal, line.interest, line.total) == (D("100.50"), D("1.01"), D("101.51"))
    assert level_instalment(D("100.50"), 12, 1) == D("101.51")


def test_without_interest_the_instalments_are_equal_and_the_last_takes_the_odd_kobo() -> None:
    lines = build_schedule(terms(principal=D(100), rate_percent=D(0), term=3))
    assert [line.total for line in lines] == [D("33.33"), D("33.33"), D("33.34")]


def test_the_amounts_have_two_places_even_from_whole_numbers() -> None:
    line = build_schedule(terms(principal=1000, rate_percent=12))[0]
    assert {str(amount).rpartition(".")[2] for amount in line[2:]} >= {"00"}
    assert all(amount.as_tuple().exponent == -2 for amount in line[2:])


def test_flat_interest_adds_up_to_what_was_quoted() -> None:
    lines = build_schedule(terms(principal=D(100000), rate_percent=D(10), method=Method.FLAT))
    assert sum(line.interest for line in lines) == D("10000.00")
    assert [line.interest for line in lines[-2:]] == [D("833.33"), D("833.37")]


def test_a_rate_for_the_whole_term_is_charged_once() -> None:
    lines = build_schedule(
        terms(principal=D(200000), rate_percent=D(5), rate_per=RatePer.TERM, term=10, method=Method.FLAT)
    )
    assert {line.interest for line in lines} == {D("1000.00")}


def test_interest_taken_up_front_is_not_in_the_instalments_and_is_earned_month_by_month() -> None:
    loan = terms(principal=D(100000), rate_percent=D(10), method=Method.FLAT_UPFRONT)
    lines = build_schedule(loan)
    assert upfront_interest(loan) == D("10000.00")
    assert sum(line.interest for line in lines) == 0
    assert sum(earned_each_period(loan)) == D("10000.00")
    assert max(earned_each_period(loan)) - min(earned_each_period(loan)) == D("0.01")
    assert upfront_interest(terms(method=Method.FLAT)) == 0


def test_a_bullet_is_one_payment_on_the_last_due_date() -> None:
    (line,) = build_schedule(
        terms(principal=D(30000), rate_per=RatePer.MONTH, rate_percent=D(1), term=3, method=Method.BULLET,
              first_due_on=date(2026, 11, 25))
    )  # fmt: skip
    assert line == Line(1, date(2027, 1, 25), D(30000), D(30000), D(900), D(0), D(0), D(30900))


def test_an_interest_free_loan_has_a_fee_and_no_rate() -> None:
    lines = build_schedule(terms(rate_percent=D(0), method=Method.INTEREST_FREE, fee=D(1000)))
    assert sum(line.fee for line in lines) == 1000
    assert sum(line.interest for line in lines) == 0
    with pytest.raises(BadTerms, match="interest-free"):
        terms(method=Method.INTEREST_FREE)


def test_a_moratorium_on_principal_still_pays_interest() -> None:
    lines = build_schedule(terms(moratorium=Moratorium.PRINCIPAL, moratorium_periods=3))
    assert [(line.principal, line.interest) for line in lines[:3]] == [(0, 5000)] * 3
    assert lines[3].total == level_instalment(500000, 12, 9)


def test_in_a_full_moratorium_the_interest_is_spread_over_the_later_instalments_or_waived() -> None:
    spread = build_schedule(terms(moratorium=Moratorium.FULL_WITH_INTEREST, moratorium_periods=3))
    waived = build_schedule(terms(moratorium=Moratorium.FULL_WITHOUT_INTEREST, moratorium_periods=3))
    assert [line.total for line in spread[:3]] == [line.total for line in waived[:3]] == [0, 0, 0]
    assert sum(line.interest for line in spread) - sum(line.interest for line in waived) == 15000
    assert spread[3].total - waived[3].total == D("1666.67")


def test_a_flat_loan_charges_nothing_for_the_months_that_are_let_off_in_full() -> None:
    free, kept = (
        build_schedule(terms(method=Method.FLAT, moratorium=kind, moratorium_periods=3))
        for kind in (Moratorium.FULL_WITHOUT_INTEREST, Moratorium.FULL_WITH_INTEREST)
    )
    assert sum(line.interest for line in free) == 9 * 5000
    assert sum(line.interest for line in kept) == 12 * 5000
    assert [line.total for line in free[:3]] == [line.total for line in kept[:3]] == [0, 0, 0]


def test_interest_by_days_follows_the_length_of_each_month() -> None:
    lines = build_schedule(
        terms(
            starts_on=date(2026, 1, 25), first_due_on=date(2026, 2, 25), day_count=DayCount.ACTUAL_365,
            method=Method.EQUAL_PRINCIPAL, principal=D(120000),
        )
    )  # fmt: skip
    assert lines[0].interest == to_kobo(Fraction(120000 * 12 * 31, 36500))
    assert lines[1].interest == to_kobo(Fraction(110000 * 12 * 28, 36500))


@given(principals, rates, st.integers(min_value=2, max_value=36), st.sampled_from(DayCount))
@example(Decimal("1.71"), Decimal("115.71"), 29, DayCount.THIRTY_360)
@settings(max_examples=40)
def test_level_instalments_by_days_are_level_but_for_the_last(
    principal: Decimal, rate: Decimal, term: int, day_count: DayCount
) -> None:
    made = terms(
        principal=principal, rate_percent=rate, term=term, day_count=day_count,
        starts_on=date(2026, 1, 7), first_due_on=date(2026, 1, 31), due_day=31,
    )  # fmt: skip
    lines = build_schedule(made)
    assert_sound(lines, principal)
    # Of a loan of a few kobo the interest of a long month alone may be more than the instalment.
    assert all(
        line.total == lines[0].total or not line.principal for line in lines[:-1] if line.closing and lines[0].principal
    )


def test_thirty_day_months_charge_what_equal_months_charge() -> None:
    by_days = build_schedule(
        terms(day_count=DayCount.THIRTY_360, starts_on=date(2026, 1, 25), first_due_on=date(2026, 2, 25))
    )
    equal = build_schedule(terms(first_due_on=date(2026, 2, 25)))
    assert by_days == equal


def test_a_late_first_due_date_costs_more_by_days() -> None:
    soon, late = (
        build_schedule(terms(day_count=DayCount.ACTUAL_365, starts_on=date(2026, 1, 25), first_due_on=first))
        for first in (date(2026, 2, 25), date(2026, 3, 25))
    )
    assert late[0].interest > soon[0].interest
    assert late[0].total > soon[0].total


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"principal": D(0)}, BadTerms),
        ({"principal": D("-5")}, BadAmount),
        ({"principal": D("0.001")}, BadAmount),
        ({"principal": 1.5}, BadAmount),
        ({"term": 0}, BadTerms),
        ({"term": 1201}, BadTerms),
        ({"term": True}, BadTerms),
        ({"rate_percent": D(-1)}, BadTerms),
        ({"rate_percent": D(1001)}, BadTerms),
        ({"rate_percent": D("1.123456789")}, BadTerms),
        ({"rate_percent": 12.0}, BadAmount),
        ({"fee": D("-1")}, BadAmount),
        ({"rate_per": RatePer.TERM}, BadTerms),
        ({"due_dates": [date(2026, 1, 1)]}, BadDates),
        ({"term": 2, "due_dates": [date(2026, 2, 1), date(2026, 2, 1)]}, BadDates),
        ({"term": 1, "due_dates": [date(2026, 2, 1)], "first_due_on": date(2026, 2, 1)}, BadDates),
        ({"moratorium": Moratorium.PRINCIPAL}, BadTerms),
        ({"moratorium_periods": 2}, BadTerms),
        ({"moratorium": Moratorium.PRINCIPAL, "moratorium_periods": 12}, BadTerms),
        ({"moratorium": Moratorium.PRINCIPAL, "moratorium_periods": 1, "method": Method.BULLET}, BadTerms),
        ({"day_count": DayCount.ACTUAL_365}, BadDates),
        (
            {"day_count": DayCount.ACTUAL_365, "starts_on": date(2026, 2, 1), "first_due_on": date(2026, 2, 1)},
            BadDates,
        ),
        ({"rounding": Rounding(remainder=Remainder.FIRST)}, BadTerms),
        (
            {"rounding": FINERACT_PROGRESSIVE, "moratorium": Moratorium.PRINCIPAL, "moratorium_periods": 2},
            BadTerms,
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(changes: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        terms(**changes)
    assert terms()


def test_due_dates_can_all_be_given() -> None:
    dates = [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31)]
    assert [line.due_on for line in build_schedule(terms(term=3, due_dates=dates))] == dates
    with pytest.raises(BadDates, match="twice a month"):
        build_schedule(terms(frequency=Frequency.SEMIMONTHLY, first_due_on=date(2026, 1, 15)))


@given(principals, rates, st.integers(min_value=1, max_value=60))
def test_the_largest_loan_for_an_instalment_fits_it_and_one_naira_more_does_not(
    principal: Decimal, rate: Decimal, term: int
) -> None:
    room = level_instalment(principal, rate, term)
    largest = largest_principal(room, rate, term)
    assert level_instalment(largest, rate, term) <= room
    assert level_instalment(largest + term + 1, rate, term) > room


@given(st.decimals(min_value=1000, max_value=10**7, places=2), rates, st.integers(min_value=1, max_value=60))
def test_the_shortest_term_fits_and_a_month_less_does_not(principal: Decimal, rate: Decimal, term: int) -> None:
    room = level_instalment(principal, rate, term)
    shortest = shortest_term(principal, rate, room, 60)
    assert shortest is not None and shortest <= term
    assert level_instalment(principal, rate, shortest) <= room
    assert shortest == 1 or level_instalment(principal, rate, shortest - 1) > room


def test_no_term_is_long_enough_for_an_instalment_below_the_interest() -> None:
    assert shortest_term(100000, 12, D("999.99"), 1200) is None


def test_interest_outside_the_term_is_refused() -> None:
    with pytest.raises(BadTerms):
        interest_between(1000, 12, 12, 5, 13)
    assert interest_between(1200, 0, 12) == 0
