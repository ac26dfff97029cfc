from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event
from ledger import chart
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from ledger.services import account
from loans.errors import (
    AlreadyPaidOut,
    ApproverMayNotPay,
    BankReferenceUsed,
    BorrowerNotActive,
    FirstPaymentPassed,
    NotReadyToPay,
    NotYourOwnLoan,
    PaidBeforeRegistered,
)
from loans.models import Disbursement, LendingPolicy, LoanParty
from loans.services.registration import move_first_payment, register_loan
from loans.states import LoanStatus
from loans.tests.factories import AT, TODAY, make_member
from loans.tests.register_cast import guarantors, make_approved, make_officer, make_registered, make_treasurer, pay_out
from members.states import MemberStatus
from notifications.models import Message
from users.services import grant_role

pytestmark = pytest.mark.django_db


def test_a_payout_moves_the_principal_from_the_bank_to_the_loan_and_sets_it_running(constraints_now):
    loan = make_registered(amount="200000")
    treasurer = make_treasurer()
    paid = pay_out(loan, by=treasurer, reference="TRF 0091")
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    assert (paid.amount, paid.disbursed_by, paid.bank_reference) == (Decimal("200000"), treasurer, "TRF 0091")
    assert balance_of(loan.account) == Decimal("200000.00")
    assert balance_of(account(chart.BANK)) == balance_before_payout() - Decimal("200000.00")
    assert paid.entry.reference == "loan/LH/2026/001/payout"
    assert paid.entry.effective_on == TODAY
    assert Event.objects.about(loan).filter(verb="loans.loan.active", actor=treasurer).count() == 1


def balance_before_payout() -> Decimal:
    """The bank holds what the cast saved."""
    return balance_of(account(chart.SAVINGS))


def test_borrower_and_guarantors_are_told():
    loan = make_registered(guarantors=2)
    pay_out(loan)
    told = Message.objects.filter(event=f"loans.loan.paid_out:{loan.pk}", channel="in_app")
    assert {message.user for message in told} == {loan.member.user, *(one.user for one in guarantors(loan))}


def test_a_double_click_pays_once():
    loan = make_registered()
    treasurer = make_treasurer()
    first = pay_out(loan, by=treasurer, reference="TRF 1")
    again = pay_out(loan, by=treasurer, reference="TRF  1")
    assert first.pk == again.pk
    assert JournalEntry.objects.filter(kind="loan.paid_out").count() == 1


def test_a_loan_is_not_paid_again_with_another_reference_or_by_another_person():
    loan = make_registered()
    pay_out(loan, reference="TRF 1")
    for reference in ("TRF 2", "TRF 1"):
        with pytest.raises(AlreadyPaidOut, match=r"paid out on Mon 26 Oct 2026"):
            pay_out(loan, reference=reference)
    assert Disbursement.objects.count() == 1


def test_a_bank_reference_belongs_to_one_payout():
    pay_out(make_registered(), reference="TRF 1")
    other = make_registered()
    with pytest.raises(BankReferenceUsed):
        pay_out(other, reference="TRF 1")
    assert pay_out(other, reference="TRF 2").loan == other


def test_a_loan_in_the_queue_is_not_paid():
    make_approved()
    LendingPolicy.objects.update(monthly_cap=Decimal("1000"))
    loan = make_registered()
    with pytest.raises(NotReadyToPay, match="next month's money"):
        pay_out(loan)


def test_who_approved_or_voted_on_it_does_not_pay_it_and_another_treasurer_does():
    application = make_approved()
    judges = [
        party.member.user
        for party in LoanParty.objects.filter(application=application, stand=LoanParty.Stand.JUDGE)
    ]  # fmt: skip
    loan = register_loan(application=application, by=make_officer(), on=TODAY, at=AT)
    assert application.approval.approved_by in judges
    for judge in judges:
        grant_role(user=judge, role="treasurer", by=None, at=AT)
        with pytest.raises(ApproverMayNotPay):
            pay_out(loan, by=judge)
    assert pay_out(loan).loan == loan


def test_neither_the_borrower_nor_who_stands_for_him_pays_it():
    borrower = make_member(savings="500000", roles=("member", "treasurer"))
    loan = make_registered(member=borrower, guarantors=1)
    for person in (borrower, guarantors(loan)[0]):
        with pytest.raises(NotYourOwnLoan):
            pay_out(loan, by=person.user)
    assert not Disbursement.objects.exists()


def test_nobody_who_has_died_is_paid():
    loan = make_registered()
    loan.member.status = MemberStatus.DECEASED
    loan.member.save(update_fields=["status"])
    with pytest.raises(BorrowerNotActive):
        pay_out(loan)


def test_a_payout_is_not_dated_before_the_loan_could_be_paid():
    loan = make_registered()
    with pytest.raises(PaidBeforeRegistered):
        pay_out(loan, on=date(2026, 10, 25))


@pytest.mark.parametrize("on", [date(2026, 11, 28), date(2026, 12, 3)])
def test_a_payout_that_comes_too_late_waits_until_the_payment_days_are_moved(on, constraints_now):
    loan = make_registered()
    with pytest.raises(FirstPaymentPassed, match="Sat 28 Nov 2026"):
        pay_out(loan, on=on)
    move_first_payment(loan=loan, by=make_officer(), on=on, at=AT)
    assert pay_out(loan, on=on).disbursed_on == on
    constraints_now()


def test_a_refused_payout_leaves_nothing_in_the_books():
    loan = make_registered()
    with pytest.raises(FirstPaymentPassed):
        pay_out(loan, on=date(2026, 12, 3))
    loan.refresh_from_db()
    assert loan.status == LoanStatus.REGISTERED
    assert balance_of(loan.account) == 0
    assert not JournalEntry.objects.filter(kind="loan.paid_out").exists()
