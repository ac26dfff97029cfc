"""Gapless numbers: a counter row in the caller's own transaction, so that a rollback gives its number back."""

from django.db import connection, transaction

from core.sql import load_sql

NEXT = load_sql("core", "next_serial")
RAISE = load_sql("core", "raise_floor")


def next_serial(document: str, year: int) -> int:
    """The next number of a kind of document in a year, from 1 upward without a gap.

    The counter's row stays locked until the caller's transaction ends: take the number last.
    Raises TransactionManagementError outside a transaction, where a failure would leave a gap.
    """
    return _in_transaction(NEXT, [document, year])


def raise_floor(document: str, year: int, at_least: int) -> int:
    """Make the counter stand at `at_least` or higher, so that numbers used on paper are not given again."""
    return _in_transaction(RAISE, [document, year, at_least])


def _in_transaction(statement: str, parameters: list) -> int:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a serial is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]
