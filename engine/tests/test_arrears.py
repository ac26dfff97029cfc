"""How late a loan is, and what is charged for it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accrual import late_penalty, simple_interest
from engine.arrears import Arrears, LateClass, LateClasses, assess, by_class, portfolio_at_risk
from engine.errors import BadAmount, BadTable
from engine.instalments import Instalment

D = Decimal


def instalment(number: int, due_on: date, principal_paid: int = 0, interest_paid: int = 0) -> Instalment:
    return Instalment(
        number=number,
        due_on=due_on,
        principal=D(9000),
        interest=D(1000),
        principal_paid=D(principal_paid),
        interest_paid=D(interest_paid),
    )


AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 25), date(2026, 9, 25), date(2026, 10, 25)


def owing() -> list[Instalment]:
    return [instalment(1, AUGUST, 9000, 1000), instalment(2, SEPTEMBER), instalment(3, OCTOBER)]


def test_days_are_counted_from_the_oldest_instalment_not_paid_in_full() -> None:
    late = assess(owing(), date(2026, 10, 26))
    assert (late.days_past_due, late.oldest_unpaid_number, late.instalments_overdue) == (31, 2, 2)
    assert (late.overdue_principal, late.overdue_interest, late.overdue) == (18000, 2000, 20000)
    assert late.outstanding_principal == 18000


def test_an_instalment_is_not_late_on_its_due_date_and_is_on_the_next_day() -> None:
    fresh = [instalment(1, OCTOBER)]
    assert assess(fresh, OCTOBER) == Arrears(0, None, None, 0, D(0), D(0), D(0), D(0), D(9000))
    assert assess(fresh, OCTOBER + timedelta(days=1)).days_past_due == 1


def test_a_token_payment_cures_nothing() -> None:
    before = assess(owing(), date(2026, 11, 1))
    token = [instalment(1, AUGUST, 9000, 1000), instalment(2, SEPTEMBER, 8999, 1000), instalment(3, OCTOBER)]
    after = assess(token, date(2026, 11, 1))
    assert after.days_past_due == before.days_past_due == 37
    assert after.overdue == before.overdue - 9999
    paid = [instalment(1, AUGUST, 9000, 1000), instalment(2, SEPTEMBER, 9000, 1000), instalment(3, OCTOBER)]
    assert assess(paid, date(2026, 11, 1)).days_past_due == 7


def test_a_penalty_alone_is_owed_but_makes_no_loan_late() -> None:
    paid = replace(instalment(1, AUGUST, 9000, 1000), penalty=D(150), penalty_paid=D(50))
    late = assess([paid], OCTOBER)
    assert (late.days_past_due, late.overdue_penalty, late.overdue) == (0, 100, 100)


@given(st.integers(min_value=0, max_value=400))
def test_the_order_of_the_instalments_and_a_second_run_change_nothing(days: int) -> None:
    day = AUGUST + timedelta(days=days)
    assert assess(owing(), day) == assess(reversed(owing()), day) == assess(owing(), day)


TABLE = LateClasses(
    [
        LateClass("lost", 91, D(100)),
        LateClass("performing", 0, D(1)),
        LateClass("watch", 1, D(5)),
        LateClass("substandard", 31, D(20)),
        LateClass("doubtful", 61, D(50)),
    ]
)


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (0, "performing"),
        (1, "watch"),
        (30, "watch"),
        (31, "substandard"),
        (90, "doubtful"),
        (91, "lost"),
        (5000, "lost"),
    ],
)
def test_a_class_begins_on_its_first_day(days: int, name: str) -> None:
    assert TABLE.of(days).name == name


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [LateClass("watch", 1)],
        [LateClass("a", 0), LateClass("b", 0)],
        [LateClass("a", 0, D(101))],
        [LateClass("a", 0, D(-1))],
    ],
)
def test_a_table_with_a_hole_an_overlap_or_an_odd_percentage_is_refused(rows: list[LateClass]) -> None:
    with pytest.raises(BadTable):
        LateClasses(rows)


def test_a_portfolio_at_risk_counts_whole_balances_and_never_divides_by_nothing() -> None:
    portfolio = [(D(1000), 0), (D(500), 1), (D(250), 31)]
    assert portfolio_at_risk(portfolio, 0).at_risk == 750
    assert portfolio_at_risk(portfolio, 30).percent == D("14.29")
    assert portfolio_at_risk([], 30).percent is None
    assert [row.share_percent for row in by_class([], TABLE)] == [None] * 5
    assert [row.loans for row in by_class(portfolio, TABLE)] == [1, 1, 1, 0, 0]


def test_a_loan_cannot_be_early_by_days_past_due() -> None:
    with pytest.raises(BadAmount):
        TABLE.of(-1)


def test_a_penalty_has_grace_and_a_cap_and_is_worked_out_afresh() -> None:
    assert late_penalty(10000, D("0.1"), 10) == 100
    assert late_penalty(10000, D("0.1"), 10, grace_days=3) == 70
    assert late_penalty(10000, D("0.1"), 2, grace_days=3) == 0
    assert late_penalty(10000, D("0.1"), 10, cap=D("60.00")) == 60
    assert late_penalty(10000, D(1), 45, per_days=30) == 150
    assert late_penalty(10000, D("0.1"), 10) == 100, "a second run the same day"


@given(st.integers(min_value=0, max_value=1000), st.integers(min_value=0, max_value=1000))
def test_penalties_never_grow_faster_than_the_days(first: int, more: int) -> None:
    once = late_penalty(10000, D("0.1"), first)
    assert late_penalty(10000, D("0.1"), first + more) == once + late_penalty(10000, D("0.1"), more)


def test_impossible_days_rates_and_years_are_refused() -> None:
    for bad in (
        lambda: late_penalty(100, 1, -1),
        lambda: late_penalty(100, 1, 1, per_days=0),
        lambda: late_penalty(-100, 1, 1),
        lambda: simple_interest(100, 12, -1),
        lambda: simple_interest(100, 12, 1, 100),
    ):
        with pytest.raises(BadAmount):
            bad()
    assert simple_interest(100000, 12, 30) == D("986.30")
