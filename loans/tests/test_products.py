"""Every kind of loan from the quote to the books: what is lent, kept back, paid out, earned and given back."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from engine.fees import Collected
from engine.rates import effective_yearly_rate
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.eligibility import FeeRule, quote
from loans.eligibility.cost import at_rate, rate_for
from loans.errors import (
    BadProductRules,
    BoughtAlready,
    CostDiffers,
    FeesAlreadyPaid,
    FeesNotPaid,
    GoodsNotReceived,
    InvoiceUsed,
    NoGoodsNeeded,
    NotBoughtYet,
    ReceivedByBuyer,
    SavingsTooLowForFees,
    VersionFromThatDay,
)
from loans.models import DeferredIncome, InterestMethod, LoanProduct, ProductVersion
from loans.selectors.facts import open_versions, rules_of
from loans.selectors.loan_page import loan_page
from loans.services.applications import submit_application
from loans.services.closures import cancel_loan
from loans.services.earnings import earn_deferred, unearned
from loans.services.fees import record_fees
from loans.services.goods import buy_goods, receive_goods
from loans.services.products import add_version, open_product
from loans.tests.factories import AT, TODAY, hold_savings, make_application, make_member, make_product_rules
from loans.tests.register_cast import make_officer, make_registered, make_treasurer, pay_out, receive
from users.tests.factories import make_user

pytestmark = pytest.mark.django_db
D = Decimal
NUMBERS = {
    "savings_multiple": D(2),
    "annual_rate_percent": D(12),
    "max_term_months": 24,
    "deduction_ceiling_percent": D("33.33"),
    "guarantors_required": 0,
}
INSURANCE = FeeRule("Credit life", Collected.AT_SOURCE, percent=D(1), goes_to="insurance")
PROCESSING = FeeRule("Processing", Collected.AT_SOURCE, percent=D(1))
FORM = FeeRule("Form", Collected.PAID_APART, amount=D(500), refundable=True)


def admin():
    return make_user(roles=["admin"])


def new_rules(product="normal", *, tiers=(), fees=(), valid_from=TODAY, **numbers) -> ProductVersion:
    make_product_rules()
    return add_version(
        product=LoanProduct.objects.get(code=product), valid_from=valid_from, numbers={**NUMBERS, **numbers},
        tiers=tiers, fees=fees, by=admin(), on=TODAY, at=AT,
    )  # fmt: skip


def books(*codes: str) -> list[Decimal]:
    return [balance_of(account(code)) for code in codes]


def lines_of(entry) -> dict[str, Decimal]:
    """What an entry put on each account: debits above nothing, credits below."""
    return {line.account.code: line.debit - line.credit for line in entry.lines.select_related("account")}


def sound() -> None:
    assert [invariant.code for invariant in INVARIANTS if invariant.run().broken] == []


def rows(loan):
    return [(one.due_on, one.principal, one.interest, one.fee) for one in loan.installments.live().order_by("number")]


# Methods --------------------------------------------------------------------------------------------------------------

METHODS = [
    # method, rate, the first instalment and the last of 120,000 over 12 months, interest in all
    ("reducing", 12, "10661.85", "10661.91", "7942.26"),
    ("equal_principal", 12, "11200.00", "10100.00", "7800.00"),
    ("flat", 12, "11200.00", "11200.00", "14400.00"),
    ("flat_upfront", 12, "10000.00", "10000.00", "14400.00"),
    ("bullet", 12, "134400.00", "134400.00", "14400.00"),
    ("interest_free", 0, "10000.00", "10000.00", "0.00"),
    ("murabaha", 10, "11000.00", "11000.00", "12000.00"),
]


@pytest.mark.parametrize(("method", "rate", "first", "last", "interest"), METHODS, ids=[row[0] for row in METHODS])
def test_a_loan_of_each_kind_is_registered_as_it_was_quoted(method, rate, first, last, interest, constraints_now):
    new_rules(method=method, annual_rate_percent=D(rate))
    loan = make_registered(amount="120000")
    constraints_now()
    told = quote(rules_of(loan.version), D(120000), 12)
    assert (told.instalment, told.last_instalment, told.total_interest) == (D(first), D(last), D(interest))
    assert loan.instalment == D(first) and loan.method == method
    assert [row[1:] for row in rows(loan)] == [(line.principal, line.interest, line.fee) for line in told.lines]


WEEKS = [("weekly", 12, 52), ("weekly", 1, 4), ("fortnightly", 3, 6), ("fortnightly", 12, 26), ("monthly", 7, 7)]


@pytest.mark.parametrize(("frequency", "months", "count"), WEEKS)
def test_a_loan_may_be_paid_back_every_week_or_every_two(frequency, months, count):
    new_rules(frequency=frequency)
    loan = make_registered(amount="60000", term_months=months)
    days = [row[0] for row in rows(loan)]
    assert len(days) == count
    if frequency != "monthly":
        step = {(later - earlier).days for earlier, later in pairwise(days)}
        assert step == {7 if frequency == "weekly" else 14} and days[0] > TODAY


def test_a_moratorium_leaves_the_first_months_free(constraints_now):
    new_rules(moratorium="full_with_interest", moratorium_months=2, min_term_months=3)
    loan = make_registered(amount="120000")
    constraints_now()
    assert [row[1] for row in rows(loan)][:2] == [D(0), D(0)]
    assert loan.instalment == rows(loan)[2][1] + rows(loan)[2][2] > 0


def test_days_are_counted_from_the_day_of_the_payout(constraints_now):
    new_rules(day_count="actual_365")
    loan = make_registered(amount="120000")
    before = rows(loan)
    pay_out(loan, on=date(2026, 11, 9))
    constraints_now()
    loan.refresh_from_db()
    after = rows(loan)
    assert after[0][0] == before[0][0] == date(2026, 11, 28)
    # 19 days from 9 November at 12% of 120,000; the estimate counted 33 days from 26 October.
    assert (before[0][2], after[0][2]) == (D("1301.92"), D("749.59"))
    assert loan.instalment == after[0][1] + after[0][2]
    sound()


# Rates ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "rate"), [("100000", "10"), ("100000.01", "12"), ("150000.01", "15")])
def test_the_rate_is_that_of_the_multiple_of_the_savings(amount, rate):
    version = new_rules(annual_rate_percent=D(10), tiers=[(D(1), D(12)), (D("1.5"), D(15))])
    assert rate_for(rules_of(version), D(amount), D(100000), D(0)) == D(rate)


def test_a_loan_keeps_the_rate_of_its_tier_by_the_savings_of_the_day_of_asking(constraints_now):
    version = new_rules(annual_rate_percent=D(10), tiers=[(D(1), D(12))])
    loan = make_registered(
        amount="120000", member=make_member(savings="500000"), savings_counted=D(100000), owed_counted=D(0)
    )
    constraints_now()
    assert loan.annual_rate_percent == D(12)
    assert rows(loan)[0][2] == D(1200)
    assert version.tiers.count() == 1


def test_a_rate_may_be_quoted_by_the_month():
    version = new_rules(annual_rate_percent=D("13.5"), rate_per="month")
    assert version.quoted_rate_percent == D("1.125")
    assert quote(rules_of(version), D(100000), 1).total_interest == D("1125.00")


# The quote ------------------------------------------------------------------------------------------------------------


def test_the_yearly_cost_is_reckoned_on_what_comes_into_hand():
    version = new_rules(fees=[PROCESSING, INSURANCE, FORM])
    told = quote(rules_of(version), D(100000), 12)
    assert (told.received, told.in_hand) == (D(98000), D(97500))
    assert [(fee.name, fee.amount) for fee in told.fees] == [
        ("Processing", D(1000)), ("Credit life", D(1000)), ("Form", D(500)),
    ]  # fmt: skip
    assert told.cost == told.total_interest + 2500
    assert told.effective_percent == effective_yearly_rate(D(97500), [line.total for line in told.lines])
    free = quote(at_rate(rules_of(make_product_rules()["commodity"]), D(12)), D(100000), 12)
    assert (free.nominal_yearly_percent, free.yearly_percent) == (D("12.00"), D("12.68"))
    assert told.yearly_percent > free.yearly_percent


def test_a_sent_request_keeps_the_quote_it_was_shown():
    new_rules(fees=[PROCESSING])
    member = make_member(savings="500000", monthly_pay=D(500000), other_deductions=D(0))
    sent = submit_application(application=make_application(member=member), by=member.user, on=TODAY, at=AT)
    assert (sent.savings_counted, sent.owed_counted) == (D(500000), D(0))
    assert (sent.quote["in_hand"], sent.quote["cost"]) == ("198000.00", "15237.08")
    assert sent.quote["fees"] == [{"name": "Processing", "amount": "2000.00", "collected": "at_source"}]


def test_one_payment_at_the_end_costs_by_the_year_as_regulation_z_says():
    version = new_rules(method="bullet", annual_rate_percent=D(12))
    three, eighteen = quote(rules_of(version), D(100000), 3), quote(rules_of(version), D(100000), 18)
    assert (three.nominal_yearly_percent, three.yearly_percent) == (D("12.00"), D("12.55"))
    assert eighteen.nominal_yearly_percent < D("12.00")


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


# Goods ----------------------------------------------------------------------------------------------------------------


def sale(amount="120000", **fields):
    new_rules("murabaha", method="murabaha", annual_rate_percent=D(10), **fields)
    return make_registered(amount=amount, product="murabaha")


def bought(loan, by=None, *, cost="120000", invoice="INV 7", on=TODAY):
    return buy_goods(
        loan=loan, what="A fridge", vendor="Cold Ltd", invoice_number=invoice, cost=D(cost), by=by or make_treasurer(),
        on=on, at=AT,
    )  # fmt: skip


def test_goods_are_bought_then_held_then_sold(constraints_now):
    loan, treasurer = sale(), make_treasurer()
    with pytest.raises(GoodsNotReceived):
        pay_out(loan)
    with pytest.raises(NotBoughtYet):
        receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    bought(loan, treasurer)
    assert books(chart.GOODS, chart.LOANS_MURABAHA)[0] == D(120000)
    with pytest.raises(BoughtAlready):
        bought(loan, invoice="INV 8")
    with pytest.raises(GoodsNotReceived):
        pay_out(loan)
    with pytest.raises(ReceivedByBuyer):
        receive_goods(loan=loan, by=treasurer, on=TODAY, at=AT)
    with pytest.raises(NotBoughtYet):
        receive_goods(loan=loan, by=make_officer(), on=date(2026, 10, 1), at=AT)
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    paid = pay_out(loan)
    constraints_now()
    assert lines_of(paid.entry) == {
        loan.account.code: D(120000), chart.GOODS: D(-120000), chart.PROFIT_RECEIVABLE: D(12000),
        chart.UNEARNED_INCOME: D(-12000),
    }  # fmt: skip
    sound()


def test_the_cost_is_the_one_that_was_agreed_and_an_invoice_stands_behind_one_sale():
    loan = sale()
    with pytest.raises(CostDiffers, match="110,000"):
        bought(loan, cost="110000")
    bought(loan)
    with pytest.raises(InvoiceUsed):
        bought(make_registered(amount="120000", product="murabaha"))
    with pytest.raises(NoGoodsNeeded):
        bought(make_registered(amount="120000", product="commodity"))


def test_profit_is_earned_on_its_days_and_what_is_paid_reduces_what_is_receivable(constraints_now):
    loan = sale()
    bought(loan)
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    pay_out(loan)
    receive(loan, "11000", on=date(2026, 11, 28))
    constraints_now()
    assert earn_deferred(on=date(2026, 11, 28)) == D(1000)
    assert books(chart.PROFIT_RECEIVABLE, chart.UNEARNED_INCOME, chart.MURABAHA_PROFIT, chart.INTEREST_INCOME) == [
        D(11000), D(11000), D(1000), D(0),
    ]  # fmt: skip
    sound()
    # Years after the last day there is nothing more than the agreed profit.
    assert earn_deferred(on=date(2030, 1, 1)) == D(11000)
    assert books(chart.MURABAHA_PROFIT, chart.UNEARNED_INCOME) == [D(12000), D(0)]


def test_profit_that_is_not_asked_for_is_never_earned(constraints_now):
    loan = sale()
    bought(loan)
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    pay_out(loan)
    receive(loan, "11000", on=date(2026, 11, 28))
    loan.refresh_from_db()
    on = date(2026, 12, 10)
    receive(loan, loan_page(loan, on=on).pay_off.total, on=on)
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == "closed"
    earn_deferred(on=date(2026, 12, 31))
    waived = sum(one.interest_waived for one in loan.installments.live())
    assert waived > 0
    assert books(chart.PROFIT_RECEIVABLE, chart.UNEARNED_INCOME) == [D(0), D(0)]
    assert books(chart.MURABAHA_PROFIT) == [D(12000) - waived]
    sound()


# New rules ------------------------------------------------------------------------------------------------------------


def test_a_new_version_counts_from_its_day_and_the_one_before_ends_there():
    before = make_product_rules()["normal"]
    later = new_rules(valid_from=date(2026, 12, 1), annual_rate_percent=D(15))
    before.refresh_from_db()
    assert before.valid == DateRange(before.valid.lower, date(2026, 12, 1))
    on = ProductVersion.objects.filter(product__code="normal").in_force
    assert (on(date(2026, 11, 30)).get(), on(date(2026, 12, 1)).get()) == (before, later)


def test_a_loan_keeps_the_rules_that_it_was_asked_for_under():
    loan = make_registered(amount="100000")
    new_rules(annual_rate_percent=D(30))
    loan.refresh_from_db()
    assert loan.version.annual_rate_percent == D(12)
    assert make_registered(amount="100000").annual_rate_percent == D(30)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2020, 1, 1)])
def test_rules_never_begin_in_the_past(day):
    with pytest.raises(VersionFromThatDay, match="past"):
        new_rules(valid_from=day)


def test_rules_begin_after_those_that_are_there():
    new_rules(valid_from=date(2026, 12, 1))
    with pytest.raises(VersionFromThatDay, match="later day"):
        new_rules(valid_from=date(2026, 12, 1))
    assert new_rules(valid_from=date(2026, 12, 2))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"method": "interest_free"}, "no rate"),
        ({"method": "interest_free", "annual_rate_percent": D(0), "tiers": [(D(1), D(5))]}, "no rates"),
        ({"method": "interest_free", "annual_rate_percent": D(0), "fees": [PROCESSING]}, "another name"),
        ({"method": "murabaha", "fees": [PROCESSING]}, "handed over"),
        ({"method": "flat_upfront", "day_count": "actual_365"}, "by days"),
        ({"method": "flat_upfront", "annual_rate_percent": D(60)}, "cannot be"),
        ({"moratorium": "principal", "moratorium_months": 3, "min_term_months": 3}, "shortest"),
        ({"moratorium": "principal"}, "number"),
        ({"min_term_months": 25}, "longest term"),
        ({"tiers": [(D(1), D(11))]}, "must not fall"),
        ({"fees": [FeeRule("Form", Collected.AT_SOURCE, amount=D(1000))]}, "cannot be"),
        ({"fees": [FORM, FORM]}, "same name"),
        ({"deduction_ceiling_percent": D(101)}, "whole pay"),
        ({"penalty_percent": D(101)}, "between 0 and 100"),
    ],
)
def test_rules_that_contradict_one_another_are_refused_in_words(numbers, said):
    with pytest.raises(BadProductRules, match=said):
        new_rules(**numbers)


def test_a_kind_of_loan_is_opened_and_closed():
    make_product_rules()
    advance = LoanProduct.objects.get(code="advance")
    assert not advance.is_open
    assert open_product(product=advance, is_open=True, by=admin(), at=AT).is_open
    assert not open_product(product=advance, is_open=False, by=admin(), at=AT).is_open


def test_every_kind_of_interest_has_a_standard_product():
    methods = {version.method for version in make_product_rules().values()}
    assert set(InterestMethod) - methods == {InterestMethod.EQUAL_PRINCIPAL, InterestMethod.FLAT}
    further = LoanProduct.objects.filter(is_open=False)
    assert {product.code for product in further} == {"interest-free", "murabaha", "advance", "one-payment"}


def test_rules_that_come_in_one_statement_are_those_of_the_stored_rows():
    version = new_rules(tiers=[(D("1.50"), D("14.5"))], fees=[INSURANCE, PROCESSING, FORM])
    listed = next(one for one in open_versions(TODAY) if one == version)
    assert rules_of(listed) == rules_of(ProductVersion.objects.get(pk=version.pk))
    assert rules_of(listed).fees[2].amount == D("500.00")
