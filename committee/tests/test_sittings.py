from decimal import Decimal

import pytest

from committee.errors import (
    DecidedByOneself,
    HasAnInterest,
    NoOpenSitting,
    NotACommitteeMember,
    NotBeforeTheCommittee,
    ReasonNeeded,
    SittingAlreadyOpen,
    VotedBefore,
)
from committee.models import Decision, Outcome, Vote, VoteChoice
from committee.services import cast_vote, close_sitting, open_sitting
from committee.states import SittingStatus
from committee.tests.factories import make_approved_application, make_chair, make_committee, make_sitting
from core.errors import IllegalTransition
from loans.models import LoanApproval
from loans.services.applications import withdraw_application
from loans.states import ApplicationStatus
from loans.tests.factories import AT, TODAY, make_application, make_member
from notifications.models import Message
from users.testing import make_user

pytestmark = pytest.mark.django_db

YES, NO, ABSTAIN = VoteChoice.APPROVE, VoteChoice.DECLINE, VoteChoice.ABSTAIN


@pytest.fixture
def guarantors():
    return [make_member(savings="150000"), make_member(savings="150000")]


@pytest.fixture
def application(guarantors):
    return make_application(status=ApplicationStatus.UNDER_REVIEW, guarantors=guarantors)


def vote(application, voter, choice=YES, reason=""):
    return cast_vote(application=application, choice=choice, reason=reason, by=voter.user, at=AT)


def votes(application, choices):
    for voter, choice in zip(make_committee(len(choices)), choices, strict=True):
        vote(application, voter, choice, "Too much" if choice == NO else "")


def test_a_quorum_with_a_majority_approves_and_the_member_is_told(application, constraints_now):
    sitting = make_sitting()
    votes(application, [YES, YES, NO])
    decisions = close_sitting(sitting=sitting, by=make_chair(), at=AT)
    constraints_now()
    application.refresh_from_db()
    assert [d.outcome for d in decisions] == [Outcome.APPROVED]
    assert application.status == ApplicationStatus.APPROVED
    assert LoanApproval.objects.get(application=application).amount == Decimal(200000)
    assert Message.objects.filter(user=application.member.user, subject__icontains="approved").exists()


@pytest.mark.parametrize("choices", [[YES, NO, NO], [YES, NO, ABSTAIN], [ABSTAIN, ABSTAIN, ABSTAIN]])
def test_without_a_majority_of_yes_it_is_declined_with_a_reason(application, guarantors, choices):
    sitting = make_sitting()
    votes(application, choices)
    close_sitting(sitting=sitting, by=make_chair(), at=AT)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DECLINED
    assert Decision.objects.get(application=application).reason
    guarantors[0].savings_account.stored.refresh_from_db()
    assert guarantors[0].savings_account.stored.held == 0


def test_below_the_quorum_nothing_is_decided_and_the_next_sitting_goes_on(application):
    sitting = make_sitting()
    votes(application, [YES, YES])
    assert close_sitting(sitting=sitting, by=make_chair(), at=AT) == []
    sitting.refresh_from_db()
    assert "Carried over to the next sitting for want of votes: 1" in sitting.minutes
    application.refresh_from_db()
    assert application.status == ApplicationStatus.UNDER_REVIEW
    again = make_sitting()
    votes(application, [YES])
    assert len(close_sitting(sitting=again, by=make_chair(), at=AT)) == 1


def test_the_quorum_is_that_of_the_day_it_came_to_the_committee(application):
    assert application.quorum == 3


def test_nobody_votes_twice_or_after_the_sitting(application):
    sitting = make_sitting()
    voter, late = make_committee(2)
    vote(application, voter)
    with pytest.raises(VotedBefore):
        vote(application, voter, NO, "Changed my mind")
    close_sitting(sitting=sitting, by=make_chair(), at=AT)
    with pytest.raises(NoOpenSitting):
        vote(application, late)
    assert Vote.objects.count() == 1


def test_neither_the_applicant_nor_a_guarantor_votes_and_a_stranger_does(application, guarantors):
    make_sitting()
    for interested in (application.member, *guarantors):
        with pytest.raises(HasAnInterest):
            vote(application, interested)
    vote(application, make_committee(1)[0])


def test_who_votes_is_in_the_register(application):
    make_sitting()
    with pytest.raises(NotACommitteeMember):
        cast_vote(application=application, choice=YES, reason="", by=make_user(roles=["committee"]), at=AT)


def test_a_decline_needs_its_reason(application):
    make_sitting()
    with pytest.raises(ReasonNeeded):
        vote(application, make_committee(1)[0], NO, "  ")


def test_a_withdrawn_application_takes_no_vote(application):
    make_sitting()
    withdraw_application(application=application, by=application.member.user, at=AT)
    with pytest.raises(NotBeforeTheCommittee):
        vote(application, make_committee(1)[0])


def test_one_sitting_is_open_at_a_time():
    make_sitting()
    with pytest.raises(SittingAlreadyOpen):
        open_sitting(held_on=TODAY, by=make_chair(), at=AT)


def test_a_sitting_is_closed_once(application):
    sitting = make_sitting()
    close_sitting(sitting=sitting, by=make_chair(), at=AT)
    with pytest.raises(IllegalTransition):
        close_sitting(sitting=sitting, by=make_chair(), at=AT)


def test_nobody_closes_the_sitting_that_decides_his_own_loan():
    own = make_application(
        status=ApplicationStatus.UNDER_REVIEW, member=make_member(savings="500000", roles=("member", "chair"))
    )
    sitting = make_sitting()
    votes(own, [YES, YES, YES])
    with pytest.raises(DecidedByOneself):
        close_sitting(sitting=sitting, by=own.member.user, at=AT)
    sitting.refresh_from_db()
    assert sitting.status == SittingStatus.OPEN


def test_the_minutes_tell_who_was_there_and_each_count(application):
    sitting = make_sitting()
    votes(application, [YES, YES, ABSTAIN])
    close_sitting(sitting=sitting, by=make_chair(), at=AT)
    sitting.refresh_from_db()
    assert f"{application.number}, {application.member.name}" in sitting.minutes
    assert "APPROVED (2 for, 0 against, 1 abstained; quorum 3)" in sitting.minutes
    assert sitting.minutes.count(",") >= 2
    assert "Closed by Mrs Funmi Balogun" in sitting.minutes


def test_an_approved_application_comes_out_of_the_factory():
    assert make_approved_application().status == ApplicationStatus.APPROVED
