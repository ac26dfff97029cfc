from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from audit.models import Event
from core.models import SerialCounter, Society
from ledger.selectors import balance_of
from loans.errors import AlreadyRegistered, BorrowerNotActive, NotApproved, NotReadyToPay, NotYourOwnLoan
from loans.models import LendingPolicy, Loan
from loans.selectors.register import month_cap, queue
from loans.services.registration import move_first_payment, register_loan, release_queued
from loans.states import ApplicationStatus, LoanStatus
from loans.tests.factories import AT, TODAY, make_application, make_employer, make_member
from loans.tests.register_cast import make_approved, make_officer, make_registered, pay_out
from members.states import MemberStatus
from notifications.models import Message

pytestmark = pytest.mark.django_db
NEXT_MONTH = date(2026, 11, 1)


def cap(amount):
    LendingPolicy.objects.filter(valid_from__lte=TODAY).update(monthly_cap=amount and Decimal(amount))


def test_an_approved_application_becomes_a_loan_with_its_terms_and_instalments(constraints_now):
    application = make_approved(amount="200000", term_months=12, guarantors=2)
    loan = register_loan(application=application, by=make_officer(), on=TODAY, at=AT)
    constraints_now()
    application.refresh_from_db()
    assert application.status == ApplicationStatus.REGISTERED
    assert (loan.serial, loan.status) == ("LH/2026/001", LoanStatus.REGISTERED)
    assert (loan.principal, loan.annual_rate_percent, loan.term_months) == (Decimal("200000"), Decimal("12"), 12)
    assert loan.instalment == Decimal("17769.76")
    due = list(loan.installments.live().order_by("number"))
    assert len(due) == 12
    assert sum(one.principal for one in due) == loan.principal
    assert [one.due for one in due[:11]] == [Decimal("17769.76")] * 11
    assert (due[0].due_on, due[11].due_on) == (date(2026, 11, 28), date(2027, 10, 28))
    assert {guarantee.loan_id for guarantee in application.guarantees.all()} == {loan.pk}
    assert balance_of(loan.account) == 0
    assert loan.account.code == "1200.LH/2026/001"


def test_the_register_tells_the_borrower_and_keeps_who_did_it():
    officer = make_officer()
    loan = make_registered(by=officer)
    told = Message.objects.get(user=loan.member.user, channel="in_app", event=f"loans.loan.registered:{loan.pk}")
    assert "₦17,769.76 a month for 12 months, first on Sat 28 Nov 2026" in told.body
    event = Event.objects.about(loan).get(verb="loans.loan.registered")
    assert (event.actor, event.data["principal"]) == (officer, "200000.00")


def test_serials_count_up_within_their_year_with_the_societys_own_prefix():
    Society.objects.update_or_create(pk=1, defaults={"loan_serial_prefix": "UM"})
    assert [make_registered().serial for _ in range(2)] == ["UM/2026/001", "UM/2026/002"]
    assert make_registered(on=date(2027, 1, 2)).serial == "UM/2027/001"


def test_a_refused_registration_gives_its_number_back():
    make_registered()
    with pytest.raises(NotApproved):
        register_loan(application=make_application(), by=make_officer(), on=TODAY, at=AT)
    assert SerialCounter.objects.get(document="loan", year=2026).last == 1
    assert make_registered().serial == "LH/2026/002"


@pytest.mark.parametrize(
    ("on", "pay_day", "first"),
    [
        (date(2026, 10, 15), 28, date(2026, 10, 28)),
        (date(2026, 10, 16), 28, date(2026, 11, 28)),
        (date(2026, 10, 12), 12, date(2026, 11, 12)),
        (date(2027, 1, 31), 31, date(2027, 2, 28)),
    ],
)
def test_the_first_payment_is_on_the_first_pay_day_that_the_employer_can_still_deduct_for(on, pay_day, first):
    member = make_member(savings="500000", employer=make_employer(pay_day=pay_day))
    loan = make_registered(on=on, member=member)
    assert loan.installments.get(number=1).due_on == first


def test_a_loan_is_registered_once():
    application = make_approved()
    register_loan(application=application, by=make_officer(), on=TODAY, at=AT)
    with pytest.raises(AlreadyRegistered, match="LH/2026/001"):
        register_loan(application=application, by=make_officer(), on=TODAY, at=AT)
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    "status", [ApplicationStatus.DRAFT, ApplicationStatus.UNDER_REVIEW, ApplicationStatus.WITHDRAWN]
)
def test_only_what_was_approved_goes_into_the_register(status):
    with pytest.raises(NotApproved):
        register_loan(application=make_application(status=status), by=make_officer(), on=TODAY, at=AT)
    assert not Loan.objects.exists()


def test_an_officer_does_not_register_his_own_loan():
    borrower = make_member(savings="500000", roles=("member", "officer"))
    application = make_approved(member=borrower)
    with pytest.raises(NotYourOwnLoan):
        register_loan(application=application, by=borrower.user, on=TODAY, at=AT)
    assert register_loan(application=application, by=make_officer(), on=TODAY, at=AT).member == borrower


def test_nobody_who_has_left_gets_a_loan():
    application = make_approved()
    application.member.status = MemberStatus.LEAVING
    application.member.save(update_fields=["status"])
    with pytest.raises(BorrowerNotActive):
        register_loan(application=application, by=make_officer(), on=TODAY, at=AT)


# The month's cap ------------------------------------------------------------------------------------------------------


def test_what_is_over_the_months_cap_waits_in_the_queue():
    make_approved()  # opens the policy
    cap("500000")
    first, second, third = (make_registered(amount="200000") for _ in range(3))
    assert [first.status, second.status, third.status] == ["registered", "registered", "queued"]
    assert (third.released_on, third.serial) == (None, "LH/2026/003")
    assert month_cap(TODAY).left == Decimal("100000.00")
    told = Message.objects.get(channel="in_app", event=f"loans.loan.registered:{third.pk}")
    assert "waits for next month's money" in told.subject
    assert third.installments.get(number=1).due_on == date(2026, 11, 28)


def test_a_smaller_loan_still_goes_through_while_there_is_room_for_it():
    make_approved()
    cap("500000")
    make_registered(amount="400000", member=make_member(savings="500000"))
    assert make_registered(amount="200000").status == LoanStatus.QUEUED
    assert make_registered(amount="100000").status == LoanStatus.REGISTERED


def test_without_a_cap_nothing_waits():
    make_approved()
    cap(None)
    assert {make_registered(amount="900000").status for _ in range(3)} == {LoanStatus.REGISTERED}


@pytest.fixture
def approved_at(constraints_now, as_role):
    """Move the moment of an approval, which is final for everybody but the table's owner."""

    def move(loan, at):
        constraints_now()
        with as_role("cooploan_owner"), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE loans_loanapproval DISABLE TRIGGER loans_approval_final")
            cursor.execute(
                "UPDATE loans_loanapproval SET approved_at = %s WHERE application_id = %s", [at, loan.application_id]
            )
            constraints_now()
            cursor.execute("ALTER TABLE loans_loanapproval ENABLE ALWAYS TRIGGER loans_approval_final")

    return move


def test_the_first_of_the_month_lets_loans_out_in_the_order_of_their_approval_and_no_further(approved_at):
    make_approved()
    cap("450000")
    make_registered(amount="450000", member=make_member(savings="900000"))
    waiting = [make_registered(amount=amount) for amount in ("200000", "200000", "100000", "50000")]
    for place, loan in enumerate(reversed(waiting)):
        # Approved in the opposite order of their registration.
        approved_at(loan, AT + timedelta(hours=place))
    assert not release_queued(on=TODAY, by=None, at=AT)
    out = release_queued(on=NEXT_MONTH, by=None, at=AT)
    # 50,000 + 100,000 + 200,000 fit under 450,000; the next 200,000 does not.
    assert {loan.pk for loan in out} == {waiting[3].pk, waiting[2].pk, waiting[1].pk}
    assert [loan.pk for loan in queue()] == [waiting[0].pk]
    assert month_cap(NEXT_MONTH).used == Decimal("350000.00")
    assert not release_queued(on=NEXT_MONTH, by=None, at=AT)
    assert [loan.pk for loan in release_queued(on=date(2026, 12, 1), by=None, at=AT)] == [waiting[0].pk]


def test_each_release_counts_before_the_next_is_judged():
    make_approved()
    cap("300000")
    make_registered(amount="300000")
    for _ in range(5):
        make_registered(amount="200000")
    assert len(release_queued(on=NEXT_MONTH, by=None, at=AT)) == 1


def test_a_small_loan_does_not_overtake_a_larger_one_that_was_approved_before_it():
    make_approved()
    cap("300000")
    make_registered(amount="150000")
    make_registered(amount="200000")
    make_registered(amount="200000")
    make_registered(amount="160000")
    released = release_queued(on=NEXT_MONTH, by=None, at=AT)
    assert [loan.principal for loan in released] == [Decimal("200000.00")]


def test_a_loan_above_the_whole_cap_does_not_stop_the_others():
    make_approved()
    cap("300000")
    make_registered(amount="300000")
    too_large = make_registered(amount="500000")
    small = make_registered(amount="100000")
    assert [loan.pk for loan in release_queued(on=NEXT_MONTH, by=None, at=AT)] == [small.pk]
    too_large.refresh_from_db()
    assert too_large.status == LoanStatus.QUEUED


def test_a_loan_that_waited_two_months_is_first_due_after_it_can_be_paid(constraints_now):
    make_approved()
    cap("300000")
    make_registered(amount="300000")
    waiting = make_registered(amount="200000")
    released = release_queued(on=date(2027, 1, 1), by=None, at=AT)
    constraints_now()
    assert [loan.pk for loan in released] == [waiting.pk]
    days = list(waiting.installments.order_by("number").values_list("due_on", flat=True))
    assert (days[0], days[1], days[-1]) == (date(2027, 1, 28), date(2027, 2, 28), date(2027, 12, 28))
    told = Message.objects.get(channel="in_app", event=f"loans.loan.released:{waiting.pk}")
    assert "Thu 28 Jan 2027" in told.body


def test_a_cancelled_loan_gives_its_room_back():
    make_approved()
    cap("200000")
    loan = make_registered(amount="200000")
    Loan.objects.filter(pk=loan.pk).update(status=LoanStatus.CANCELLED)
    assert month_cap(TODAY).left == Decimal("200000.00")


# Moving the payment days ----------------------------------------------------------------------------------------------


def test_the_payment_days_of_a_loan_can_be_moved_until_it_is_paid_out():
    loan = make_registered()
    officer = make_officer()
    before = [one.due for one in loan.installments.live().order_by("number")]
    move_first_payment(loan=loan, by=officer, on=date(2026, 12, 1), at=AT)
    after = list(loan.installments.live().order_by("number"))
    assert (after[0].due_on, after[-1].due_on) == (date(2026, 12, 28), date(2027, 11, 28))
    assert [one.due for one in after] == before
    moved = Event.objects.about(loan).get(verb="loans.loan.payment_days_moved")
    assert (moved.data["before"], moved.data["first_due_on"]) == ("2026-11-28", "2026-12-28")
    pay_out(loan, on=date(2026, 12, 1))
    with pytest.raises(NotReadyToPay):
        move_first_payment(loan=loan, by=officer, on=date(2027, 1, 1), at=AT)
