import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from users.roles import Role
from users.testing import make_user


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
