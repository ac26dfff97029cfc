"""Keeping the second factor's secret unreadable in the database."""

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    return _keys().decrypt(stored.encode()).decode()


def _keys() -> MultiFernet:
    """The site's secret, and the ones before it: what they locked can still be opened while they are listed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(b"users.second_factor\0" + key.encode()).digest())) for key in secrets]
    )
