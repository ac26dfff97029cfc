"""For the tests that attack the tables in SQL."""

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction


def refusal_of(statement: str, parameters: Sequence[Any] | None = None) -> str | None:
    """Run a statement and return the SQLSTATE with which the database refuses it; None when it lets it happen.

    23001 an append-only guard, 23505 unique, 23514 a check, 23P01 an exclusion, 42501 no right.
    The test's transaction goes on either way.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except DatabaseError as error:
        return error.__cause__.sqlstate
    return None
