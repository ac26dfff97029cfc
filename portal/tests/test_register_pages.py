"""The register of members as the office keeps it, invitations, and savings paid out."""

from decimal import Decimal

import pytest
from django.urls import reverse

from loans.services.withdrawals import request_withdrawal
from loans.tests.factories import AT, make_application, make_guarantee, make_member, make_running_loan
from members.models import Member, Withdrawal
from members.selectors import equity
from users.models import Invitation
from users.selectors import person
from users.testing import make_user, sign_in

MOST_QUERIES = 10


@pytest.fixture
def officer(db, client, october):
    return sign_in(client, make_user(roles=["officer"]))


@pytest.fixture
def member(db):
    member = make_member(savings="500000", surname="OKONKWO", other_names="Adaeze", staff_number="LP0041")
    make_running_loan(member=member, principal="150000", owed="120000")
    make_guarantee(
        application=make_application(status="awaiting_guarantors"), guarantor=member, amount="70000", status="accepted"
    )
    return member


@pytest.fixture
def asked(member):
    return request_withdrawal(member=member, amount=Decimal(90000), by=member.user, at=AT)


def test_the_register_is_found_by_name_and_by_number(client, officer, member):
    make_member(surname="BELLO", other_names="Musa")
    assert "BELLO" in client.get(reverse("portal:members")).content.decode()
    for words in ("okonkwo", member.number, "LP0041"):
        text = client.get(reverse("portal:members"), {"q": words}).content.decode()
        assert "OKONKWO Adaeze" in text, words
        assert "BELLO" not in text, words
    assert "Nobody found" in client.get(reverse("portal:members"), {"q": "zzz"}).content.decode()


def test_a_members_sheet_adds_up_and_opens_every_figure(client, officer, member):
    text = client.get(reverse("portal:member", args=[member.pk])).content.decode()
    assert reverse("reports:account", args=[member.savings_account_id]) in text
    assert reverse("reports:member_statement", args=[member.pk]) in text
    assert reverse("loans:loan", args=[member.loans.get().serial]) in text
    assert "430,000" in text  # free to promise: 500,000 less 70,000 promised
    assert "310,000" in text  # free to draw: less 120,000 owed


def test_the_committee_sees_the_sheet_without_the_offices_forms(client, member, october):
    sign_in(client, make_user(roles=["committee"]))
    text = client.get(reverse("portal:member", args=[member.pk])).content.decode()
    assert "Save the pay" not in text
    assert reverse("reports:account", args=[member.savings_account_id]) not in text


def test_the_office_writes_down_pay_savings_and_staff_number(client, officer, member):
    there = reverse("portal:member", args=[member.pk])
    sent = client.post(reverse("portal:change_pay", args=[member.pk]), {"monthly_pay": "400k", "other_deductions": "0"})
    assert sent.headers["Location"] == there
    client.post(reverse("portal:change_saving", args=[member.pk]), {"savings": "25,000", "christmas": "2000"})
    client.post(reverse("portal:change_number", args=[member.pk]), {"staff_number": "LP0042"})
    member.refresh_from_db()
    assert (member.monthly_pay, member.other_deductions) == (400000, 0)
    assert (member.monthly_savings, member.monthly_christmas, member.staff_number) == (25000, 2000, "LP0042")


def test_what_is_wrong_with_a_change_is_said_at_its_form(client, officer, member):
    text = client.post(reverse("portal:change_pay", args=[member.pk]), {"monthly_pay": "much"}).content.decode()
    assert "There is a problem" in text
    make_member(staff_number="LP0099")
    answer = client.post(reverse("portal:change_number", args=[member.pk]), {"staff_number": "LP0099"})
    assert "Staff number LP0099 belongs to" in answer.content.decode()


def test_the_administrator_says_which_sign_in_is_a_members_own(client, db, october):
    in_the_register, chair = make_member(with_user=False), make_user(roles=["chair"])
    there, door = (reverse(f"portal:{name}", args=[in_the_register.pk]) for name in ("member", "link_account"))
    sign_in(client, make_user(roles=["officer"]))
    assert door not in client.get(there).content.decode()
    assert client.post(door, {"user": chair.email}).status_code == 403
    sign_in(client, make_user(roles=["admin"]))
    assert door in client.get(there).content.decode()
    assert "Nobody signs in with that" in client.post(door, {"user": "nobody@society.example"}).content.decode()
    assert client.post(door, {"user": chair.email.upper()}).headers["Location"] == there
    in_the_register.refresh_from_db()
    assert in_the_register.user == chair
    again = client.post(reverse("portal:link_account", args=[make_member(with_user=False).pk]), {"user": chair.email})
    assert "another member" in again.content.decode()


def test_an_invitation_is_shown_once_and_not_stored(client, officer):
    invited = make_member(with_user=False)
    answer = client.post(reverse("portal:invite", args=[invited.pk]))
    text = answer.content.decode()
    assert invited.number in text
    assert "/join/" in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert Invitation.objects.get().user.member == invited


def test_who_has_joined_is_not_invited_again(client, officer, member):
    answer = client.post(reverse("portal:invite", args=[member.pk]), follow=True)
    assert "toast-error" in answer.content.decode()
    assert not Invitation.objects.exists()


# Savings paid out -----------------------------------------------------------------------------------------------------


def test_the_treasurer_pays_savings_with_the_banks_reference(client, asked, october):
    sign_in(client, make_user(roles=["treasurer"]))
    assert "OKONKWO" in client.get(reverse("portal:withdrawals")).content.decode()
    where = reverse("portal:withdrawal", args=[asked.pk])
    assert "Enter the bank" in client.post(where, {"bank_reference": ""}).content.decode()
    client.post(where, {"bank_reference": "TRF/1"})
    asked.refresh_from_db()
    assert (asked.status, asked.entry.effective_on) == ("paid", october)
    assert client.get(where).headers["Location"] == reverse("portal:withdrawals")


def test_a_decline_needs_its_reason_and_frees_the_money(client, asked):
    sign_in(client, make_user(roles=["treasurer"]))
    where = reverse("portal:decline_withdrawal", args=[asked.pk])
    text = client.post(where, {"reason": ""}, follow=True).content.decode()
    assert "Write why. The member will read it." in text
    client.post(where, {"reason": "The account is closed"})
    asked.refresh_from_db()
    assert (asked.status, asked.reason) == ("declined", "The account is closed")
    assert equity(asked.member).held == 70000


def test_who_asked_is_not_who_pays(client, member):
    treasurer = make_member(savings="50000", roles=("member", "treasurer"))
    own = request_withdrawal(member=treasurer, amount=Decimal(1000), by=treasurer.user, at=AT)
    sign_in(client, treasurer.user)
    text = client.post(reverse("portal:withdrawal", args=[own.pk]), {"bank_reference": "TRF/2"}).content.decode()
    assert "somebody else must pay it" in text
    assert Withdrawal.objects.get(pk=own.pk).status == "requested"


# Size -----------------------------------------------------------------------------------------------------------------


def pages() -> list[str]:
    first = Member.objects.order_by("pk").first()
    return [
        reverse("portal:members"),
        reverse("portal:members") + "?q=a",
        reverse("portal:member", args=[first.pk]),
        reverse("portal:withdrawals"),
    ]


def test_the_offices_pages_take_ten_queries_at_most(client, officer, member, asked, django_assert_max_num_queries):
    for address in pages():
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200


@pytest.mark.slow
def test_they_take_no_more_in_a_large_society(practice_society, client, django_assert_max_num_queries):
    sign_in(client, person("treasurer"))
    for address in pages():
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200
