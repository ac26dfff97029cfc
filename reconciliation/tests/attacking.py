"""Attacks in SQL: run, expected to be refused, and written from a list of changes."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

ROLES = ("cooploan_app", "cooploan_owner")


def attack(statement, *arguments):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def refused(statement, *arguments, match):
    try:
        attack(statement, *arguments)
    except DatabaseError as error:
        assert re.search(match, str(error)), f"{statement}\n{error}"
    else:
        pytest.fail(f"the database let this happen: {statement} {arguments}")


def changes(table, wanted, where="true"):
    return [f"UPDATE reconciliation_{table} SET {change} WHERE {where}" for change in wanted]
