"""The three roles: what each may do to any table, asked of the catalogue so that a new table is asked too."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from core.models import PracticeClock, Society
from core.testing import refusal_of


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_tests_and_site_work_as_the_app_role(db):
    assert rows("SELECT current_user") == [("cooploan_app",)]


def test_the_app_can_read_every_table_and_empty_none(db):
    refused = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND (NOT has_table_privilege('cooploan_app', oid, 'SELECT') "
        "OR has_table_privilege('cooploan_app', oid, 'TRUNCATE'))"
    )
    assert refused == []
    assert len(rows("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")) > 20


def test_the_app_can_add_to_every_table_of_a_model(db):
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    refused = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND NOT has_table_privilege('cooploan_app', oid, 'INSERT')"
    )
    written_by_triggers = {"ledger_accountbalance"}
    assert {name for (name,) in refused} & tables <= written_by_triggers


def test_the_auditor_can_write_nowhere(db):
    granted = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') "
        "AND has_table_privilege('cooploan_auditor', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    assert granted == []


def test_the_auditor_reads_the_books_and_no_secret(auditor_cursor):
    auditor_cursor.execute("SELECT count(*) FROM audit_event")
    auditor_cursor.execute("SELECT id, email, full_name FROM users_user")
    for secret in (
        "SELECT password FROM users_user",
        "SELECT code_hash FROM users_invitation",
        "SELECT session_data FROM django_session",
        "SELECT data FROM mfa_authenticator",
        "SELECT body FROM notifications_message",
    ):
        auditor_cursor.connection.rollback()
        with pytest.raises(Exception, match="permission denied"):
            auditor_cursor.execute(secret)


def test_the_app_owns_nothing_and_cannot_change_the_guards(db):
    assert rows("SELECT relname FROM pg_class WHERE relowner = 'cooploan_app'::regrole") == []
    for attack in (
        "SET session_replication_role = replica",
        "CREATE TABLE of_my_own (id int)",
        "DROP TRIGGER audit_event_kept ON audit_event",
        "CREATE OR REPLACE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', 'x', now())",
    ):
        assert refusal_of(attack) == "42501", attack


@pytest.mark.parametrize("model", [Society, PracticeClock])
def test_there_is_one_row_of_what_is_one(db, model):
    model.objects.create()
    with pytest.raises(DatabaseError):
        model.objects.create(pk=2)


def test_every_guard_against_change_is_always_on(db):
    """A trigger that calls forbid_change and is not ENABLE ALWAYS sleeps in replica mode."""
    asleep = rows(
        "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE proname = 'forbid_change' AND tgenabled <> 'A'"
    )
    assert asleep == []
