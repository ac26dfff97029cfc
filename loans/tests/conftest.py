import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The cast of lending is large and nobody in it types a password: a slow hash for each would be the whole run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
