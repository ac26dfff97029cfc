"""Recourse: notice, answers, two people, own savings first, then each guarantor within his promise; and the claims."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledger.checks import INVARIANTS as LEDGER
from ledger.models import AccountBalance, HoldPurpose
from ledger.tests.factories import deposit
from loans.checks import INVARIANTS
from loans.errors import (
    CameByRecourse,
    NobodyStands,
    NotAParty,
    NoticeMissing,
    NoticeRunning,
    NotLate,
    NotYourOwnLoan,
    ReasonNeeded,
    RecourseOpen,
    RecourseOver,
    SecondPersonNeeded,
)
from loans.models import GuarantorClaim, HoldPolicy, LendingPolicy, Recourse, RecourseCharge, Repayment
from loans.selectors.loan_page import loan_page
from loans.services.recourse import answer_notice, charge_guarantors, give_notice, offset_savings, withdraw_recourse
from loans.services.repayments import record_receipt, reverse_repayment
from loans.states import GuaranteeStatus, LoanStatus, RecourseStatus
from loans.tests.factories import AT, TODAY, hold_savings, make_guarantee, make_member, set_rules
from loans.tests.recourse_cast import FREE, LATE, days_go_by, late_loan, notice, promises, take_all, taken
from loans.tests.register_cast import make_officer, make_treasurer
from notifications.models import Message

pytestmark = pytest.mark.django_db
D = Decimal


def savings(member) -> AccountBalance:
    return AccountBalance.objects.get(account=member.savings_account)


def owed(loan, on: date = FREE) -> Decimal:
    loan.refresh_from_db()
    return loan_page(loan, on=on).pay_off.total


def sound() -> bool:
    broken = {one.code: one.run().broken for one in [*LEDGER, *INVARIANTS] if one.code != "I13"}
    return not {code for code, rows in broken.items() if rows}


def after_notice(loan, **fields) -> Recourse:
    recourse = notice(loan, **fields)
    days_go_by()
    return recourse


# Notice ---------------------------------------------------------------------------------------------------------------


def test_all_are_told_how_much_may_be_taken_and_from_which_day():
    loan = late_loan()
    recourse = notice(loan)
    assert (recourse.status, recourse.free_on) == (RecourseStatus.NOTICE_GIVEN, FREE)
    assert recourse.owed == owed(loan, LATE)
    told = {one.member_id: (one.most, one.guarantee_id) for one in recourse.notices.all()}
    assert told == {
        loan.member_id: (recourse.owed, None), **{one.guarantor_id: (100000, one.pk) for one in promises(loan)}
    }  # fmt: skip
    for member in (loan.member, promises(loan)[0].guarantor):
        assert "24 Jan 2027" in Message.objects.filter(user=member.user, event__contains="recourse.notice")[0].body


def test_the_notice_days_are_those_of_the_lending_policy():
    loan = late_loan()
    LendingPolicy.objects.update(notice_days=30)
    assert notice(loan).free_on == LATE + timedelta(days=30)


def test_a_loan_that_is_not_late_gets_no_notice():
    loan = late_loan()
    with pytest.raises(NotLate):
        notice(loan, on=TODAY + timedelta(days=5))
    assert notice(loan)


def test_notice_is_given_once_with_a_reason_by_somebody_without_a_part_in_it():
    loan = late_loan()
    with pytest.raises(ReasonNeeded):
        give_notice(loan=loan, reason=" ", by=make_officer(), on=LATE, at=AT)
    for person in (loan.member.user, promises(loan)[0].guarantor.user):
        with pytest.raises(NotYourOwnLoan):
            notice(loan, by=person)
    notice(loan)
    with pytest.raises(RecourseOpen):
        notice(loan)


def test_where_nobody_stands_and_nothing_is_saved_there_is_nothing_to_take():
    loan = late_loan(savings="0", guarantors=0)
    with pytest.raises(NobodyStands):
        notice(loan)
    deposit(loan.member.savings_account, "1")
    assert notice(loan)


def test_who_was_told_can_answer_himself_or_through_the_office_until_it_ends():
    loan = late_loan()
    recourse, guarantor = notice(loan), promises(loan)[0].guarantor
    answer = answer_notice(recourse=recourse, member=guarantor, words=" He is ill ", by=guarantor.user, at=AT)
    assert (answer.words, answer.recorded_by) == ("He is ill", guarantor.user)
    assert answer_notice(recourse=recourse, member=loan.member, words="I am", by=make_officer(), at=AT)
    with pytest.raises(NotAParty):
        answer_notice(recourse=recourse, member=make_member(), words="And I?", by=make_officer(), at=AT)
    withdraw_recourse(recourse=recourse, reason="He has paid", by=make_officer(), on=LATE, at=AT)
    with pytest.raises(RecourseOver):
        answer_notice(recourse=recourse, member=guarantor, words="Late", by=guarantor.user, at=AT)


# The days -------------------------------------------------------------------------------------------------------------


def test_nothing_is_taken_before_the_notice_days_are_over():
    loan = late_loan()
    recourse = after_notice(loan)
    with pytest.raises(NoticeRunning, match="24 Jan 2027"):
        offset_savings(recourse=recourse, by=make_treasurer(), on=FREE - timedelta(days=1), at=AT)
    assert offset_savings(recourse=recourse, by=make_treasurer(), on=FREE, at=AT)


def test_a_date_that_is_passed_in_does_not_skip_them_the_database_counts_from_its_own_clock():
    loan = late_loan()
    recourse, treasurer = notice(loan), make_treasurer()
    with pytest.raises(NoticeRunning, match="recorded too short a time ago"):
        offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    days_go_by(13)
    with pytest.raises(NoticeRunning):
        offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    recourse.refresh_from_db()
    assert (recourse.status, recourse.approved_by) == (RecourseStatus.NOTICE_GIVEN, None)
    assert not RecourseCharge.objects.exists()
    days_go_by(1)
    assert offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)


# Own savings first ----------------------------------------------------------------------------------------------------


def test_who_proposed_it_does_not_approve_it_nor_does_one_with_a_part_in_it():
    loan, officer = late_loan(), make_officer()
    recourse = after_notice(loan, by=officer)
    with pytest.raises(SecondPersonNeeded):
        offset_savings(recourse=recourse, by=officer, on=FREE, at=AT)
    with pytest.raises(NotYourOwnLoan):
        offset_savings(recourse=recourse, by=promises(loan)[0].guarantor.user, on=FREE, at=AT)
    assert offset_savings(recourse=recourse, by=make_treasurer(), on=FREE, at=AT).approved_by is not None


def test_own_savings_pay_as_far_as_they_reach_and_guarantors_not_before_them(constraints_now):
    loan = late_loan(savings="50000")
    recourse, before, treasurer = after_notice(loan), owed(loan), make_treasurer()
    with pytest.raises(RecourseOver):
        charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT)
    recourse = offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    assert recourse.status == RecourseStatus.SAVINGS_OFFSET
    assert savings(loan.member).balance == 0
    assert owed(loan) == before - 50000
    charge = RecourseCharge.objects.get()
    assert (charge.amount, charge.guarantee, charge.repayment.channel) == (50000, None, "savings")
    constraints_now()
    assert sound()


def test_what_is_held_of_his_savings_for_others_is_not_taken():
    loan = late_loan(savings="50000")
    hold_savings(loan.member, "30000", purpose=HoldPurpose.WITHDRAWAL)
    offset_savings(recourse=after_notice(loan), by=make_treasurer(), on=FREE, at=AT)
    assert (savings(loan.member).balance, savings(loan.member).held) == (30000, 30000)
    assert RecourseCharge.objects.get().amount == 20000


def test_where_savings_never_pay_such_a_loan_they_are_left_alone():
    loan = late_loan(savings="50000")
    set_rules(offset_from_savings="forbidden")
    recourse = offset_savings(recourse=after_notice(loan), by=make_treasurer(), on=FREE, at=AT)
    assert recourse.status == RecourseStatus.SAVINGS_OFFSET
    assert savings(loan.member).balance == 50000
    assert not RecourseCharge.objects.exists()


def test_savings_that_reach_settle_it_and_free_the_guarantors(constraints_now):
    loan = late_loan(savings="300000")
    recourse = offset_savings(recourse=after_notice(loan), by=make_treasurer(), on=FREE, at=AT)
    loan.refresh_from_db()
    assert (recourse.status, loan.status) == (RecourseStatus.SETTLED, LoanStatus.CLOSED)
    assert not GuarantorClaim.objects.exists()
    assert {one.status for one in promises(loan)} == {GuaranteeStatus.RELEASED}
    constraints_now()
    assert sound()


def test_savings_held_for_this_very_loan_pay_it():
    loan = late_loan(savings="199000", policy=HoldPolicy.UNTIL_OWN_SAVINGS)
    record_receipt(loan=loan, amount=D("17769.76"), into="bank", reference="1", by=make_officer(), on=TODAY, at=AT)
    assert savings(loan.member).held > 0
    recourse = offset_savings(recourse=after_notice(loan), by=make_treasurer(), on=FREE, at=AT)
    assert recourse.status == RecourseStatus.SETTLED
    assert sound()


def test_a_borrower_who_has_paid_what_was_late_is_left_alone():
    loan = late_loan()
    recourse = after_notice(loan)
    record_receipt(loan=loan, amount=D("60000"), into="bank", reference="1", by=make_officer(), on=LATE, at=AT)
    with pytest.raises(NotLate):
        offset_savings(recourse=recourse, by=make_treasurer(), on=FREE, at=AT)
    ended = withdraw_recourse(recourse=recourse, reason="He has paid", by=make_officer(), on=FREE, at=AT)
    assert (ended.status, ended.ended_on, ended.why_ended) == (RecourseStatus.WITHDRAWN, FREE, "He has paid")
    assert Message.objects.filter(user=promises(loan)[0].guarantor.user, subject__contains="Nothing more").exists()


# The guarantors -------------------------------------------------------------------------------------------------------


def test_guarantors_pay_the_rest_in_proportion_and_it_becomes_their_claim(constraints_now):
    loan = late_loan(savings="50000")
    rest = owed(loan) - 50000
    recourse = taken(loan)
    assert recourse.status == RecourseStatus.GUARANTORS_CHARGED
    shares = sorted(GuarantorClaim.objects.values_list("amount", flat=True))
    assert sum(shares) == rest
    assert shares[1] - shares[0] <= D("0.01")
    loan.refresh_from_db()
    assert loan.status == LoanStatus.CLOSED
    for one in promises(loan):
        assert one.charged == GuarantorClaim.objects.get(guarantor=one.guarantor).amount
        assert savings(one.guarantor).held == 0
        assert savings(one.guarantor).balance == 200000 - one.charged
        assert Message.objects.filter(user=one.guarantor.user, subject__startswith="You paid").exists()
    constraints_now()
    assert sound()


def test_nobody_pays_more_than_he_promised_and_the_rest_stays_owed(constraints_now):
    loan = late_loan(savings="0")
    before = owed(loan)
    taken(loan)
    assert before > 200000
    assert [one.charged for one in promises(loan)] == [100000, 100000]
    assert owed(loan) == before - 200000
    assert {one.needed for one in promises(loan)} == {0}
    constraints_now()
    assert sound()


def test_a_promise_that_fell_with_the_loan_is_charged_as_far_as_it_stands(constraints_now):
    loan = late_loan(savings="0", policy=HoldPolicy.FALLS_WITH_PRINCIPAL)
    record_receipt(loan=loan, amount=D("17769.76"), into="bank", reference="1", by=make_officer(), on=LATE, at=AT)
    needed = [one.needed for one in promises(loan)]
    assert needed == [D("92115.12")] * 2
    taken(loan)
    assert [one.charged for one in promises(loan)] == needed
    constraints_now()
    assert sound()


def test_what_a_guarantors_savings_do_not_hold_is_not_taken_from_the_others(constraints_now):
    loan = late_loan(savings="0")
    poor = promises(loan)[0]
    type(poor.hold).objects.filter(pk=poor.hold_id).update(released_at=AT)
    poor.uncovered, poor.hold = poor.amount, None
    poor.save(update_fields=["uncovered", "hold"])
    take_all(poor.guarantor, leave="30000")
    taken(loan)
    assert [one.charged for one in promises(loan)] == [30000, 100000]
    assert savings(poor.guarantor).balance == 0
    constraints_now()
    assert sound()


def test_the_part_of_a_hold_that_is_not_needed_for_the_charge_stays_held_while_the_loan_runs(constraints_now):
    loan = late_loan(savings="0")
    other = promises(loan)[1]
    recourse = after_notice(loan)
    treasurer = make_treasurer()
    offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    record_receipt(loan=loan, amount=D("120000"), into="bank", reference="1", by=make_officer(), on=LATE, at=AT)
    with pytest.raises(NotLate):
        charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT)
    assert savings(other.guarantor).held == 100000
    constraints_now()
    assert sound()


def test_one_who_came_to_stand_after_the_notice_is_not_charged_without_one():
    loan = late_loan(savings="0")
    recourse, treasurer = after_notice(loan), make_treasurer()
    late_comer = make_guarantee(application=loan.application, amount="1000", status=GuaranteeStatus.ACCEPTED)
    type(late_comer).objects.filter(pk=late_comer.pk).update(loan=loan)
    offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    with pytest.raises(NoticeMissing, match=late_comer.guarantor.name):
        charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT)


def test_a_step_is_taken_once():
    loan = late_loan()
    recourse = taken(loan)
    with pytest.raises(RecourseOver):
        charge_guarantors(recourse=recourse, by=make_treasurer(), on=FREE, at=AT)
    with pytest.raises(RecourseOver):
        withdraw_recourse(recourse=recourse, reason="No", by=make_officer(), on=FREE, at=AT)
    assert RecourseCharge.objects.count() == 3


def test_what_recourse_took_is_not_taken_back_as_a_mistake():
    loan = late_loan(savings="0")
    taken(loan)
    repayment = Repayment.objects.filter(loan=loan, channel="guarantor").first()
    with pytest.raises(CameByRecourse):
        reverse_repayment(repayment=repayment, reason="Sorry", by=make_officer(), on=FREE, at=AT)
