"""What pays a loan off on a day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadAmount, BadDates, BadTerms
from engine.instalments import Instalment
from engine.money import to_kobo
from engine.schedules import Method, ScheduleTerms, build_schedule
from engine.settlement import (
    Rebate,
    RunningMonth,
    Settlement,
    rebate_by_time,
    rule_of_78_rebate,
    settle_flat,
    settle_reducing,
)

D = Decimal
STARTED = date(2026, 1, 10)


def loan(method: Method = Method.LEVEL_INSTALMENT, paid: int = 0) -> list[Instalment]:
    lines = build_schedule(
        ScheduleTerms(principal=D(120000), rate_percent=D(12), term=12, method=method, first_due_on=date(2026, 1, 25))
    )
    instalments = [Instalment.unpaid(line) for line in lines]
    return [
        replace(one, principal_paid=one.principal, interest_paid=one.interest) if one.number <= paid else one
        for one in instalments
    ]


def amounts(settlement: Settlement) -> dict[str, Decimal]:
    return {line.code: line.amount for line in settlement.lines}


def test_on_a_due_date_with_all_paid_only_the_principal_is_left() -> None:
    paid = loan(paid=3)
    settlement = settle_reducing([*paid], on=date(2026, 3, 25), started_on=STARTED)
    assert amounts(settlement) == {"principal": sum(one.principal for one in paid[3:])}


def test_a_month_begun_is_charged_in_full_by_days_or_not_at_all() -> None:
    paid = loan(paid=3)
    on = date(2026, 4, 5)
    month = paid[3].interest
    full, by_days, nothing = (
        settle_reducing(paid, on=on, started_on=STARTED, running_month=policy)
        for policy in (RunningMonth.FULL, RunningMonth.BY_DAYS, RunningMonth.NOTHING)
    )
    assert amounts(full)["running_interest"] == month
    assert amounts(by_days)["running_interest"] == to_kobo(Fraction(month) * 11 / 31)
    assert "running_interest" not in amounts(nothing)
    assert full.total - nothing.total == month


def test_arrears_fees_and_penalties_are_asked_for() -> None:
    owing = loan(paid=2)
    owing[2] = replace(owing[2], fee=D(50), penalty=D("12.34"), interest_paid=D(100))
    shown = amounts(settle_reducing(owing, on=date(2026, 3, 25), started_on=STARTED))
    assert shown["interest_due"] == owing[2].interest - 100
    assert shown["fee_due"] == 50 and shown["penalty"] == D("12.34")


def test_interest_paid_ahead_counts_against_the_running_month() -> None:
    paid = loan(paid=3)
    paid[3] = replace(paid[3], interest_paid=D(500))
    settlement = settle_reducing(paid, on=date(2026, 4, 5), started_on=STARTED)
    assert amounts(settlement)["running_interest"] == paid[3].interest - 500
    generous = settle_reducing(paid, on=date(2026, 3, 26), started_on=STARTED, running_month=RunningMonth.BY_DAYS)
    assert "running_interest" not in amounts(generous)


def test_a_flat_loan_gives_back_by_the_rule_of_78_by_time_or_nothing() -> None:
    paid = loan(Method.FLAT, paid=3)
    charge = sum(one.interest for one in paid)
    on = date(2026, 3, 25)
    by_78, by_time, none = (
        settle_flat(paid, on=on, started_on=STARTED, rebate=rebate)
        for rebate in (Rebate.RULE_OF_78, Rebate.PRO_RATA, Rebate.NONE)
    )
    assert -amounts(by_78)["rebate"] == rule_of_78_rebate(charge, 12, 9)
    assert -amounts(by_time)["rebate"] == charge * 9 / 12
    assert none.total == sum(one.left for one in paid)
    assert by_time.total < by_78.total < none.total


def test_half_of_the_unearned_profit_may_be_given_back() -> None:
    paid = loan(Method.MURABAHA, paid=3)
    settlement = settle_flat(paid, on=date(2026, 3, 25), started_on=STARTED, rebate=Rebate.PRO_RATA, rebate_percent=50)
    assert -amounts(settlement)["rebate"] == sum(one.interest for one in paid) * 9 / 24


def test_the_running_month_of_a_flat_loan_counts_by_days_where_the_society_says_so() -> None:
    paid = loan(Method.FLAT, paid=3)
    on = date(2026, 4, 5)
    full, by_days, nothing = (
        -amounts(settle_flat(paid, on=on, started_on=STARTED, rebate=Rebate.PRO_RATA, running_month=policy))["rebate"]
        for policy in (RunningMonth.FULL, RunningMonth.BY_DAYS, RunningMonth.NOTHING)
    )
    month = paid[3].interest
    assert (full, nothing) == (8 * month, 9 * month)
    assert by_days == to_kobo(Fraction(8 * month) + Fraction(month) * 20 / 31)


@given(
    st.sampled_from([Method.LEVEL_INSTALMENT, Method.FLAT]),
    st.integers(min_value=0, max_value=12),
    st.integers(min_value=0, max_value=420),
    st.sampled_from(RunningMonth),
    st.sampled_from(Rebate),
)
def test_settling_costs_the_principal_at_least_and_never_more_than_running_on(
    method: Method, paid: int, days: int, policy: RunningMonth, rebate: Rebate
) -> None:
    instalments, on = loan(method, paid), STARTED + timedelta(days=days)
    if method is Method.FLAT:
        settlement = settle_flat(instalments, on=on, started_on=STARTED, rebate=rebate, running_month=policy)
    else:
        settlement = settle_reducing(instalments, on=on, started_on=STARTED, running_month=policy)
    assert settlement.total == sum(line.amount for line in settlement.lines)
    assert sum(one.principal_left for one in instalments) <= settlement.total <= sum(one.left for one in instalments)


def test_a_loan_cannot_be_settled_before_it_began() -> None:
    with pytest.raises(BadDates):
        settle_reducing(loan(), on=date(2026, 1, 9), started_on=STARTED)
    assert settle_reducing(loan(), on=STARTED, started_on=STARTED).total == 120000


def test_impossible_rebates_are_refused() -> None:
    with pytest.raises(BadTerms):
        rule_of_78_rebate(100, 12, 13)
    with pytest.raises(BadAmount):
        settle_flat(loan(Method.FLAT), on=STARTED, started_on=STARTED, rebate_percent=101)
    with pytest.raises(BadAmount):
        rebate_by_time(100, Fraction(3, 2))
    assert rule_of_78_rebate(100, 12, 12) == 100


def test_an_instalment_cannot_be_paid_beyond_its_due() -> None:
    with pytest.raises(BadAmount):
        Instalment(number=1, due_on=STARTED, principal=D(100), principal_paid=D("100.01"))
    with pytest.raises(BadAmount, match="no due date"):
        Instalment.unpaid(build_schedule(ScheduleTerms(principal=D(100), rate_percent=D(0), term=1))[0])
