"""The working of a pay-off figure adds up to it, and the figure never falls while time goes by."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.money import ZERO
from engine.schedules import Method
from engine.servicing import PenaltyTerms, Use, accrue, advance, pay_off
from engine.servicing.working import Step, pay_off_with_working, steps_of
from engine.settlement import Rebate, RunningMonth
from engine.tests.test_servicing import START, a_loan, paid

METHODS = [method for method in Method if method is not Method.FLAT_UPFRONT]
PENALTY = PenaltyTerms(percent=Decimal(2))


@settings(max_examples=120, deadline=None)
@given(
    method=st.sampled_from(METHODS),
    running=st.sampled_from(RunningMonth),
    rebate=st.sampled_from(Rebate),
    percent=st.sampled_from([Decimal(100), Decimal(60)]),
    payments=st.lists(st.tuples(st.integers(1, 90), st.integers(500, 40000), st.sampled_from(Use)), max_size=3),
    ahead=st.integers(0, 200),
)
def test_the_parts_add_up_to_the_lines_and_the_lines_to_the_figure(
    method, running, rebate, percent, payments, ahead
):  # fmt: skip
    rate = "0" if method is Method.INTEREST_FREE else "12"
    position = a_loan(
        method=method, rate=rate, running_month=running, rebate=rebate, rebate_percent=percent, penalty=PENALTY
    )
    day = START
    for gap, amount, use in payments:
        day += timedelta(days=gap)
        advance(position, paid(day, amount, use, key=f"{day}{amount}"))
    if position.is_closed:
        return
    on = day + timedelta(days=ahead)
    accrue(position, on - timedelta(days=1))
    lines = pay_off_with_working(position, on)
    for code, _, amount, parts in lines:
        assert sum((part.amount for part in parts), ZERO) == amount, code
    total = pay_off(position, on).total
    assert sum((amount for _, _, amount, _ in lines), ZERO) == total
    assert pay_off(position, on + timedelta(days=1)).total >= total


def test_days_of_one_change_are_one_step():
    days = [date(2026, 3, day) for day in range(1, 7)]
    figures = dict(zip(days, map(Decimal, (100, 101, 102, 102, 102, 112)), strict=True))
    assert steps_of(figures.__getitem__, days) == (
        Step(days[1], days[2], Decimal(1)),
        Step(days[3], days[4], Decimal(0)),
        Step(days[5], days[5], Decimal(10)),
    )
    assert steps_of(figures.__getitem__, days[:1]) == ()


@pytest.mark.parametrize("rebate", Rebate)
def test_what_the_society_keeps_of_a_rebate_is_told(rebate):
    position = a_loan(method=Method.FLAT, rebate=rebate, rebate_percent=Decimal(60))
    told = {code: parts for code, _, _, parts in pay_off_with_working(position, date(2026, 3, 1))}
    assert ("Kept by the society's rule" in {part.label for part in told.get("rebate", ())}) == (
        rebate is not Rebate.NONE
    )
