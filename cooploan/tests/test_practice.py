"""The practice site starts on a practice database and on no other."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import sql

from cooploan import embedded, preparation


@pytest.fixture
def start_on(migrated_template):
    """Start the site in a process of its own on a new database of this name; returns what it said."""
    made = []

    def start(ending: str, *, marker: str | None, practice: str = "1") -> subprocess.CompletedProcess[str]:
        name = f"test_{os.getpid()}_{len(made)}{ending}"
        embedded.create_database(name, template=migrated_template)
        made.append(name)
        if marker is not None:
            with embedded.as_superuser() as server:
                server.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(marker))
                )
        return subprocess.run(
            [sys.executable, "-c", "import cooploan.wsgi; print('started')"],
            cwd=embedded.ROOT,
            env=os.environ | {"COOPLOAN_DB": name, "PRACTICE": practice, "COOPLOAN_WORK": "web"},
            capture_output=True,
            text=True,
            check=False,
        )

    yield start
    for name in made:
        embedded.drop_database(name)


def test_it_starts_on_a_database_made_for_practice(start_on):
    done = start_on("_practice", marker=preparation.PRACTICE_MARKER)
    assert done.stdout == "started\n", done.stderr


@pytest.mark.parametrize(
    ("ending", "marker"),
    [("", None), ("_practice", None), ("_practice", "a comment of somebody's"), ("", preparation.PRACTICE_MARKER)],
)
def test_it_refuses_any_other(start_on, ending, marker):
    done = start_on(ending, marker=marker)
    assert done.returncode != 0
    assert "is not a practice database" in done.stderr
    assert "started" not in done.stdout


def test_the_same_database_serves_as_an_ordinary_site(start_on):
    assert start_on("", marker=None, practice="0").stdout == "started\n"


def test_a_copy_of_a_practice_database_is_none(migrated_template):
    names = [f"test_{os.getpid()}_a_practice", f"test_{os.getpid()}_b_practice"]
    try:
        embedded.create_database(names[0], template=migrated_template)
        with embedded.as_superuser() as server:
            server.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(names[0]), sql.Literal(preparation.PRACTICE_MARKER)
                )
            )
            embedded.create_database(names[1], template=names[0])
            marks = server.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = ANY(%s) ORDER BY 1",
                [names],
            ).fetchall()
        assert marks == [(preparation.PRACTICE_MARKER,), (None,)]
    finally:
        for name in names:
            embedded.drop_database(name)


def test_the_app_role_cannot_mark_a_database(fresh_database):
    host = str(embedded.socket_folder())
    mark = sql.SQL("COMMENT ON DATABASE {} IS 'practice'").format(sql.Identifier(fresh_database))
    with (
        psycopg.connect(host=host, user=embedded.APP, dbname=fresh_database) as mine,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        mine.execute(mark)


def _prepare(name: str, practice: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "prepare_database"],
        cwd=embedded.ROOT,
        env=os.environ | {"COOPLOAN_DB": name, "PRACTICE": practice, "COOPLOAN_WORK": "command"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_in_use_never_becomes_a_practice_database(migrated_template):
    name = f"test_{os.getpid()}_used_practice"
    try:
        embedded.create_database(name, template=migrated_template)
        done = _prepare(name, "1")
        assert done.returncode != 0
        assert "never becomes a practice database" in done.stderr
    finally:
        embedded.drop_database(name)


def test_a_practice_database_says_so_in_its_name():
    name = f"test_{os.getpid()}_no_ending"
    try:
        done = _prepare(name, "1")
        assert done.returncode != 0
        assert "does not end in _practice" in done.stderr
    finally:
        embedded.drop_database(name)
