"""Loans taken over in mid-life, and balances spread again."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.due_dates import monthly_due_dates
from engine.errors import BadDates, BadTerms, NoSolution
from engine.money import to_kobo
from engine.schedules import (
    Line,
    Method,
    ScheduleTerms,
    build_schedule,
    instalments_needed,
    keep_instalment,
    keep_term,
    running_flat_schedule,
    running_schedule,
)

D = Decimal
FIRST = date(2026, 10, 25)


def run(balance: str, instalment: str, remaining: int, rate: str = "12", first_number: int = 1) -> list[Line]:
    dates = monthly_due_dates(FIRST, remaining)
    return running_schedule(D(balance), D(rate), D(instalment), remaining, first_number, dates)


def test_the_last_instalment_clears_a_loan_in_its_last_month() -> None:
    (line,) = run("29596.80", "29892.88", 1, first_number=36)
    assert (line.number, line.interest, line.principal, line.total) == (36, D("295.97"), D("29596.80"), D("29892.77"))


@given(
    st.decimals(min_value=1000, max_value=10**8, places=2),
    st.decimals(min_value=0, max_value=60, places=2),
    st.integers(min_value=2, max_value=60),
    st.data(),
)
def test_a_loan_taken_over_midway_goes_on_as_its_own_schedule(
    principal: Decimal, rate: Decimal, term: int, data: st.DataObject
) -> None:
    whole = build_schedule(ScheduleTerms(principal=principal, rate_percent=rate, term=term, first_due_on=FIRST))
    paid = data.draw(st.integers(min_value=0, max_value=term - 1))
    dates = [line.due_on for line in whole[paid:]]
    rest = running_schedule(whole[paid].opening, rate, whole[0].total, term - paid, paid + 1, dates)
    assert rest == [line for line in whole[paid:] if line.total]


@given(
    st.decimals(min_value=0, max_value=10**7, places=2),
    st.decimals(min_value=0, max_value=60, places=2),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.integers(min_value=1, max_value=40),
)
def test_whatever_was_agreed_the_balance_is_repaid_and_all_interest_is_charged_once(
    balance: Decimal, rate: Decimal, instalment: Decimal, remaining: int
) -> None:
    lines = running_schedule(balance, rate, instalment, remaining, 1, monthly_due_dates(FIRST, remaining))
    assert sum(line.principal for line in lines) == balance
    assert all(min(line.principal, line.interest, line.closing) >= 0 < line.total for line in lines if instalment)
    assert all(line.total <= instalment for line in lines[:-1])
    charged = sum(to_kobo(line.opening * rate / 1200) for line in lines)
    interest = sum(line.interest for line in lines)
    assert interest == charged


# Interest on the whole amount -----------------------------------------------------------------------------------------


def run_flat(
    principal: str, balance: str, instalment: str, term: int, paid: int, rate: str = "12", over: int = 0
) -> list[Line]:
    remaining = over or term - paid
    dates = monthly_due_dates(FIRST, remaining)
    return running_flat_schedule(D(principal), D(balance), D(rate), D(instalment), term, remaining, paid + 1, dates)


def test_a_flat_loan_pays_the_same_interest_each_month_and_its_agreed_instalment() -> None:
    # 120,000 at 12% flat over 12 months: 14,400 in all, 1,200 a month beside 10,000 of principal
    lines = run_flat("120000", "40000", "11200", 12, 8)
    assert [(line.number, line.principal, line.interest) for line in lines] == [
        (number, D(10000), D(1200)) for number in (9, 10, 11, 12)
    ]
    # Owed less and more than the plan says, the last one differs.
    assert [line.total for line in run_flat("120000", "35000", "11200", 12, 8)] == [11200, 11200, 11200, 6200]
    assert [line.total for line in run_flat("120000", "41000", "11200", 12, 8)] == [11200, 11200, 11200, 12200]


def test_the_last_instalment_of_a_flat_loan_takes_the_odd_kobo() -> None:
    lines = run_flat("100000", "33333.34", "9333.33", 12, 8)
    assert [line.interest for line in lines] == [1000] * 4
    assert [line.principal for line in lines] == [D("8333.33")] * 3 + [D("8333.35")]


def test_no_flat_interest_is_left_beyond_the_term_or_behind_the_principal() -> None:
    (over,) = run_flat("120000", "5000", "11200", 12, 12, over=1)
    assert (over.number, over.principal, over.interest) == (13, 5000, 0)
    early = run_flat("120000", "15000", "11200", 12, 6)
    assert [(line.principal, line.interest) for line in early] == [(10000, 1200), (5000, 1200)]


def test_flat_interest_that_no_instalment_covers_is_asked_for_in_the_last() -> None:
    lines = run_flat("120000", "120000", "1000", 3, 0)
    assert [(line.principal, line.interest) for line in lines] == [(0, 1000), (0, 1000), (120000, 1600)]


@given(
    st.decimals(min_value=1000, max_value=10**8, places=2),
    st.one_of(st.just(D(0)), st.decimals(min_value=1, max_value=60, places=2)),
    st.integers(min_value=2, max_value=60),
    st.data(),
)
def test_a_flat_loan_taken_over_midway_goes_on_as_its_own_schedule(
    principal: Decimal, rate: Decimal, term: int, data: st.DataObject
) -> None:
    whole = build_schedule(ScheduleTerms(principal, rate, term, method=Method.FLAT, first_due_on=FIRST))
    paid = data.draw(st.integers(min_value=0, max_value=term - 1))
    dates = [line.due_on for line in whole[paid:]]
    rest = running_flat_schedule(
        principal, whole[paid].opening, rate, whole[0].total, term, term - paid, paid + 1, dates
    )  # fmt: skip
    assert rest == whole[paid:]


@given(
    st.decimals(min_value="0.01", max_value=10**7, places=2),
    st.fractions(min_value=0, max_value=1),
    st.decimals(min_value=0, max_value=60, places=2),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.integers(min_value=1, max_value=40),
    st.data(),
)
def test_whatever_was_agreed_a_flat_balance_is_repaid_and_no_more_interest_is_charged_than_was_left(
    principal: Decimal, share: Fraction, rate: Decimal, instalment: Decimal, term: int, data: st.DataObject
) -> None:
    balance = min(to_kobo(Fraction(principal) * share), principal)
    paid = data.draw(st.integers(min_value=0, max_value=term + 2))
    remaining = max(term - paid, 1)
    lines = running_flat_schedule(
        principal, balance, rate, instalment, term, remaining, paid + 1, monthly_due_dates(FIRST, remaining)
    )  # fmt: skip
    assert sum(line.principal for line in lines) == balance
    assert all(min(line.principal, line.interest, line.closing, line.total) >= 0 for line in lines)
    assert all(line.total <= instalment for line in lines[:-1])
    whole = build_schedule(ScheduleTerms(principal, rate, term, method=Method.FLAT))
    assert sum(line.interest for line in lines) <= sum(line.interest for line in whole[paid:])
    if lines and lines[-1].number == term:
        assert sum(line.interest for line in lines) == sum(line.interest for line in whole[paid:])


def test_an_instalment_below_the_interest_repays_no_principal_and_the_last_clears_everything() -> None:
    lines = run("100000", "600", 3)
    assert [(line.principal, line.interest) for line in lines] == [(0, 600), (0, 600), (100000, 1800)]
    assert [line.closing for line in lines] == [100000, 100000, 0]


def test_unpaid_interest_waits_for_an_instalment_with_room() -> None:
    assert run("100000", "0", 2)[-1].interest == 2000


def test_a_balance_that_ends_early_leaves_no_empty_lines() -> None:
    lines = run("15000", "10000", 12)
    assert [line.total for line in lines] == [D("10000"), D("5201.50")]
    assert run("0", "10000", 12) == []


def test_the_due_dates_must_be_as_many_as_the_instalments() -> None:
    with pytest.raises(BadDates, match="3 due dates"):
        running_schedule(1000, 12, 100, 3, 1, [FIRST])
    with pytest.raises(BadTerms):
        running_schedule(1000, 12, 100, 0, 1, [])


def test_a_prepayment_shortens_the_term_or_lowers_the_instalment() -> None:
    loan = build_schedule(ScheduleTerms(principal=D(500000), rate_percent=D(12), term=12, first_due_on=FIRST))
    left = loan[3].closing - 100000
    dates = [line.due_on for line in loan[4:]]
    shorter = keep_instalment(left, 12, loan[0].total, 5, dates)
    smaller = keep_term(left, 12, 5, dates)
    assert len(shorter) < len(smaller) == 8
    assert shorter[0].total == loan[0].total > smaller[0].total
    assert sum(line.interest for line in shorter) < sum(line.interest for line in smaller)
    for lines in (shorter, smaller):
        assert sum(line.principal for line in lines) == left
        assert lines[0].number == 5 and lines[-1].closing == 0
    assert keep_term(0, 12, 5, dates) == keep_instalment(0, 12, 1000, 5, dates) == []


def test_an_instalment_that_never_repays_and_too_few_dates_are_refused() -> None:
    with pytest.raises(NoSolution, match="never repays"):
        instalments_needed(100000, 12, 1000)
    assert instalments_needed(100000, 12, 1001) > 600
    with pytest.raises(BadDates):
        keep_instalment(100000, 12, 10000, 1, [FIRST] * 3)
