"""Attacks on the committee in SQL, as the site's role and as the owner: the database refuses each."""

import pytest
from django.db import DatabaseError, connection, transaction

from committee.models import Sitting
from committee.tests.factories import make_committee, make_sitting
from loans.states import ApplicationStatus
from loans.tests.factories import AT, make_application, make_member
from users.testing import make_user

pytestmark = pytest.mark.django_db

VOTE = """INSERT INTO committee_vote (application_id, sitting_id, voter_id, choice, reason, cast_at)
          VALUES (%s, %s, %s, %s, %s, now())"""
APPROVAL = """INSERT INTO loans_loanapproval (application_id, amount, term_months, approved_at, approved_by_id)
              VALUES (%s, %s, %s, now(), %s)"""
PARTY = """INSERT INTO loans_loanparty (application_id, member_id, stand, why) VALUES (%s, %s, 'interested', 'x')"""


@pytest.fixture(autouse=True)
def undone(db):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sitting():
    return make_sitting()


@pytest.fixture
def application(sitting):
    return make_application(status=ApplicationStatus.UNDER_REVIEW)


def attack(statement, *arguments):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def refused(statement, *arguments, match):
    with pytest.raises(DatabaseError, match=match):
        attack(statement, *arguments)


def cast(application, sitting, choices):
    for voter, choice in zip(make_committee(len(choices)), choices, strict=True):
        attack(VOTE, application.pk, sitting.pk, voter.pk, choice, "reason")


def approve(application, amount=None, term=None):
    return (
        APPROVAL,
        application.pk,
        amount or application.amount,
        term or application.term_months,
        make_user(roles=["chair"]).pk,
    )


@pytest.mark.parametrize(
    "choices",
    [
        [],
        ["approve", "approve"],
        ["approve", "decline", "abstain"],
        ["abstain", "abstain", "abstain"],
        ["approve", "decline", "decline"],
    ],
)
def test_i09_no_approval_without_quorum_and_majority(application, sitting, choices):
    cast(application, sitting, choices)
    refused(*approve(application), match="votes")


def test_i09_a_quorum_with_a_majority_is_approved(application, sitting):
    cast(application, sitting, ["approve", "approve", "decline"])
    attack(*approve(application))


def test_i09_no_approval_of_more_or_for_longer_than_was_voted_on(application, sitting):
    cast(application, sitting, ["approve", "approve", "approve"])
    refused(*approve(application, amount=application.amount + 1), match="other terms")
    refused(*approve(application, term=application.term_months + 1), match="other terms")


def test_i09_no_approval_of_what_is_not_before_the_committee(sitting):
    draft = make_application(status=ApplicationStatus.AWAITING_GUARANTORS)
    refused(*approve(draft), match="votes")


def test_i11_nobody_with_an_interest_votes_and_no_voter_gets_an_interest(application, sitting):
    refused(VOTE, application.pk, sitting.pk, application.member_id, "approve", "", match="nobody_on_both_sides")
    voter = make_committee(1)[0]
    attack(VOTE, application.pk, sitting.pk, voter.pk, "approve", "")
    refused(PARTY, application.pk, voter.pk, match="nobody_on_both_sides")
    attack(PARTY, application.pk, make_member().pk)


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE committee_vote SET choice = 'decline', reason = 'x'",
        "DELETE FROM committee_vote",
        "UPDATE loans_loanparty SET stand = 'interested'",
        "DELETE FROM loans_loanparty",
    ],
)
def test_i12_a_vote_stands_as_it_was_cast(application, sitting, as_role, constraints_now, role, statement):
    cast(application, sitting, ["approve"])
    constraints_now()
    with as_role(role):
        refused(statement, match="append-only|permission denied")


def test_i12_one_vote_each(application, sitting):
    voter = make_committee(1)[0]
    attack(VOTE, application.pk, sitting.pk, voter.pk, "approve", "")
    refused(VOTE, application.pk, sitting.pk, voter.pk, "decline", "x", match="once|one_vote_each")


def test_a_closed_sitting_takes_no_vote(application, sitting):
    Sitting.objects.filter(pk=sitting.pk).update(status="closed", closed_at=AT)
    refused(VOTE, application.pk, sitting.pk, make_committee(1)[0].pk, "approve", "", match="closed")


def test_a_decline_without_reason_is_refused(application, sitting):
    refused(VOTE, application.pk, sitting.pk, make_committee(1)[0].pk, "decline", "", match="decline_has_reason")


@pytest.mark.parametrize(
    "change", ["amount = amount + 1", "term_months = 99", "quorum = 2", "member_id = member_id + 1"]
)
def test_what_the_committee_votes_on_does_not_change_under_its_eyes(application, change):
    refused(f"UPDATE loans_loanapplication SET {change} WHERE id = %s", application.pk, match="fixed")
