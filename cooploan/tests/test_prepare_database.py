"""A database of yours made ready: by a login that may create roles, or with roles that are there already."""

import os
import pwd
import subprocess
import sys

import pytest

from cooploan import embedded
from cooploan.tests.test_environment import PRODUCTION

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LOGIN = "outsider"
WHO_AM_I = """
from django.db import connections
for alias in connections:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT session_user || ' as ' || current_user")
        print(cursor.fetchone()[0])
"""


@pytest.fixture
def server(data):
    """A server that knows none of our roles, and a login on it that owns an empty database."""
    embedded.start()
    with embedded.as_superuser() as connection:
        for role in (embedded.TESTS, embedded.OWNER, embedded.APP, embedded.AUDITOR):
            connection.execute(f"DROP ROLE {role}")
        connection.execute(f"CREATE ROLE {LOGIN} LOGIN")
        connection.execute(f"CREATE DATABASE society OWNER {LOGIN}")
        with open(embedded.cluster_folder() / "data" / "pg_ident.conf", "a") as file:
            file.write(f'cooploan "{pwd.getpwuid(os.geteuid()).pw_name}" {LOGIN}\n')
        connection.execute("SELECT pg_reload_conf()")
    return connection


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    address = f"postgresql://{LOGIN}@/society?host={embedded.socket_folder()}"
    environment = PRODUCTION | {"DATABASE_URL": address, "PATH": os.environ["PATH"], "COOPLOAN_WORK": "command"}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_login_that_may_create_roles_needs_nothing_else(server):
    with embedded.as_superuser() as connection:
        connection.execute(f"ALTER ROLE {LOGIN} CREATEROLE")
    first = _run("prepare_database")
    assert first.returncode == 0, first.stderr
    assert "is ready" in first.stdout
    assert "Migrating" in first.stdout
    again = _run("prepare_database")
    assert again.returncode == 0, again.stderr
    assert "Migrating" not in again.stdout
    said = _run("shell", "--no-imports", "-c", WHO_AM_I)
    assert said.stdout.split("\n")[:2] == [f"{LOGIN} as {embedded.APP}", f"{LOGIN} as {embedded.OWNER}"], said.stderr
    with embedded.as_superuser("society") as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert owners == [(embedded.OWNER,)]
        rights = connection.execute(
            "SELECT has_table_privilege(%s, 'django_content_type', 'DELETE'), "
            "has_table_privilege(%s, 'django_content_type', 'SELECT')",
            [embedded.APP, embedded.AUDITOR],
        ).fetchone()
        assert rights == (True, True)


def test_a_login_that_may_not_is_told_what_to_ask_for(server):
    done = _run("prepare_database")
    assert done.returncode != 0
    assert f"CREATE ROLE {embedded.OWNER}; GRANT {embedded.OWNER} TO {LOGIN};" in done.stderr


def test_what_the_administrator_was_told_to_run_is_enough(server):
    with embedded.as_superuser() as connection:
        for role in (embedded.OWNER, embedded.APP, embedded.AUDITOR):
            connection.execute(f"CREATE ROLE {role}")
            connection.execute(f"GRANT {role} TO {LOGIN}")
    done = _run("prepare_database")
    assert done.returncode == 0, done.stderr
