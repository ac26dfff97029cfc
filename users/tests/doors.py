"""The doors of signing in, and who came in."""

from users.testing import PASSWORD

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


def confirm(client):
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
