from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from core.models import SerialCounter, Society
from ledger.models import AccountBalance, Hold
from ledger.selectors import balance_of
from loans.errors import NotReadyToPay, NotYourOwnLoan, ReasonNeeded
from loans.models import Guarantee
from loans.services.closures import CERTIFICATE_ISSUED, CERTIFICATE_VOIDED, cancel_loan
from loans.states import GuaranteeStatus, LoanStatus
from loans.tests.factories import AT, TODAY, hold_savings, make_member
from loans.tests.register_cast import guarantors, make_active, make_officer, make_registered, receive
from loans.tests.test_repayments import take_back
from notifications.models import Message

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 28)


def standing(member):
    return AccountBalance.objects.get(account=member.savings_account)


def pay_off(loan, *, on=NOVEMBER):
    """A loan of 12,000 over 3 months on its first due day: the principal and the first month's interest."""
    return receive(loan, "12120.00", on=on)


@pytest.fixture
def loan(db):
    return make_active(amount="12000", term_months=3, guarantors=2)


def test_a_loan_that_is_paid_back_closes_with_a_certificate_and_frees_who_stood_for_it(loan, constraints_now):
    people = guarantors(loan)
    assert [standing(person).held for person in people] == [Decimal("6000.00")] * 2
    assert pay_off(loan).closed
    constraints_now()
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on, loan.certificate_number) == (LoanStatus.CLOSED, NOVEMBER, "CERT/2026/0001")
    assert balance_of(loan.account) == 0
    assert [standing(person).held for person in people] == [Decimal("0.00")] * 2
    assert {guarantee.status for guarantee in loan.guarantees.all()} == {GuaranteeStatus.RELEASED}
    issued = Event.objects.about(loan).get(verb=CERTIFICATE_ISSUED)
    assert issued.data["certificate_number"] == "CERT/2026/0001"


def test_many_guarantors_are_freed_in_as_many_statements_as_two(db):
    def statements(people):
        loan = make_active(amount="12000", term_months=3, guarantors=people)
        with CaptureQueriesContext(connection) as captured:
            assert pay_off(loan).closed
        return [query["sql"] for query in captured]

    statements(2)  # what is kept from the first time on
    few, many = statements(2), statements(6)
    assert len(many) == len(few), "\n".join(many)


def test_borrower_and_guarantors_are_told_that_it_is_over(loan):
    people = guarantors(loan)
    pay_off(loan)
    told = Message.objects.get(user=loan.member.user, channel="in_app", event__startswith="loans.loan.closed")
    assert "CERT/2026/0001" in told.body
    for person in people:
        freed = Message.objects.get(user=person.user, channel="in_app", event__startswith="loans.guarantee.released")
        assert "₦6,000.00 held on your savings is free again" in freed.body


def test_certificates_count_up_without_a_gap_under_the_societys_own_prefix():
    Society.objects.update_or_create(pk=1, defaults={"certificate_serial_prefix": "CL"})
    numbers = []
    for _ in range(3):
        loan = make_active(amount="12000", term_months=3)
        pay_off(loan)
        loan.refresh_from_db()
        numbers.append(loan.certificate_number)
    assert numbers == ["CL/2026/0001", "CL/2026/0002", "CL/2026/0003"]
    assert SerialCounter.objects.get(document="certificate", year=2026).last == 3


def test_a_loan_with_something_left_to_pay_stays_open(loan):
    receive(loan, "12119.99", on=NOVEMBER)
    loan.refresh_from_db()
    assert (loan.status, loan.certificate_number) == (LoanStatus.ACTIVE, None)
    assert standing(guarantors(loan)[0]).held == Decimal("6000.00")


def test_taking_the_last_payment_back_opens_the_loan_and_the_promises_stand_again(loan, constraints_now):
    people = guarantors(loan)
    take_back(pay_off(loan))
    constraints_now()
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on, loan.certificate_number) == (LoanStatus.ACTIVE, None, None)
    assert balance_of(loan.account) == Decimal("12000.00")
    assert all(one.unpaid == one.due for one in loan.installments.all())
    live = Guarantee.objects.live().filter(loan=loan).order_by("pk")
    assert [(one.guarantor, one.amount, one.uncovered) for one in live] == [
        (person, Decimal("6000.00"), Decimal("0.00")) for person in people
    ]
    assert [standing(person).held for person in people] == [Decimal("6000.00")] * 2
    assert all(one.consent_text == "I stand for this loan." for one in live)
    voided = Event.objects.about(loan).get(verb=CERTIFICATE_VOIDED)
    assert voided.data["certificate_number"] == "CERT/2026/0001"
    for person in [loan.member, *people]:
        assert Message.objects.filter(user=person.user, event__startswith="loans.loan.reopened").exists()


def test_a_guarantor_who_has_used_his_savings_is_held_as_far_as_they_reach_and_the_officer_is_told(loan):
    officer = make_officer()
    short, full = guarantors(loan)
    result = pay_off(loan)
    hold_savings(short, "8000")
    take_back(result)
    first, second = Guarantee.objects.live().filter(loan=loan).order_by("pk")
    assert (first.uncovered, first.hold.amount) == (Decimal("2000.00"), Decimal("4000.00"))
    assert (second.uncovered, second.hold.amount) == (Decimal("0.00"), Decimal("6000.00"))
    assert standing(short).free == 0
    told = Message.objects.get(user=officer, channel="in_app", event__startswith="loans.loan.reopened")
    assert f"{short.name} (₦2,000.00)" in told.body
    assert full.name not in told.body.partition("Speak with")[0]


def test_a_guarantor_with_nothing_free_is_not_held_at_all(loan):
    result = pay_off(loan)
    for person in guarantors(loan):
        hold_savings(person, "12000")
    take_back(result)
    live = Guarantee.objects.live().filter(loan=loan)
    assert [(one.hold, one.uncovered) for one in live] == [(None, Decimal("6000.00"))] * 2


def test_a_loan_that_is_paid_back_again_gets_a_new_certificate_and_the_old_one_stays_void(loan, constraints_now):
    take_back(pay_off(loan))
    receive(loan, "12120.00", on=NOVEMBER)
    constraints_now()
    loan.refresh_from_db()
    assert loan.certificate_number == "CERT/2026/0002"
    assert not Hold.objects.live().filter(guarantee__loan=loan).exists()
    issued = Event.objects.about(loan).filter(verb=CERTIFICATE_ISSUED)
    assert [event.data["certificate_number"] for event in issued] == ["CERT/2026/0001", "CERT/2026/0002"]
    take_back_again = Guarantee.objects.filter(loan=loan)
    assert take_back_again.count() == 4


def test_opening_it_a_second_time_lets_each_guarantor_stand_once(loan):
    for _ in range(2):
        take_back(pay_off(loan))
    assert Guarantee.objects.live().filter(loan=loan).count() == 2
    assert [standing(person).held for person in guarantors(loan)[:2]] == [Decimal("6000.00")] * 2


def test_a_loan_that_was_not_paid_out_is_given_up_and_its_guarantors_are_free(constraints_now):
    loan = make_registered(amount="12000", guarantors=2)
    people, officer = guarantors(loan), make_officer()
    with pytest.raises(ReasonNeeded):
        cancel_loan(loan=loan, reason=" ", by=officer, on=TODAY, at=AT)
    cancel_loan(loan=loan, reason="He no longer needs it.", by=officer, on=TODAY, at=AT)
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == LoanStatus.CANCELLED
    assert [standing(person).held for person in people] == [Decimal("0.00")] * 2
    told = Message.objects.get(user=loan.member.user, channel="in_app", event=f"loans.loan.cancelled:{loan.pk}")
    assert "He no longer needs it." in told.body
    assert make_registered().serial == "LH/2026/002"
    with pytest.raises(NotReadyToPay):
        cancel_loan(loan=loan, reason="Again", by=officer, on=TODAY, at=AT)


def test_a_loan_that_runs_is_not_given_up_and_nobody_gives_up_his_own(loan):
    with pytest.raises(NotReadyToPay):
        cancel_loan(loan=loan, reason="No", by=make_officer(), on=TODAY, at=AT)
    borrower = make_member(savings="500000", roles=("member", "officer"))
    own = make_registered(member=borrower)
    with pytest.raises(NotYourOwnLoan):
        cancel_loan(loan=own, reason="No", by=borrower.user, on=TODAY, at=AT)
    assert cancel_loan(loan=own, reason="No", by=make_officer(), on=TODAY, at=AT).status == LoanStatus.CANCELLED


def test_an_earlier_payment_taken_back_opens_a_closed_loan_too(loan, constraints_now):
    first = receive(loan, "5000", on=date(2026, 11, 2))
    assert receive(loan, "7120", on=NOVEMBER).closed
    take_back(first)
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    # The 7,120 stand again, now as a part payment.
    assert sum(one.paid for one in loan.installments.all()) == Decimal("7120.00")
    assert all(one.interest_waived == 0 for one in loan.installments.all())
