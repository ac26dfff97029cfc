"""For the tests of every room: people with roles, and a signed-in browser.

A role backend cannot hold a session, so a test that signs in by hand can be silently anonymous; `sign_in` names the
backend that can, and marks the session as the second factor would.
"""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from users.models import User
from users.tests.factories import PASSWORD, make_user

__all__ = ["PASSWORD", "code_of", "make_user", "sign_in"]

BACKEND = "users.backends.SignInBackend"


def sign_in(client: Client, user: User, second_factor: bool = True) -> User:
    """Sign a person in as if he had gone through the pages, with or without his second factor, and return him."""
    client.force_login(user, backend=BACKEND)
    methods = [{"method": "password", "at": time.time()}]
    if second_factor:
        methods.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = methods
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session.save()
    return user


def code_of(secret: str, half_minutes: int = 0) -> str:
    """The six figures that an authenticator app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + half_minutes))
