from decimal import Decimal

import pytest
from django.urls import reverse

from loans.models import Guarantee, LoanApplication, LoanProduct, ProductVersion
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.states import ApplicationStatus, GuaranteeStatus
from loans.tests.factories import (
    AT,
    TODAY,
    make_application,
    make_guarantee,
    make_member,
    make_product_rules,
    make_running_loan,
)
from members.models import Member
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db

MOST_QUERIES = 10


@pytest.fixture(autouse=True)
def october(monkeypatch):
    monkeypatch.setattr("loans.views.member.business_date", lambda: TODAY)


@pytest.fixture
def rules():
    return make_product_rules()


@pytest.fixture
def member(client, rules):
    """A member with 250,000 saved, signed in."""
    member = make_member(savings="250000", surname="OKONKWO", other_names="Adaeze")
    sign_in(client, member.user)
    return member


@pytest.fixture
def stranger():
    return make_member(savings="100000", surname="STRANGE", other_names="Somebody")


def page(client, name, *args, **data):
    response = client.get(reverse(f"loans:{name}", args=args), data)
    assert response.status_code == 200, response.headers.get("Location", response.status_code)
    return response.content.decode()


def post(client, name, *args, **data):
    return client.post(reverse(f"loans:{name}", args=args), data)


def answers(**changed):
    return {"product": "normal", "amount": "200,000", "term_months": "12", "purpose": "School fees", **changed}


def is_sent_to(response, name, *args):
    assert response.status_code == 302, response.content.decode()[:2000]
    assert response.headers["Location"] == reverse(f"loans:{name}", args=args)


# Who gets in ----------------------------------------------------------------------------------------------------------

PAGES = ["mine", "apply", "guarantees"]


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_sent_to_sign_in(client, rules, name):
    response = client.get(reverse(f"loans:{name}"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_the_office_without_a_members_hat_is_refused_and_a_member_is_not(client, rules, name, member):
    page(client, name)
    sign_in(client, make_user(roles=["officer"]))
    assert client.get(reverse(f"loans:{name}")).status_code == 403


@pytest.mark.parametrize("name", ["change", "guarantors", "check", "application", "withdraw"])
def test_nobody_sees_another_members_request(client, member, stranger, name):
    theirs = make_application(member=stranger, status="draft")
    assert client.get(reverse(f"loans:{name}", args=[theirs.number])).status_code == 404
    mine = make_application(member=member, status="draft")
    assert client.get(reverse(f"loans:{name}", args=[mine.number])).status_code in (200, 302)


def test_nobody_acts_on_another_members_request(client, member, stranger):
    theirs = make_application(member=stranger, status="awaiting_guarantors")
    guarantee = make_guarantee(application=theirs)
    assert post(client, "withdraw", theirs.number).status_code == 404
    assert post(client, "check", theirs.number, agree="on").status_code == 404
    assert post(client, "guarantors", theirs.number, guarantor=member.pk, amount="100").status_code == 404
    assert post(client, "cancel_request", guarantee.pk).status_code == 404
    theirs.refresh_from_db()
    guarantee.refresh_from_db()
    assert (theirs.status, guarantee.status) == ("awaiting_guarantors", "requested")


# Step 1 ---------------------------------------------------------------------------------------------------------------


def test_the_first_page_offers_the_kinds_of_loan_with_their_cost(client, member):
    text = page(client, "apply")
    assert "How much do you need?" in text
    assert "Normal loan" in text
    assert "12% a year, up to 36 months" in text
    assert "Nothing is sent until step 3." in text


def test_a_kind_of_loan_that_is_closed_is_not_offered(client, member):
    LoanProduct.objects.filter(code="asset").update(is_open=False)
    assert "Car and asset loan" not in page(client, "apply")


def test_the_figures_come_without_script_and_nothing_is_saved(client, member):
    text = post(client, "apply", **answers(purpose=""), do="figures").content.decode()
    assert "You would pay back" in text
    assert "17,769" in text
    assert "Yes, as far as we can tell, with 2 guarantors" in text
    assert "We do not know your pay yet. Take a pay slip to the office." in text
    assert "12.68%" in text
    assert "There is a problem" not in text
    assert not LoanApplication.objects.exists()


def test_an_honest_no_carries_the_nearest_yes_and_taking_it_fills_the_form(client, member):
    text = post(client, "apply", **answers(amount="800,000", term_months="40"), do="figures").content.decode()
    assert "Not like this" in text
    assert "You could ask for ₦500,000 over 36 months" in text
    assert 'name="nearest" value="500000.00/36"' in text or 'name="nearest" value="500000/36"' in text
    text = post(client, "apply", **answers(amount="800,000", term_months="40"), nearest="500000/36").content.decode()
    assert 'value="500,000.00"' in text
    assert 'value="36"' in text
    assert "Yes, as far as we can tell" in text


def test_where_nothing_helps_the_answer_is_not_now(client, member):
    make_running_loan(member=member, principal="150000", owed="120000")
    text = post(client, "apply", **answers(), do="figures").content.decode()
    assert "Not now" in text
    assert "You still owe ₦120,000 on it. Pay it back first, then ask again." in text
    assert "Ask for this instead" not in text


def test_the_figures_panel_alone_answers_while_one_types(client, member):
    response = client.post(reverse("loans:figures"), answers(), HTTP_HX_REQUEST="true")
    text = response.content.decode()
    assert text.strip().startswith("<aside")
    assert "17,769" in text
    assert 'hx-swap-oob="true"' in text
    assert "<html" not in text
    assert client.get(reverse("loans:figures")).status_code == 405


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "5,00"}, "We cannot tell where the thousands are"),
        ({"amount": "0"}, "Enter ₦1.00 or more."),
        ({"term_months": "a year"}, "Enter the number of months in figures, like 12."),
        ({"term_months": "9999"}, "Enter 120 months or fewer."),
        ({"purpose": " "}, "Say in a few words what the money is for."),
        ({"product": "goldmine"}, "Select a valid choice"),
    ],
)
def test_what_is_unclear_is_said_at_its_field_and_nothing_is_saved(client, member, changed, words):
    response = post(client, "apply", **answers(**changed), do="save")
    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert "There is a problem" in text
    assert "<title>Error:" in text
    assert not LoanApplication.objects.exists()


def test_what_the_rules_refuse_is_not_saved(client, member):
    text = post(client, "apply", **answers(amount="800000"), do="save").content.decode()
    assert "Over your limit of ₦500,000" in text
    assert not LoanApplication.objects.exists()


def test_saving_begins_a_draft_and_goes_to_the_guarantors(client, member):
    response = post(client, "apply", **answers(amount="200k"), do="save")
    draft = LoanApplication.objects.get(member=member)
    is_sent_to(response, "guarantors", draft.number)
    assert (draft.amount, draft.term_months, draft.status) == (Decimal(200000), 12, ApplicationStatus.DRAFT)


def test_a_double_press_leaves_one_draft(client, member):
    for _ in range(2):
        response = post(client, "apply", **answers(), do="save")
    is_sent_to(response, "guarantors", LoanApplication.objects.get(member=member).number)


def test_a_draft_is_taken_up_where_it_was_left(client, member):
    draft = make_application(member=member, amount="150000", term_months=10)
    is_sent_to(client.get(reverse("loans:apply")), "change", draft.number)
    text = page(client, "change", draft.number)
    assert 'value="150,000.00"' in text
    assert "You would pay back" in text
    is_sent_to(post(client, "change", draft.number, **answers(amount="90000"), do="save"), "guarantors", draft.number)
    draft.refresh_from_db()
    assert draft.amount == Decimal(90000)


def test_an_old_tab_cannot_change_what_was_sent(client, member):
    sent = make_application(member=member, status="awaiting_guarantors")
    response = post(
        client, "change", sent.number, **answers(product="emergency", amount="50000", term_months="6"), do="save"
    )
    assert "This was sent already and cannot be changed." in response.content.decode()
    sent.refresh_from_db()
    assert sent.amount == Decimal(200000)
    is_sent_to(client.get(reverse("loans:change", args=[sent.number])), "application", sent.number)


# Step 2 ---------------------------------------------------------------------------------------------------------------


def test_guarantors_are_found_by_name_and_their_savings_are_not_told(client, member):
    draft = make_application(member=member)
    make_member(savings="123456.78", surname="ADEBAYO", other_names="Bola")
    make_member(savings="99999.99", surname="ADEBAYO", other_names="Zainab")
    text = page(client, "guarantors", draft.number, q="adebayo")
    assert "2 members found" in text
    assert "Choose" in text
    assert "Cannot stand for this amount now." in text
    assert "123,456" not in text
    assert "99,999" not in text


def test_a_member_is_put_on_the_list_and_taken_off_again(client, member):
    draft, friend = make_application(member=member), make_member(savings="100000")
    is_sent_to(
        post(client, "guarantors", draft.number, guarantor=friend.pk, amount="100000", q="x"),
        "guarantors",
        draft.number,
    )
    guarantee = Guarantee.objects.get(application=draft)
    text = page(client, "guarantors", draft.number)
    assert friend.name in text
    assert "not asked yet" in text
    assert "1 more member" in text
    is_sent_to(post(client, "cancel_request", guarantee.pk), "guarantors", draft.number)
    guarantee.refresh_from_db()
    assert guarantee.status == GuaranteeStatus.CANCELLED


def test_who_cannot_stand_is_refused_in_words(client, member):
    draft, poor = make_application(member=member), make_member(savings="10")
    text = post(client, "guarantors", draft.number, guarantor=poor.pk, amount="100000", q="").content.decode()
    assert "This member has not enough free savings to stand for this amount." in text
    text = post(client, "guarantors", draft.number, guarantor="999999", amount="100000", q="").content.decode()
    assert "We could not find this member. Search again." in text
    assert not Guarantee.objects.exists()


def test_a_press_on_an_old_page_is_answered_in_words(client, member):
    application = make_application(member=member, status="awaiting_guarantors")
    friend = make_member(savings="100000")
    guarantee = ask_guarantor(application=application, guarantor=friend, amount=Decimal(100000), by=member.user, at=AT)
    accept_guarantee(guarantee=guarantee, by=friend.user, at=AT)
    response = client.post(reverse("loans:cancel_request", args=[guarantee.pk]), follow=True)
    assert "has answered already" in response.content.decode()


def test_a_product_that_closed_meanwhile_sends_back_to_the_first_step(client, member):
    draft = make_application(member=member)
    LoanProduct.objects.filter(code="normal").update(is_open=False)
    for name in ("guarantors", "check"):
        response = client.get(reverse(f"loans:{name}", args=[draft.number]), follow=True)
        assert "The society does not give this kind of loan now." in response.content.decode()


# Step 3 and after -----------------------------------------------------------------------------------------------------


def test_the_last_page_shows_all_and_sends_only_with_a_yes(client, member):
    draft = make_application(member=member)
    text = page(client, "check", draft.number)
    assert "Nothing has been sent yet." in text
    assert "You still need 2 more guarantors" in text
    assert "₦</span>213,237" in text
    response = post(client, "check", draft.number)
    assert "Tick the box to say that you agree." in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.DRAFT
    is_sent_to(post(client, "check", draft.number, agree="on"), "application", draft.number)
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.AWAITING_GUARANTORS


def test_a_double_press_on_send_sends_once(client, member):
    draft = make_application(member=member)
    for _ in range(2):
        is_sent_to(post(client, "check", draft.number, agree="on"), "application", draft.number)
    assert draft.parties.count() == 1


def test_what_has_changed_since_is_told_on_the_last_page_and_on_sending(client, member):
    draft = make_application(member=member)
    Member.objects.filter(pk=member.pk).update(monthly_pay=30000, other_deductions=0)
    text = page(client, "check", draft.number)
    assert "This cannot be sent as it is" in text
    assert "Send my request" not in text
    text = post(client, "check", draft.number, agree="on").content.decode()
    assert "Deductions go over a third of your pay." in text
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.DRAFT


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("awaiting_guarantors", "You need 2 more guarantors"),
        ("under_review", "The loans committee decides next"),
        ("approved", "Approved: ₦200,000 over 12 months"),
        ("declined", "Two payments were missed."),
        ("withdrawn", "You withdrew it"),
    ],
)
def test_where_a_request_stands_is_said_first(client, member, status, words):
    reason = {"decline_reason": "Two payments were missed."} if status == "declined" else {}
    application = make_application(member=member, status=status, **reason)
    assert words in page(client, "application", application.number)


def test_a_request_is_withdrawn_on_a_page_of_its_own(client, member):
    application = make_application(member=member, status="awaiting_guarantors")
    assert "Withdraw this request?" in page(client, "withdraw", application.number)
    for _ in range(2):
        is_sent_to(post(client, "withdraw", application.number), "mine")
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN


def test_what_is_decided_cannot_be_withdrawn_from_an_old_page(client, member):
    application = make_application(member=member, status="declined")
    is_sent_to(client.get(reverse("loans:withdraw", args=[application.number])), "application", application.number)
    assert "cannot become withdrawn" in post(client, "withdraw", application.number).content.decode()


def test_the_loans_page_shows_what_runs_and_what_was_asked_for(client, member):
    assert "You have no loan" in page(client, "mine")
    make_running_loan(member=member, principal="100000", owed="40000")
    draft = make_application(member=member, product="emergency", amount="50000", term_months=6)
    sent = make_application(member=member, product="commodity", status="awaiting_guarantors")
    text = page(client, "mine")
    assert "₦60,000.00 of ₦100,000.00 is paid back" in text
    assert "You began to ask for ₦50,000" in text
    assert draft.number in text
    assert sent.number in text
    assert "Waiting for guarantors" in text


# Cost -----------------------------------------------------------------------------------------------------------------


def test_no_page_asks_the_database_more_than_ten_times(client, member, django_assert_max_num_queries):
    for code in ("commodity", "electronics", "asset"):
        make_running_loan(member=member, product=code)
    for _ in range(4):
        other = make_application(status="awaiting_guarantors")
        asked = ask_guarantor(application=other, guarantor=member, amount=Decimal(1000), by=other.member.user, at=AT)
    draft = make_application(member=member, product="emergency", amount="50000", term_months=6)
    sent = make_application(member=member, status="awaiting_guarantors")
    for application in (draft, sent):
        for _ in range(3):
            make_guarantee(
                application=application, guarantor=make_member(savings="9000", surname="SAMENAME"), amount="9000"
            )
    for _ in range(8):
        make_member(savings="900000", surname="SAMENAME")
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "mine")
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "change", draft.number)
    with django_assert_max_num_queries(MOST_QUERIES):
        post(client, "change", draft.number, **answers(), do="figures")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.post(reverse("loans:figures"), answers(), HTTP_HX_REQUEST="true")
    for application in (draft, sent):
        with django_assert_max_num_queries(MOST_QUERIES):
            page(client, "guarantors", application.number, q="samename")
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "check", draft.number)
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "application", sent.number)
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "withdraw", sent.number)
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "guarantees")
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, "answer_guarantee", asked.pk)


def test_a_product_without_guarantors_says_so(client, member, rules):
    ProductVersion.objects.filter(pk=rules["emergency"].pk).update(guarantors_required=0)
    draft = make_application(member=member, product="emergency", amount="50000", term_months=6)
    assert "You need no guarantor" in page(client, "guarantors", draft.number)
    is_sent_to(post(client, "check", draft.number, agree="on"), "application", draft.number)
    assert "The loans committee decides next" in page(client, "application", draft.number)
