"""Goods that are bought for a member, held, and sold to him at cost and profit."""

from datetime import date

import pytest

from ledger import chart
from ledger.services import post_entry
from loans import postings
from loans.checks import INVARIANTS
from loans.errors import (
    BoughtAlready,
    CostDiffers,
    GoodsNotReceived,
    InvoiceUsed,
    NoGoodsNeeded,
    NotBoughtYet,
    ReceivedByBuyer,
)
from loans.models import DeferredIncome, Repayment
from loans.selectors.loan_page import loan_page
from loans.services.accounts import payout_accounts
from loans.services.earnings import earn_deferred
from loans.services.goods import receive_goods
from loans.services.repayments import reverse_repayment
from loans.tests.factories import AT, TODAY
from loans.tests.product_cast import (
    D,
    books,
    bought,
    lines_of,
    sale,
    sound,
)
from loans.tests.register_cast import make_active, make_officer, make_registered, make_treasurer, pay_out, receive

pytestmark = pytest.mark.django_db


def sold_and_once_paid():
    """Goods for 120,000 and 12,000 of profit, sold on 26 October; the first of twelve payments has come."""
    loan = sale()
    bought(loan)
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    pay_out(loan)
    receive(loan, "11000", on=date(2026, 11, 28))
    loan.refresh_from_db()
    return loan


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
    sold_and_once_paid()
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
    loan = sold_and_once_paid()
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


def test_a_sale_that_is_open_again_after_its_profit_was_earned_earns_what_it_asks_for_again(constraints_now):
    loan = sold_and_once_paid()
    on = date(2026, 12, 10)
    paid_off = receive(loan, loan_page(loan, on=on).pay_off.total, on=on)
    earn_deferred(on=date(2026, 12, 31))
    assert books(chart.MURABAHA_PROFIT, chart.UNEARNED_INCOME, chart.PROFIT_RECEIVABLE) == [D(2000), D(0), D(0)]
    mistake = Repayment.objects.get(pk=paid_off.repayment_id)
    reverse_repayment(repayment=mistake, reason="Another buyer's", by=make_officer(), on=date(2027, 1, 4), at=AT)
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == "active"
    earn_deferred(on=date(2027, 1, 31))
    assert earn_deferred(on=date(2027, 1, 31)) == 0
    # Three of twelve months have passed, and he owes eleven months of profit.
    assert books(chart.MURABAHA_PROFIT, chart.UNEARNED_INCOME, chart.PROFIT_RECEIVABLE) == [D(3000), D(9000), D(11000)]
    sound()
    # Ended early a second time, and taken back a second time.
    loan.refresh_from_db()
    on = date(2027, 2, 10)
    again = receive(loan, loan_page(loan, on=on).pay_off.total, on=on)
    earn_deferred(on=on)
    loan.refresh_from_db()
    waived = sum(one.interest_waived for one in loan.installments.live())
    assert books(chart.MURABAHA_PROFIT, chart.UNEARNED_INCOME, chart.PROFIT_RECEIVABLE) == [12000 - waived, D(0), D(0)]
    sound()
    mistake = Repayment.objects.get(pk=again.repayment_id)
    reverse_repayment(repayment=mistake, reason="Another buyer's", by=make_officer(), on=on, at=AT)
    earn_deferred(on=date(2030, 1, 1))
    constraints_now()
    assert books(chart.MURABAHA_PROFIT, chart.UNEARNED_INCOME, chart.PROFIT_RECEIVABLE) == [D(12000), D(0), D(11000)]
    sound()


def test_interest_taken_at_the_start_is_unearned_again_where_the_end_was_a_mistake(constraints_now):
    loan = make_active(amount="120000", product="advance", term_months=10)
    on = date(2026, 12, 10)
    paid_off = receive(loan, loan_page(loan, on=on).pay_off.total, on=on)
    earn_deferred(on=on)
    whole = books(chart.INTEREST_INCOME)[0]
    assert books(chart.UNEARNED_INCOME) == [D(0)]
    mistake = Repayment.objects.get(pk=paid_off.repayment_id)
    reverse_repayment(repayment=mistake, reason="Another's", by=make_officer(), on=on, at=AT)
    earn_deferred(on=on)
    constraints_now()
    due = DeferredIncome.objects.filter(loan=loan, earned_on__lte=on, telling=0)
    assert books(chart.INTEREST_INCOME) == [sum(one.amount for one in due)]
    assert books(chart.UNEARNED_INCOME)[0] == whole - books(chart.INTEREST_INCOME)[0] > 0
    sound()


def test_profit_that_leaves_the_books_without_a_payment_is_found():
    sold_and_once_paid()
    accounts = payout_accounts()
    lines = postings.income_earned(method="murabaha", accounts=accounts, earned=D(0), given_back=D(100))
    post_entry(
        reference="nobody-told-it",
        kind=postings.INCOME_EARNED,
        narration="A stray entry",
        on=TODAY,
        by=None,
        lines=lines,
    )
    broken = {invariant.code: invariant.run() for invariant in INVARIANTS if invariant.run().broken}
    assert set(broken) == {"LU", "LQ"}
    assert broken["LQ"].difference == D(100)
