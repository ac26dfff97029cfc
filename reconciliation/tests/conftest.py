import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Nobody in this cast types a password, and a slow hash for each would be the whole run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
