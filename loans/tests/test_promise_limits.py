"""Who may stand for whom by the lending policy: refused beside allowed, and what each person is told of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger.tests.factories import deposit
from loans.errors import BeyondTheLimits, TooManyPromises
from loans.models import Installment, LendingPolicy
from loans.selectors.guarantees import candidates
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.states import GuaranteeStatus
from loans.tests.factories import AT, TODAY, make_application, make_guarantee, make_member, make_running_loan

pytestmark = pytest.mark.django_db
D = Decimal


def policy(**limits) -> None:
    LendingPolicy.objects.update(**limits)


def waiting():
    return make_application(status="awaiting_guarantors")


def ask(application, guarantor, amount="10000"):
    return ask_guarantor(
        application=application, guarantor=guarantor, amount=D(amount), by=application.member.user, at=AT
    )


def found(application, member, amount="10000"):
    return candidates(application, words=member.number, amount=D(amount), on=TODAY)[0]


def make_late(member) -> None:
    loan = make_running_loan(member=member)
    Installment.objects.filter(loan=loan).update(live=False)
    loan.installments.create(number=1, due_on=date(2026, 10, 1), principal=loan.scheduled_principal, interest=0)


def test_one_may_stand_for_as_many_loans_as_the_policy_says():
    application, friend = waiting(), make_member(savings="100000")
    make_guarantee(application=waiting(), guarantor=friend, amount="10", status=GuaranteeStatus.ACCEPTED)
    policy(most_promises=2)
    assert found(application, friend).can
    policy(most_promises=1)
    assert found(application, friend).why_not == "Stands for as many loans as one may."
    with pytest.raises(TooManyPromises):
        ask(application, friend)


def test_one_may_promise_in_all_a_part_of_his_own_savings():
    application, friend = waiting(), make_member(savings="100000")
    make_guarantee(application=waiting(), guarantor=friend, amount="40000", status=GuaranteeStatus.ACCEPTED)
    policy(most_exposure_percent=D(50))
    assert found(application, friend, "10000").can
    refused = found(application, friend, "10000.01")
    assert refused.why_not == "Cannot stand for this amount now."  # not what he has
    with pytest.raises(BeyondTheLimits):
        ask(application, friend, "10000.01")
    assert ask(application, friend, "10000").status == GuaranteeStatus.REQUESTED


def test_or_a_part_of_all_that_he_has():
    application, friend = waiting(), make_member(savings="100000")
    deposit(friend.shares_account, "100000")
    policy(most_exposure_percent=D(50))
    assert not found(application, friend, "60000").can
    policy(exposure_base="equity")
    assert found(application, friend, "60000").can


def test_officers_may_stand_unless_the_policy_says_no():
    application, officer = waiting(), make_member(savings="100000", roles=("member", "officer"))
    assert found(application, officer).can
    policy(officers_may_stand=False)
    assert found(application, officer).why_not == "Holds an office, and officers may not stand."
    assert found(application, make_member(savings="100000")).can
    with pytest.raises(BeyondTheLimits):
        ask(application, officer)


def test_who_is_late_himself_may_not_stand_unless_the_policy_lets_him_and_others_are_not_told_why():
    application, friend = waiting(), make_member(savings="100000")
    make_late(friend)
    assert found(application, friend).why_not == "Cannot stand for a loan now."
    with pytest.raises(BeyondTheLimits, match="Cannot stand for a loan now"):
        ask(application, friend)
    policy(in_arrears_may_stand=True)
    assert found(application, friend).can


def test_a_limit_that_was_passed_since_he_was_asked_stops_his_yes_and_tells_himself_why():
    application, friend = waiting(), make_member(savings="100000")
    guarantee = ask(application, friend)
    make_late(friend)
    with pytest.raises(BeyondTheLimits, match="A payment on your own loan is late"):
        accept_guarantee(guarantee=guarantee, by=friend.user, at=AT)
    policy(in_arrears_may_stand=True)
    assert accept_guarantee(guarantee=guarantee, by=friend.user, at=AT).status == GuaranteeStatus.ACCEPTED
