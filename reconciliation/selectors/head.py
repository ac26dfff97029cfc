"""A return as its workspace names it, read without its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from core.sql import load_sql

HEAD = load_sql("reconciliation", "return_head")


@dataclass(frozen=True, slots=True)
class ReturnHead:
    """A return that stands; `remarks` is how many its reading left."""

    pk: int
    status: str
    file_name: str
    file_total: Decimal
    bank_credit: Decimal
    charge: Decimal
    imported_at: datetime
    importer: str
    remarks: int
    posted_at: datetime | None
    poster: str | None
    schedule_id: int
    month: date
    employer: str
    bank_charge_limit: Decimal


def return_head(pk: int) -> ReturnHead | None:
    """The head of a return; None for one that was taken back or never came."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD, [pk])
        row = cursor.fetchone()
    return ReturnHead(*row) if row else None
