"""The fixtures that every other test relies on."""

import threading

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from cooploan import embedded


def _current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_tests_run_as_the_app_role_and_may_attack_as_another(as_role):
    assert _current_user() == embedded.APP
    with as_role(embedded.OWNER):
        assert _current_user() == embedded.OWNER
    assert _current_user() == embedded.APP


@pytest.mark.django_db
def test_the_app_role_writes_rows_but_makes_no_tables():
    ContentType.objects.create(app_label="none", model="none")
    with pytest.raises(ProgrammingError, match="permission denied for schema public"), transaction.atomic():
        _execute("CREATE TABLE mine (id int)")


@pytest.mark.django_db
def test_the_app_role_never_truncates():
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        _execute("TRUNCATE django_content_type CASCADE")


def test_statements_locks_and_idle_transactions_have_limits_on_every_alias(fresh_database):
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute("SELECT setting::int FROM pg_settings WHERE name = %s", [setting])
                assert cursor.fetchone()[0] > 0, f"{setting} on {alias}"


def test_the_app_login_of_the_embedded_server_cannot_become_the_owner(fresh_database):
    host = str(embedded.socket_folder())
    with psycopg.connect(host=host, user=embedded.APP, dbname=fresh_database) as mine:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute("SET ROLE cooploan_owner")
        mine.rollback()
        assert mine.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 0


def test_what_threads_commit_in_a_fresh_database_others_see(fresh_database, owner_cursor, auditor_cursor):
    def work(number: int) -> None:
        ContentType.objects.create(app_label="none", model=f"thread {number}")
        connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ContentType.objects.filter(app_label="none").count() == 4
    for cursor in (owner_cursor, auditor_cursor):
        cursor.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'none'")
        assert cursor.fetchone()[0] == 4


@pytest.mark.django_db
def test_a_fresh_database_leaves_nothing_behind():
    assert not ContentType.objects.filter(app_label="none").exists()


def test_the_auditor_reads_and_writes_nothing(fresh_database, auditor_cursor):
    auditor_cursor.execute("SELECT count(*) FROM django_content_type")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        auditor_cursor.execute("DELETE FROM django_content_type")


@pytest.mark.django_db
def test_deferred_constraints_can_be_asked_now(constraints_now):
    _execute("INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('none', 2147483000, 'none')")
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        constraints_now()
    _execute("DELETE FROM auth_permission WHERE content_type_id = 2147483000")
    constraints_now()
