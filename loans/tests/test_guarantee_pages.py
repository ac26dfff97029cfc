from decimal import Decimal

import pytest
from django.urls import reverse

from ledger.models import AccountBalance, Hold, HoldPurpose
from loans.services.guarantees import ask_guarantor
from loans.states import ApplicationStatus, GuaranteeStatus
from loans.tests.factories import AT, TODAY, hold_savings, make_application, make_guarantee, make_member
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october(monkeypatch):
    monkeypatch.setattr("loans.views.member.business_date", lambda: TODAY)


@pytest.fixture
def member(client):
    """The guarantor, with 250,000 saved, signed in."""
    member = make_member(savings="250000", surname="OKONKWO", other_names="Adaeze")
    sign_in(client, member.user)
    return member


@pytest.fixture
def stranger():
    return make_member(savings="100000", surname="STRANGE", other_names="Somebody")


def page(client, name, *args):
    response = client.get(reverse(f"loans:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def answer(client, guarantee, **typed):
    return client.post(reverse("loans:answer_guarantee", args=[guarantee.pk]), typed)


def is_sent_to(response, name):
    assert response.status_code == 302, response.content.decode()[:2000]
    assert response.headers["Location"] == reverse(f"loans:{name}")


@pytest.fixture
def request_to(member):
    """Somebody asks the member who is signed in to stand for 100,000 of 200,000."""
    borrower = make_member(savings="200000", surname="BELLO", other_names="Musa")
    application = make_application(member=borrower, status="awaiting_guarantors")
    return ask_guarantor(application=application, guarantor=member, amount=Decimal(100000), by=borrower.user, at=AT)


def test_a_guarantor_reads_the_numbers_and_the_worst_case_before_he_answers(client, request_to):
    assert "BELLO Musa asks you to stand for ₦100,000" in page(client, "guarantees")
    text = page(client, "answer_guarantee", request_to.pk)
    assert "Will you stand for ₦100,000?" in text
    assert "₦250,000.00" in text
    assert "₦150,000.00" in text
    assert "The society may take up to ₦100,000 from your savings. Never more." in text
    assert "about September 2027" in text
    assert " checked" not in text  # no answer is chosen for anybody


def test_yes_is_signed_by_typing_the_amount(client, member, request_to):
    text = answer(client, request_to, answer="yes", typed_amount="10,000").content.decode()
    assert "Type ₦100,000.00 to say yes." in text
    assert not Hold.objects.exists()
    response = answer(client, request_to, answer="yes", typed_amount="100,000")
    is_sent_to(response, "guarantees")
    assert AccountBalance.objects.get(account=member.savings_account).held == Decimal(100000)
    text = page(client, "guarantees")
    assert "You stand for ₦100,000.00 of the loan of BELLO Musa." in text
    assert "Held of your savings" in text


def test_a_double_press_on_yes_holds_once(client, member, request_to):
    for _ in range(2):
        is_sent_to(answer(client, request_to, answer="yes", typed_amount="100000"), "guarantees")
    assert AccountBalance.objects.get(account=member.savings_account).held == Decimal(100000)


def test_no_needs_nothing_else(client, member, request_to):
    is_sent_to(answer(client, request_to, answer="no"), "guarantees")
    request_to.refresh_from_db()
    assert request_to.status == GuaranteeStatus.DECLINED
    assert "You said no. BELLO Musa is told to choose another member." in page(client, "guarantees")


def test_an_answer_must_be_chosen(client, request_to):
    assert "Choose yes or no." in answer(client, request_to).content.decode()


def test_who_has_too_little_now_is_told_so(client, member, request_to):
    hold_savings(member, "160000")
    text = answer(client, request_to, answer="yes", typed_amount="100000").content.decode()
    assert "You have ₦90,000.00 free to promise, which is less than ₦100,000.00." in text
    assert not Hold.objects.filter(purpose=HoldPurpose.GUARANTEE).exists()


def test_a_request_that_is_closed_shows_no_form_and_an_old_page_is_answered_in_words(client, request_to):
    application = request_to.application
    application.status = ApplicationStatus.WITHDRAWN
    application.save(update_fields=["status"])
    assert "Send my answer" not in page(client, "answer_guarantee", request_to.pk)
    text = answer(client, request_to, answer="yes", typed_amount="100000").content.decode()
    assert "This request is closed. Nothing more is needed from you." in text


def test_nobody_else_sees_or_answers_a_request(client, request_to, stranger):
    for somebody in (stranger.user, request_to.borrower.user, make_user(roles=["member", "officer"])):
        sign_in(client, somebody)
        assert client.get(reverse("loans:answer_guarantee", args=[request_to.pk])).status_code == 404
        response = answer(client, request_to, answer="yes", typed_amount="100000")
        assert response.status_code == 404
    request_to.refresh_from_db()
    assert request_to.status == GuaranteeStatus.REQUESTED


def test_who_is_chosen_in_a_draft_sees_nothing_of_it(client, member, stranger):
    guarantee = make_guarantee(application=make_application(member=stranger), guarantor=member, amount="1000")
    assert client.get(reverse("loans:answer_guarantee", args=[guarantee.pk])).status_code == 404
    assert "Nobody asks you" in page(client, "guarantees")
