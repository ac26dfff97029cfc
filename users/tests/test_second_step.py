"""The second step at sign-in: enrolling, the codes of an app, and who needs it."""

from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from notifications.models import Message
from users.roles import Role
from users.services import grant_role
from users.testing import PASSWORD, code_of, make_user, sign_in
from users.tests.doors import ENROL, ME, PROVE, SECOND_STEP, confirm, log_in, who


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
