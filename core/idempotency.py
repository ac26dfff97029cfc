"""The same request obeyed once: its key, its content and its answer stand in the transaction of its effect."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.errors import DomainError
from core.models import IdempotencyKey

KEY_LENGTH = 200


class KeyReused(DomainError):
    """Raised when a key that was used for one request comes with another."""

    message = "This was already sent with other figures. Load the page again and send it as a new request."


class BadKey(DomainError):
    """Raised when a key is empty or longer than 200 characters."""

    message = "Give each request a key of 1 to 200 characters."


@dataclass
class Once:
    """What `once` found: `first` is True when the caller must do the work and then `keep` its answer."""

    row: IdempotencyKey
    first: bool

    @property
    def answer(self) -> Any:
        """What was answered the first time; None when this is the first time."""
        return self.row.response

    def keep(self, response: Any) -> None:
        """Store the answer for whoever asks again; once only."""
        self.row.response = response
        self.row.save(update_fields=["response"])


def once(*, scope: str, key: str, request: dict[str, Any]) -> Once:
    """Claim a key inside the caller's transaction; a second caller waits for the first and then sees its answer.

    `scope` holds the action and who asks (`loans.record_repayment:17`), so that one person's key tells another nothing.
    Raises KeyReused when the same key came with another request, BadKey when the key cannot be stored.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a key is claimed inside the transaction of its effect")
    if not 1 <= len(key) <= KEY_LENGTH:
        raise BadKey()
    digest = request_hash(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope}\n{key}"])
    row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if row is None:
        return Once(IdempotencyKey.objects.create(scope=scope, key=key, request_hash=digest), first=True)
    if row.request_hash != digest:
        raise KeyReused()
    return Once(row, first=False)


def request_hash(request: dict[str, Any]) -> str:
    """A fingerprint of what was asked: the same content gives the same 64 characters, in whatever order it came."""
    body = json.dumps(request, sort_keys=True, default=_as_text, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        # 500 and 500.00 are the same request.
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a request's fingerprint")
