"""A payout that clears an old loan, and a payroll posting on that loan, in the same moment."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Repayment
from loans.services.repayments import Payment, post_repayments
from loans.states import LoanStatus
from loans.tests.factories import AT
from loans.tests.register_cast import make_officer, make_treasurer, pay_out
from loans.tests.test_races_register import assert_books_hold, at_once
from loans.tests.test_top_ups import PAID_ON, approved_top_up, half_paid

pytestmark = pytest.mark.slow


def test_a_payout_and_a_payroll_posting_on_the_old_loan_meet_and_each_naira_is_somewhere(fresh_database):
    old = half_paid(commission="2")
    new, treasurer, officer = approved_top_up(old), make_treasurer(), make_officer()
    suspense, owed = account(chart.SUSPENSE).pk, balance_of(old.account)

    def work(place):
        if place == 5:
            return pay_out(new, on=PAID_ON, by=treasurer, reference="TRF 1")
        return post_repayments(
            payments=[Payment(old.pk, D("5000"), f"remittance/1/line/{place}", "November")],
            from_account_id=suspense, channel="payroll", on=PAID_ON, by=officer, at=AT,
        )[f"remittance/1/line/{place}"]  # fmt: skip

    results = at_once(work, threads=8)
    paid = next(one for one in results if hasattr(one, "cleared"))
    payroll = [one for one in results if hasattr(one, "applied")]
    posted = Repayment.objects.filter(loan=old, channel="payroll")
    by_top_up = Repayment.objects.get(loan=old, channel="top_up")
    old.refresh_from_db()
    assert (old.status, balance_of(old.account), balance_of(new.account)) == (LoanStatus.CLOSED, 0, 300000)
    assert sum(one.principal for one in posted) + by_top_up.principal == owed
    assert by_top_up.amount == paid.cleared
    assert [one.applied + one.surplus for one in payroll] == [5000] * 7
    assert sum(one.applied for one in payroll) == sum(one.amount for one in posted)
    assert_books_hold()
