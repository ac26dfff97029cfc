"""What guarantors paid is owed to them by the borrower, and goes to them first."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from ledger.tests.factories import deposit
from loans.errors import (
    MoreThanOwed,
    NothingClaimed,
    NotYourOwnLoan,
    ReceiptUsed,
)
from loans.models import GuarantorClaim
from loans.services.claims import repay_claims, repay_from_savings, settle_recourses
from loans.services.withdrawals import kept_for_loans
from loans.states import RecourseStatus
from loans.tests.factories import AT, make_member
from loans.tests.recourse_cast import FREE, late_loan, promises, taken
from loans.tests.register_cast import make_officer
from loans.tests.test_recourse import savings, sound

pytestmark = pytest.mark.django_db


def pay(borrower, amount: str, *, slip: str = "77", by=None):
    return repay_claims(
        borrower=borrower, amount=D(amount), into="bank", reference=slip, by=by or make_officer(), on=FREE, at=AT
    )


def test_what_the_borrower_pays_later_goes_to_those_who_paid_for_him_in_proportion(constraints_now):
    loan = late_loan(savings="50000")
    recourse = taken(loan)
    before = [savings(one.guarantor).balance for one in promises(loan)]
    bank = balance_of(account(chart.BANK))
    pay(loan.member, "30000")
    after = [savings(one.guarantor).balance for one in promises(loan)]
    assert [new - old for old, new in zip(before, after, strict=True)] == [15000, 15000]
    assert balance_of(account(chart.BANK)) == bank + 30000
    assert [one.repaid for one in GuarantorClaim.objects.all()] == [15000, 15000]
    recourse.refresh_from_db()
    assert recourse.status == RecourseStatus.GUARANTORS_CHARGED
    constraints_now()
    assert sound()


def test_when_all_is_paid_back_the_recourse_is_settled():
    loan = late_loan(savings="50000")
    recourse = taken(loan)
    left = sum(one.left for one in GuarantorClaim.objects.all())
    with pytest.raises(MoreThanOwed):
        pay(loan.member, str(left + D("0.01")))
    pay(loan.member, str(left))
    recourse.refresh_from_db()
    assert (recourse.status, recourse.ended_on) == (RecourseStatus.SETTLED, FREE)
    with pytest.raises(NothingClaimed):
        pay(loan.member, "1", slip="78")
    assert settle_recourses(by=None, on=FREE, at=AT) == 0


def test_a_slip_counts_once():
    loan = late_loan(savings="50000")
    taken(loan)
    pay(loan.member, "30000")
    assert len(pay(loan.member, "30000", slip=" 77 ")) == 2
    assert sum(one.repaid for one in GuarantorClaim.objects.all()) == 30000
    with pytest.raises(ReceiptUsed):
        pay(loan.member, "20000")


def test_who_gets_or_owes_the_money_does_not_record_it():
    loan = late_loan(savings="50000")
    taken(loan)
    for person in (loan.member.user, promises(loan)[0].guarantor.user):
        with pytest.raises(NotYourOwnLoan):
            pay(loan.member, "100", by=person)


def test_what_a_salary_payment_leaves_over_goes_to_them_first_and_he_draws_nothing_before():
    loan = late_loan(savings="0")
    taken(loan)
    borrower = loan.member
    left = sum(one.left for one in GuarantorClaim.objects.all())
    assert kept_for_loans(borrower) == left + balance_of(loan.account)
    deposit(borrower.voluntary_account, "1000")
    other = make_member()
    deposit(other.voluntary_account, "500")
    gone = repay_from_savings(
        amounts={borrower: D(1000), other: D(500)}, reference="return/1", narration="January salary", by=None, on=FREE,
        at=AT,
    )  # fmt: skip
    assert gone == 1000
    assert balance_of(borrower.voluntary_account) == 0
    assert balance_of(other.voluntary_account) == 500
    assert kept_for_loans(borrower) == left - 1000 + balance_of(loan.account)
