"""Fees and interest at the start: what is kept back, added, paid apart, earned and given back."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.fees import Collected
from ledger import chart
from ledger.selectors import balance_of
from loans.eligibility import FeeRule
from loans.errors import (
    FeesAlreadyPaid,
    FeesNotPaid,
    SavingsTooLowForFees,
)
from loans.models import DeferredIncome
from loans.services.closures import cancel_loan
from loans.services.earnings import earn_deferred, unearned
from loans.services.fees import record_fees
from loans.tests.factories import AT, TODAY, hold_savings, make_member
from loans.tests.product_cast import (
    FORM,
    INSURANCE,
    PROCESSING,
    D,
    books,
    lines_of,
    new_rules,
    rows,
    sound,
)
from loans.tests.register_cast import make_officer, make_registered, pay_out, receive

pytestmark = pytest.mark.django_db


# Fees -----------------------------------------------------------------------------------------------------------------


def test_fees_at_source_are_kept_back_and_go_where_they_belong(constraints_now):
    new_rules(fees=[PROCESSING, INSURANCE])
    loan = make_registered(amount="100000")
    paid = pay_out(loan)
    constraints_now()
    assert (paid.amount, paid.kept_back) == (D(98000), D(2000))
    assert lines_of(paid.entry) == {
        loan.account.code: D(100000), chart.BANK: D(-98000), chart.FEE_INCOME: D(-1000),
        chart.INSURANCE_PAYABLE: D(-1000),
    }  # fmt: skip
    sound()


def test_a_fee_that_is_added_is_lent_on_top(constraints_now):
    new_rules(fees=[FeeRule("Processing", Collected.ADDED, percent=D(2), goes_to="commission")])
    loan = make_registered(amount="100000")
    paid = pay_out(loan)
    constraints_now()
    assert (loan.principal, loan.added_fees, paid.amount) == (D(102000), D(2000), D(100000))
    assert lines_of(paid.entry)[chart.COMMISSIONS] == D(-2000)
    sound()


def test_a_fee_with_the_instalments_is_paid_in_equal_parts(constraints_now):
    new_rules(fees=[FeeRule("Service", Collected.WITH_INSTALMENTS, amount=D(1000))])
    loan = make_registered(amount="100000")
    pay_out(loan)
    constraints_now()
    fees = [row[3] for row in rows(loan)]
    assert sum(fees) == D(1000) and max(fees) - min(fees) <= D("0.01")
    receive(loan, loan.instalment, on=date(2026, 11, 28))
    assert books(chart.FEE_INCOME) == [fees[0]]
    sound()


def test_a_fee_from_savings_leaves_what_is_held_alone(constraints_now):
    new_rules(fees=[FeeRule("Processing", Collected.FROM_SAVINGS, amount=D(2000))], min_amount=D(10000))
    member = make_member(savings="500000")
    loan = make_registered(amount="100000", member=member)
    paid = pay_out(loan)
    constraints_now()
    assert paid.amount == D(100000) and balance_of(member.savings_account) == D(498000)
    sound()
    other = make_member(savings="50000")
    hold_savings(other, "49000")
    with pytest.raises(SavingsTooLowForFees, match="2,000"):
        pay_out(make_registered(amount="20000", member=other))


def test_a_fee_that_is_paid_apart_comes_before_the_money(constraints_now):
    new_rules(fees=[FORM])
    loan, officer = make_registered(amount="100000"), make_officer()
    with pytest.raises(FeesNotPaid, match="Form"):
        pay_out(loan)
    entry = record_fees(loan=loan, into="cash", reference="R 7", by=officer, on=TODAY, at=AT)
    assert lines_of(entry) == {chart.CASH: D(500), chart.FEE_INCOME: D(-500)}
    with pytest.raises(FeesAlreadyPaid):
        record_fees(loan=loan, into="cash", reference="R 8", by=officer, on=TODAY, at=AT)
    assert pay_out(loan).amount == D(100000)
    constraints_now()
    sound()


def test_what_was_paid_apart_is_given_back_when_the_loan_is_cancelled(constraints_now):
    keeps = FeeRule("Search", Collected.PAID_APART, amount=D(300))
    premium = FeeRule("Credit life", Collected.PAID_APART, percent=D(1), goes_to="insurance", refundable=True)
    new_rules(fees=[FORM, keeps, premium])
    loan, officer = make_registered(amount="100000"), make_officer()
    record_fees(loan=loan, into="bank", reference="R 7", by=officer, on=TODAY, at=AT)
    assert books(chart.INSURANCE_PAYABLE) == [D(1000)]
    cancel_loan(loan=loan, reason="No longer needed.", by=officer, on=TODAY, at=AT)
    constraints_now()
    assert balance_of(loan.member.voluntary_account) == D(1500)
    assert books(chart.FEE_INCOME, chart.INSURANCE_PAYABLE) == [D(300), D(0)]
    untouched = make_registered(amount="100000")
    cancel_loan(loan=untouched, reason="No longer needed.", by=officer, on=TODAY, at=AT)
    assert balance_of(untouched.member.voluntary_account) == D(0)


# Interest at the start ------------------------------------------------------------------------------------------------


def test_interest_taken_at_the_start_is_earned_month_by_month_and_once(constraints_now):
    new_rules("advance", method="flat_upfront", annual_rate_percent=D(12))
    loan = make_registered(amount="100000", term_months=3, product="advance")
    paid = pay_out(loan)
    constraints_now()
    assert (paid.amount, paid.upfront_interest) == (D(97000), D(3000))
    assert lines_of(paid.entry)[chart.UNEARNED_INCOME] == D(-3000)
    assert [sum(row[1:]) for row in rows(loan)] == [D("33333.33"), D("33333.33"), D("33333.34")]
    assert earn_deferred(on=date(2026, 11, 27)) == D(0)
    assert earn_deferred(on=date(2026, 11, 28)) == D(1000)
    assert earn_deferred(on=date(2026, 11, 30)) == D(0)
    assert books(chart.UNEARNED_INCOME, chart.INTEREST_INCOME) == [D(2000), D(1000)]
    sound()
    assert earn_deferred(on=date(2027, 6, 1)) == D(2000) and unearned() == D(0)
    assert earn_deferred(on=date(2028, 1, 1)) == D(0)
    sound()


def test_a_loan_that_is_paid_off_early_earns_the_rest_when_it_closes(constraints_now):
    new_rules("advance", method="flat_upfront", annual_rate_percent=D(12))
    loan = make_registered(amount="100000", term_months=3, product="advance")
    pay_out(loan)
    receive(loan, "100000", on=date(2026, 12, 1))
    constraints_now()
    assert earn_deferred(on=date(2026, 12, 1)) == D(3000)
    last = DeferredIncome.objects.latest("pk").entry
    assert last.effective_on == date(2026, 12, 1)
    sound()


def test_earning_takes_the_same_statements_whatever_the_number_of_loans():
    new_rules("advance", method="flat_upfront", annual_rate_percent=D(12))

    def lend():
        pay_out(make_registered(amount="30000", term_months=3, product="advance"))

    def statements(on):
        with CaptureQueriesContext(connection) as seen:
            earn_deferred(on=on)
        return len(seen)

    lend()
    one = statements(date(2026, 11, 28))
    for _ in range(4):
        lend()
    assert statements(date(2026, 12, 28)) <= one
