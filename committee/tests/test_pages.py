"""The committee's pages: who may open them, what they show and keep back, and how few queries they take."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from committee.models import Sitting, Vote
from committee.states import SittingStatus
from committee.tests.factories import make_committee, make_sitting
from loans.states import ApplicationStatus
from loans.tests.factories import make_application, make_guarantee, make_member, make_running_loan
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    guarantors = [make_member(savings="150000"), make_member(savings="150000")]
    return make_application(status=ApplicationStatus.UNDER_REVIEW, guarantors=guarantors)


@pytest.fixture
def judge():
    return make_committee(1)[0]


def dossier_of(application):
    return reverse("committee:dossier", args=[application.pk])


def ballot(choice="approve", reason=""):
    return {"choice": choice, "reason": reason, "no_interest": "on"}


@pytest.mark.parametrize("role", ["committee", "chair", "secretary", "auditor"])
def test_the_queue_is_open_to_the_committee_and_the_auditor(client, application, role):
    sign_in(client, make_user(roles=[role]))
    page = client.get(reverse("committee:queue"))
    assert page.status_code == 200
    assert application.number in page.content.decode()


@pytest.mark.parametrize("role", ["member", "officer", "treasurer", "storekeeper"])
def test_the_queue_is_closed_to_everybody_else(client, role):
    sign_in(client, make_user(roles=[role]))
    assert client.get(reverse("committee:queue")).status_code == 403


def test_nobody_sees_the_queue_without_signing_in(client):
    page = client.get(reverse("committee:queue"))
    assert (page.status_code, page.url.startswith(reverse("account_login"))) == (302, True)


def test_a_vote_is_cast_from_the_dossier_and_stays_closed(client, application, judge):
    make_sitting()
    sign_in(client, judge.user)
    page = client.post(dossier_of(application), ballot())
    assert page.url == reverse("committee:queue")
    seen = client.get(dossier_of(application)).content.decode()
    assert "You voted on" in seen
    assert "1 vote cast, 3 needed" in seen
    other = make_committee(1)[0]
    sign_in(client, other.user)
    assert judge.name not in client.get(dossier_of(application)).content.decode()


def test_a_vote_is_its_senders_whoever_the_form_says_it_is_of(client, application, judge):
    make_sitting()
    other = make_committee(1)[0]
    forged = dict.fromkeys(["voter", "voter_id", "member"], other.pk)
    forged |= dict.fromkeys(["by", "user", "user_id"], other.user_id)
    sign_in(client, judge.user)
    client.post(dossier_of(application), ballot() | forged)
    assert Vote.objects.get().voter == judge


def test_a_second_vote_from_a_stale_tab_is_refused_in_words(client, application, judge):
    make_sitting()
    sign_in(client, judge.user)
    client.post(dossier_of(application), ballot())
    page = client.post(dossier_of(application), ballot("decline", "Too much"))
    assert "You have voted on this application already" in page.content.decode()
    assert Vote.objects.get().choice == "approve"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"no_interest": "on"}, "Choose approve, decline or abstain."),
        ({"choice": "decline", "no_interest": "on"}, "Write why. The member will read it."),
        ({"choice": "approve"}, "Tick this before you vote."),
    ],
)
def test_a_ballot_that_is_not_whole_says_what_is_missing(client, application, judge, sent, said):
    make_sitting()
    sign_in(client, judge.user)
    assert said in client.post(dossier_of(application), sent).content.decode()
    assert not Vote.objects.exists()


def test_a_guarantor_on_the_committee_stands_aside(client, application):
    guarantor = application.guarantees.first().guarantor
    make_sitting()
    user = make_user(roles=["committee"], full_name=guarantor.name)
    guarantor.user = user
    guarantor.save(update_fields=["user"])
    sign_in(client, user)
    page = client.get(dossier_of(application)).content.decode()
    assert "You stand aside here" in page
    assert "Cast my vote" not in page
    assert "You cannot vote on this one" in client.post(dossier_of(application), ballot()).content.decode()


@pytest.mark.parametrize("role", ["secretary", "auditor"])
def test_who_may_look_but_not_vote_casts_none(client, application, role):
    make_sitting()
    sign_in(client, make_user(roles=[role]))
    client.post(dossier_of(application), ballot())
    assert not Vote.objects.exists()
    assert "Cast my vote" not in client.get(dossier_of(application)).content.decode()


def test_a_draft_has_no_dossier(client, judge):
    draft = make_application(status=ApplicationStatus.DRAFT)
    sign_in(client, judge.user)
    assert client.get(dossier_of(draft)).status_code == 404


def test_the_chair_opens_and_closes_a_sitting_and_its_minutes_are_there(client, application):
    sign_in(client, make_user(roles=["chair"]))
    client.post(reverse("committee:open"), {"held_on": "2026-10-26"})
    sitting = Sitting.objects.get()
    page = client.get(reverse("committee:close", args=[sitting.pk])).content.decode()
    assert "Left for the next sitting: not enough votes" in page
    refused = client.post(reverse("committee:close", args=[sitting.pk]), {"word": "yes"}).content.decode()
    assert "Type CLOSE to go on." in refused
    page = client.post(reverse("committee:close", args=[sitting.pk]), {"word": "close"}, follow=True)
    assert "No application had its quorum" in page.content.decode()
    sitting.refresh_from_db()
    assert sitting.status == SittingStatus.CLOSED
    again = client.post(reverse("committee:close", args=[sitting.pk]), {"word": "CLOSE"}).content.decode()
    assert "cannot become closed" in again


@pytest.mark.parametrize("role", ["committee", "auditor", "officer"])
def test_nobody_else_opens_or_closes_a_sitting(client, role):
    sitting = make_sitting()
    sign_in(client, make_user(roles=[role]))
    assert client.post(reverse("committee:close", args=[sitting.pk]), {"word": "CLOSE"}).status_code == 403
    assert client.post(reverse("committee:open"), {"held_on": "2026-10-26"}).status_code == 403


@pytest.mark.parametrize("applications", [1, 12])
def test_the_queue_takes_ten_queries_at_most_at_any_length(client, judge, django_assert_max_num_queries, applications):
    for _ in range(applications):
        make_application(status=ApplicationStatus.UNDER_REVIEW)
    make_sitting()
    sign_in(client, judge.user)
    client.get(reverse("committee:queue"))
    with django_assert_max_num_queries(10):
        client.get(reverse("committee:queue"))


@pytest.mark.parametrize("guarantors", [2, 8])
def test_a_dossier_takes_ten_queries_at_most_at_any_size(client, judge, django_assert_max_num_queries, guarantors):
    application = make_application(
        status=ApplicationStatus.UNDER_REVIEW, guarantors=[make_member(savings="200000") for _ in range(guarantors)]
    )
    make_sitting()
    sign_in(client, judge.user)
    client.get(dossier_of(application))
    with django_assert_max_num_queries(10):
        client.get(dossier_of(application))


@pytest.mark.parametrize(("role", "asked"), [("committee", True), ("secretary", False), ("auditor", False)])
def test_only_who_has_a_vote_is_asked_for_it(client, application, role, asked):
    sign_in(client, make_user(roles=[role]))
    page = client.get(reverse("committee:queue")).content.decode()
    assert ("application needs your vote" in page, "Needs your vote" in page) == (asked, asked)
    assert ("1 application before the committee" in page) != asked


def test_a_dossier_shows_who_stands_for_each_other_is_late_or_holds_an_office(client, judge):
    sign_in(client, judge.user)
    friend, late = make_member(savings="200000"), make_member(savings="200000")
    officer = make_member(savings="200000", roles=("member", "treasurer"))
    application = make_application(status="under_review", amount="150000", guarantors=[friend, late, officer])
    theirs = make_application(status="awaiting_guarantors", member=friend)
    make_guarantee(application=theirs, guarantor=application.member, amount="10", status="accepted")
    loan = make_running_loan(member=late)
    with transaction.atomic():
        loan.installments.update(live=False)
        loan.installments.create(number=1, due_on=date(2020, 1, 1), principal=loan.scheduled_principal, interest=0)
    page = client.get(dossier_of(application)).content.decode()
    for said in ("They stand for each other", "Late on a loan of his own", "Holds an office"):
        assert page.count(said) == 1
