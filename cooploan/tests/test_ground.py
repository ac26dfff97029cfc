import psycopg
import pytest
from django.db import connection


def _ask(cursor, question):
    cursor.execute(question)
    return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_run_as_the_app_role(as_role):
    with connection.cursor() as cursor:
        assert _ask(cursor, "SELECT current_user") == "cooploan_app"
        with as_role("cooploan_owner"):
            assert _ask(cursor, "SELECT current_user") == "cooploan_owner"
        assert _ask(cursor, "SELECT current_user") == "cooploan_app"
