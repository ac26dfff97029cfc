"""Signing in through the pages, as people do."""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
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

SIGN_IN = "/accounts/login/"
SECOND_STEP = "/accounts/2fa/authenticate/"
PROVE = "/accounts/2fa/reauthenticate/"
ENROL = "/accounts/2fa/totp/activate/"
ME = "/me/"


def log_in(client, login, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


def who(client):
    """Who the browser is, or None; a redirect to sign-in looks like success to a careless test."""
    answer = client.get(ME)
    if answer.status_code == 200:
        return answer.context["request"].user
    assert answer["Location"].startswith(SIGN_IN)
    return None


@pytest.fixture
def member(db):
    return make_user(roles=[Role.MEMBER], sign_in_number="UMCS/0001", email="ada@society.example")


@pytest.fixture
def officer(db):
    return make_user(roles=[Role.OFFICER])


@pytest.fixture
def secret(officer):
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    return secret


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


# Second factor --------------------------------------------------------------------------------------------------------


def test_an_officer_without_a_factor_is_sent_to_enrol_and_nowhere_else(client, officer):
    assert log_in(client, officer.email)["Location"] == "/"
    for page in (ME, "/messages/", "/people/", "/admin/"):
        assert client.get(page)["Location"] == "/accounts/2fa/"
    assert client.post("/me/email/", {"email": "x@y.example"})["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/")
    assert page.status_code == 200
    assert "Your work needs a second step" in page.content.decode()


def test_the_api_says_it_instead_of_sending_a_page(client, officer):
    log_in(client, officer.email)
    answer = client.get("/api/anything", headers={"accept": "application/json"})
    assert answer.status_code in (403, 404)


def test_an_officer_enrols_through_the_pages_and_goes_on_without_a_second_code(client, fresh_database):
    officer = make_user(roles=[Role.OFFICER])
    log_in(client, officer.email)
    asked = client.get(ENROL)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(asked["Location"]).status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == ENROL
    assert "<svg" in client.get(ENROL).content.decode()
    assert client.post(ENROL, {"code": "000000"}).status_code == 200
    assert client.get(ME)["Location"] == "/accounts/2fa/"
    done = client.post(ENROL, {"code": code_of(client.session["mfa.totp.secret"])})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get(done["Location"])
    assert codes.status_code == 200
    assert codes.content.decode().count("<li><code>") == 10
    assert who(client) == officer
    assert Message.objects.filter(user=officer, subject__contains="second step is on").exists()


def test_an_officer_signs_in_with_password_and_code(client, officer, secret):
    answer = log_in(client, officer.email)
    assert answer["Location"] == SECOND_STEP
    assert who(client) is None
    assert client.get(SECOND_STEP).status_code == 200
    refused = client.post(SECOND_STEP, {"code": "000000"})
    assert refused.status_code == 200
    assert "That code is not right" in refused.content.decode()
    assert who(client) is None
    assert client.post(SECOND_STEP, {"code": code_of(secret)})["Location"] == "/"
    assert who(client) == officer


def test_a_code_that_changed_while_it_was_typed_is_taken_and_an_older_one_is_not(client, officer, secret):
    log_in(client, officer.email)
    assert client.post(SECOND_STEP, {"code": code_of(secret, -3)}).status_code == 200
    assert who(client) is None
    assert client.post(SECOND_STEP, {"code": code_of(secret, -1)})["Location"] == "/"
    assert who(client) == officer


def test_a_code_works_once(client, officer, secret):
    code = code_of(secret)
    log_in(client, officer.email)
    client.post(SECOND_STEP, {"code": code})
    client.post("/accounts/logout/")
    log_in(client, officer.email)
    assert client.post(SECOND_STEP, {"code": code}).status_code == 200
    assert who(client) is None


def test_a_recovery_code_works_once(client, officer, secret):
    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    log_in(client, officer.email)
    assert client.post(SECOND_STEP, {"code": code})["Location"] == "/"
    assert who(client) == officer
    client.post("/accounts/logout/")
    log_in(client, officer.email)
    assert client.post(SECOND_STEP, {"code": code}).status_code == 200
    assert who(client) is None


def test_guessing_codes_is_throttled(client, officer, secret):
    log_in(client, officer.email)
    for number in range(6):
        page = client.post(SECOND_STEP, {"code": f"00000{number}"})
        assert "Too many" not in page.content.decode()
    assert "Too many wrong tries" in client.post(SECOND_STEP, {"code": "000009"}).content.decode()
    assert "Too many wrong tries" in client.post(SECOND_STEP, {"code": code_of(secret)}).content.decode()
    assert who(client) is None


def test_a_session_without_the_factor_must_prove_it_and_cannot_change_it(client, officer, secret):
    sign_in(client, officer, second_factor=False)
    assert client.get(ME)["Location"] == f"{PROVE}?next=%2Fme%2F"
    for page in ("/accounts/2fa/", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/", ENROL):
        assert client.get(page)["Location"].startswith(PROVE)
    assert client.get(f"{PROVE}?next=/me/").status_code == 200
    assert client.post(f"{PROVE}?next=/me/", {"code": "000000"}).status_code == 200
    assert client.post(f"{PROVE}?next=/me/", {"code": code_of(secret), "next": "/me/"})["Location"] == "/me/"
    assert who(client) == officer


def test_a_password_again_is_not_a_second_factor(client, officer, secret):
    sign_in(client, officer, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(ME)["Location"].startswith(PROVE)


def test_one_persons_record_of_a_factor_does_not_count_for_another(client, officer, member):
    sign_in(client, make_user(roles=[Role.OFFICER]))
    session = client.session
    kept = dict(session)
    client.logout()
    other = make_user(roles=[Role.TREASURER])
    sign_in(client, other, second_factor=False)
    session = client.session
    session["account_authentication_methods"] = kept["account_authentication_methods"]
    session["account_authentication_methods_user"] = kept["account_authentication_methods_user"]
    session.save()
    assert client.get(ME)["Location"] == "/accounts/2fa/"


def test_a_role_given_during_a_session_asks_for_the_factor_at_the_next_page(client, member):
    log_in(client, member.email)
    assert who(client) == member
    grant_role(user=member, role=Role.TREASURER, by=None, at=datetime(2026, 10, 26, tzinfo=UTC))
    assert client.get(ME)["Location"] == "/accounts/2fa/"


def test_an_officer_cannot_turn_his_factor_off_and_a_member_can(client, officer, secret, member):
    sign_in(client, officer)
    confirm(client)
    page = client.post("/accounts/2fa/totp/deactivate/", {})
    assert page.status_code == 200
    assert "cannot turn it off" in page.content.decode()
    assert Authenticator.objects.filter(user=officer, type="totp").exists()
    client.logout()
    TOTP.activate(member, generate_totp_secret())
    sign_in(client, member)
    confirm(client)
    assert client.post("/accounts/2fa/totp/deactivate/", {}).status_code == 302
    assert not Authenticator.objects.filter(user=member).exists()


def confirm(client):
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_the_key_of_the_app_is_not_readable_in_the_database(officer, secret, settings):
    stored = Authenticator.objects.get(user=officer)
    assert secret not in str(stored.data)
    assert stored.wrap().validate_code(code_of(secret))


def test_a_key_outlives_a_change_of_the_sites_secret_while_the_old_one_is_listed(officer, secret, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-" * 5
    assert Authenticator.objects.get(user=officer).wrap().validate_code(code_of(secret))


def test_a_member_may_have_a_factor_and_is_then_asked_for_it(client, member):
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    assert log_in(client, "UMCS/0001")["Location"] == SECOND_STEP
    assert who(client) is None
    client.post(SECOND_STEP, {"code": code_of(secret)})
    assert who(client) == member


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
