"""The practice site runs on a practice database or not at all.

A practice database is one whose name ends in ``_practice`` and that carries the
marker it was given when it was made. Every process that has PRACTICE=1 asks on
its first connection, so neither a page nor a command can touch another database.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from cooploan.preparation import PRACTICE_ENDING, PRACTICE_MARKER


def refuse_other_databases(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Raise ImproperlyConfigured unless the practice site is on a practice database; called on each new connection."""
    if not settings.PRACTICE or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        name, marker = cursor.fetchone()
    if name.endswith(PRACTICE_ENDING) and marker == PRACTICE_MARKER:
        return
    connection.close()
    raise ImproperlyConfigured(
        f"PRACTICE is 1, but the database {name!r} is not a practice database: the practice site lets anyone sign in "
        "as anyone. Set PRACTICE=0, or point DATABASE_URL to a database made by  manage.py prepare_database  with "
        f"PRACTICE=1 (its name ends in {PRACTICE_ENDING})."
    )
