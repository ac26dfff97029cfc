"""Signing in through the pages, as people do."""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.forms import model_to_dict
from django.urls import reverse
from django.utils.timezone import now

from audit.models import Event
from notifications.models import Message
from users.backends import SignInBackend
from users.models import User
from users.roles import Role
from users.services import change_email, grant_role
from users.testing import PASSWORD, code_of, make_user, sign_in
from users.tests.doors import ME, SECOND_STEP, SIGN_IN, confirm, log_in, who

# Password -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["ada@society.example", " Ada@Society.Example ", "UMCS/0001", " umcs/ 0001"])
def test_a_member_signs_in_by_e_mail_or_member_number_without_a_second_factor(client, member, login):
    answer = log_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(client) == member


def test_a_member_without_an_e_mail_signs_in_by_number(client, db):
    musa = make_user(roles=[Role.MEMBER], sign_in_number="UMCS/0002")
    assert musa.email is None
    log_in(client, "umcs/0002")
    assert who(client) == musa


@pytest.mark.parametrize("login", ["ada@society.example", "UMCS/0001", "nobody@society.example", "UMCS/9999"])
def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(client, member, login):
    page = log_in(client, login, "wrong")
    assert page.status_code == 200
    assert "do not go together" in page.content.decode()
    assert who(client) is None


def test_a_closed_account_does_not_open(client, member):
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert log_in(client, member.email)["Location"] == "/accounts/inactive/"
    assert who(client) is None


def test_a_closed_account_is_out_at_its_next_page(client, member):
    log_in(client, member.email)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert who(client) is None


def test_signing_in_is_on_record(client, member):
    log_in(client, member.email)
    assert Event.objects.about(member).filter(verb="users.user.signed_in", actor=member).count() == 1


def test_the_session_gets_a_new_key_at_sign_in(client, member):
    client.get(SIGN_IN)
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    log_in(client, member.email)
    assert client.session.session_key != before


def test_nobody_signs_up(client, db):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/email/").status_code == 404


def test_one_is_sent_back_to_the_page_one_came_for_and_to_no_other_site(client, member):
    assert client.get(ME)["Location"] == f"{SIGN_IN}?next={ME}"
    assert log_in(client, member.email, next=ME)["Location"] == ME
    client.logout()
    assert log_in(client, member.email, next="https://elsewhere.example/")["Location"] == "/"


# Lockout --------------------------------------------------------------------------------------------------------------


def test_the_fifth_wrong_password_locks_and_then_the_right_one_is_refused_too(client, member):
    for _ in range(4):
        assert log_in(client, member.email, "wrong").status_code == 200
    fifth = log_in(client, member.email, "wrong")
    assert fifth.status_code == 429
    assert fifth["Retry-After"] == "900"
    assert "15 minutes" in fifth.content.decode()
    assert log_in(client, member.email).status_code == 429
    assert who(client) is None


def test_guesses_by_e_mail_and_by_number_count_together(client, member):
    for login in ("ada@society.example", "UMCS/0001", "ADA@society.example", "umcs/0001"):
        assert log_in(client, login, "wrong").status_code == 200
    assert log_in(client, "umcs/ 0001", "wrong").status_code == 429
    assert AccessAttempt.objects.get().username == member.email


def test_four_wrong_passwords_and_the_right_one_wipe_the_slate(client, member):
    for _ in range(4):
        log_in(client, "UMCS/0001", "wrong")
    assert log_in(client, "UMCS/0001")["Location"] == "/"
    assert not AccessAttempt.objects.exists()


def test_one_persons_lockout_is_not_anothers(client, member, officer):
    for _ in range(5):
        log_in(client, officer.email, "wrong")
    assert log_in(client, member.email)["Location"] == "/"


def test_the_passwords_that_were_tried_are_kept_nowhere(client, member):
    log_in(client, member.email, "my-other-password")
    assert "my-other-password" not in str(AccessAttempt.objects.values().get())


# The admin ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ADMIN, None])
def test_the_admin_is_closed_without_a_second_factor_and_open_with_it(client, db, role):
    boss = make_user(roles=[role] if role else [], is_superuser=role is None, is_staff=role is None)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == f"{SIGN_IN}?next=%2Fadmin%2F"
    log_in(client, boss.email)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    client.post("/accounts/logout/")
    secret = generate_totp_secret()
    TOTP.activate(boss, secret)
    log_in(client, boss.email)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    client.post(SECOND_STEP, {"code": code_of(secret)})
    assert client.get("/admin/").status_code == 200
    page = client.get(f"/admin/users/user/{boss.pk}/change/")
    assert page.status_code == 200
    assert "argon" not in page.content.decode() and "md5$" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TREASURER, Role.AUDITOR])
def test_the_admin_is_not_for_others(client, db, role):
    sign_in(client, make_user(roles=[role]))
    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/", follow=True).status_code == 403


# Passwords ------------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_changed_by_a_link_in_the_outbox(client, member):
    assert client.get("/accounts/password/reset/").status_code == 200
    answer = client.post("/accounts/password/reset/", {"email": "Ada@society.example"})
    assert client.get(answer["Location"]).status_code == 200
    letter = Message.objects.get(user=member)
    assert (letter.channel, letter.secret, letter.address) == ("email", True, member.email)
    link = re.search(r"http\S+/accounts/password/reset/key/\S+", letter.body).group()
    form = client.get(link, follow=True)
    assert form.status_code == 200
    action = form.redirect_chain[-1][0]
    done = client.post(action, {"password1": "Akara-Oyin-77", "password2": "Akara-Oyin-77"})
    assert client.get(done["Location"]).status_code == 200
    assert "This link does not work" in client.get(link, follow=True).content.decode()
    assert log_in(client, "UMCS/0001", "Akara-Oyin-77")["Location"] == "/"


def test_asking_for_a_strangers_password_sends_nothing_and_tells_nothing(client, member):
    known = client.post("/accounts/password/reset/", {"email": member.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@society.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Message.objects.count() == 1


def test_a_password_is_changed_by_who_knows_it(client, member):
    log_in(client, member.email)
    change = "/accounts/password/change/"
    assert client.get(change).status_code == 200
    new = {"password1": "Akara-Oyin-77", "password2": "Akara-Oyin-77"}
    assert client.post(change, {"oldpassword": "wrong", **new}).status_code == 200
    assert client.post(change, {"oldpassword": PASSWORD, **new}).status_code == 302
    assert User.objects.get(pk=member.pk).check_password("Akara-Oyin-77")
    assert Message.objects.filter(user=member, subject__contains="password was changed").exists()


def test_a_changed_address_is_the_only_one_from_then_on(client, member):
    client.post("/accounts/password/reset/", {"email": member.email})
    Message.objects.all().delete()
    change_email(user=member, email="new@society.example", by=member, at=datetime(2026, 10, 26, tzinfo=UTC))
    client.post("/accounts/password/reset/", {"email": "ada@society.example"})
    assert not Message.objects.exists()
    assert log_in(client, "ada@society.example").status_code == 200
    assert log_in(client, "new@society.example").status_code == 302


def test_ones_address_is_changed_only_with_the_password_again(client, member):
    log_in(client, member.email)
    asked = client.get("/me/email/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.get("/me/email/").status_code == 200
    make_user(email="taken@society.example")
    page = client.post("/me/email/", {"email": "Taken@society.example"})
    assert "Another account uses this" in page.content.decode()
    assert client.post("/me/email/", {"email": "new@society.example"})["Location"] == "/me/"
    assert User.objects.get(pk=member.pk).email == "new@society.example"


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "users:join"])
def test_the_open_pages_need_no_script_and_name_their_fields_for_password_managers(client, db, name):
    page = client.get(reverse(name)).content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert 'autocomplete="' in page


@pytest.mark.parametrize(
    "page",
    [
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/me/",
    ],
)
def test_the_account_pages_are_drawn(client, officer, secret, page):
    RecoveryCodes.activate(officer)
    sign_in(client, officer)
    confirm(client)
    answer = client.get(page)
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


# On every page --------------------------------------------------------------------------------------------------------


def test_who_is_signed_in_is_read_with_his_roles_and_all_that_is_kept_of_him_in_one_statement(
    officer, django_assert_num_queries
):
    grant_role(user=officer, role=Role.MEMBER, by=None, at=now())
    with django_assert_num_queries(1):
        found = SignInBackend().get_user(officer.pk)
        roles = found.roles
    assert model_to_dict(found) == model_to_dict(User.objects.get(pk=officer.pk))
    assert roles == {Role.OFFICER, Role.MEMBER}
    assert SignInBackend().get_user(0) is None


def test_a_session_ends_with_its_time_and_with_its_persons_account(client, member):
    sign_in(client, member)
    assert who(client) == member
    Session.objects.update(expire_date=now())
    assert who(client) is None
    sign_in(client, member)
    assert who(client) == member
    User.objects.update(is_active=False)
    assert who(client) is None
