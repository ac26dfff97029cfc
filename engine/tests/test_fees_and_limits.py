"""Fees, top-ups, deduction limits, surplus, savings interest and tax: what is refused beside what is allowed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.account_numbers import is_nuban, nuban_check_digit
from engine.appropriation import Fund, appropriate
from engine.ceilings import ONE_THIRD, deduction_headroom
from engine.dividends import MonthWeight, interest_on_savings
from engine.errors import BadAmount, BadTable
from engine.fees import Collected, Fee, pay_out
from engine.payroll_tax import NIGERIA_2026, NIGERIA_TO_2025, Band, income_tax, rent_relief, taxable_to_2025
from engine.top_up import top_up

D = Decimal
FORM = Fee("form", Collected.PAID_APART, amount=D(1000))
PROCESSING = Fee("processing", Collected.AT_SOURCE, percent=D(1))
INSURANCE = Fee("credit life", Collected.ADDED, percent=D("1.5"))


def test_what_a_borrower_receives_is_what_was_asked_less_what_is_kept_back() -> None:
    paid = pay_out(D(200000), [FORM, PROCESSING, INSURANCE], upfront_interest=D(10000))
    assert (paid.principal, paid.kept_back) == (203000, 5000)
    assert (paid.received, paid.cash_in_hand) == (188000, 187000)
    assert paid.received == paid.principal - paid.kept_back - paid.upfront_interest


def test_fees_that_eat_up_the_loan_are_refused() -> None:
    with pytest.raises(BadAmount, match="nothing to pay out"):
        pay_out(D(1000), [FORM])
    assert pay_out(D(1001), [FORM]).cash_in_hand == 1


def test_a_fee_is_an_amount_or_a_percentage() -> None:
    for wrong in ({}, {"amount": D(1), "percent": D(1)}, {"amount": D(-1)}):
        with pytest.raises(BadAmount):
            Fee("form", Collected.AT_SOURCE, **wrong)


def test_a_top_up_must_clear_the_old_loan_and_its_commission() -> None:
    outcome = top_up(500000, 200000, 5, old_charges=D("1234.56"))
    assert outcome.received == D("288765.44")
    assert outcome.new_loan == outcome.clears + outcome.commission + outcome.received
    with pytest.raises(BadAmount, match=r"210000\.00"):
        top_up(D("209999.99"), 200000, 5)


def test_the_ceiling_rounds_down_and_the_floor_of_take_home_pay_holds() -> None:
    limit = deduction_headroom(D(100), ONE_THIRD, D(20))
    assert (limit.ceiling, limit.room) == (D("33.33"), D("13.33"))
    assert deduction_headroom(100, ONE_THIRD, 40).room == 0
    assert deduction_headroom(100, Fraction(45, 100), take_home_floor=70).room == 30
    with pytest.raises(BadAmount):
        deduction_headroom(100, Fraction(3, 2))


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.lists(st.decimals(min_value=0, max_value=30, places=1), min_size=1, max_size=3),
)
def test_a_surplus_is_parted_to_the_kobo_and_the_reserve_never_falls_short(
    surplus: Decimal, percents: list[Decimal]
) -> None:
    outcome = appropriate(surplus, [Fund("fund", percent, statutory=True) for percent in percents])
    amounts = [amount for _, amount in outcome.funds]
    assert sum(amounts) + outcome.remainder == surplus
    assert outcome.remainder >= 0
    assert amounts[0] * 100 >= surplus * percents[0]


def test_funds_cannot_take_more_than_the_surplus_and_a_loss_is_not_parted() -> None:
    with pytest.raises(BadTable):
        appropriate(100, [Fund("a", D(60)), Fund("b", D(41))])
    with pytest.raises(BadTable):
        appropriate(100, [Fund("a", D(-1))])
    with pytest.raises(BadAmount):
        appropriate(-1, [])
    assert appropriate(D("0.01"), [Fund("a", D(50), statutory=True), Fund("b", D(50))]).remainder == 0


def test_the_two_weightings_differ_by_one_month_of_contributions() -> None:
    own, following = (
        interest_on_savings(0, [D(1000)] * 12, 12, weighting)
        for weighting in (MonthWeight.OWN_MONTH, MonthWeight.NEXT_MONTH)
    )
    assert (own, following) == (780, 660)
    with pytest.raises(BadTable):
        interest_on_savings(0, [D(1000)] * 11, 12, MonthWeight.OWN_MONTH)


def test_tax_bands_reliefs_and_their_caps() -> None:
    assert income_tax(800_000, NIGERIA_2026) == 0
    assert income_tax(800_001, NIGERIA_2026) == D("0.15")
    assert income_tax(300_000, NIGERIA_TO_2025) == 21_000
    assert rent_relief(2_500_000) == rent_relief(9_000_000) == 500_000
    assert taxable_to_2025(5_000_000, pension=400_000, relief_on_net_of_pension=True) == 3_480_000
    assert taxable_to_2025(100_000) == 0
    with pytest.raises(BadAmount):
        income_tax(11, [Band(D(10), D(1))])


def test_an_account_number_has_ten_digits_and_a_bank_three() -> None:
    assert not is_nuban("011", "000001457")
    assert not is_nuban("011", "00000145X9")
    for code, serial in (("11", "000001457"), ("0a1", "000001457"), ("011", "0000014579")):
        with pytest.raises(BadAmount):
            nuban_check_digit(code, serial)
