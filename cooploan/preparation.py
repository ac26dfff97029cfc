"""Making a database ready: its roles, its migrations, its recurring jobs.

On the embedded server what was done is written on the database itself (as settings
of its own that mean nothing to the server; only a superuser may), so that whoever
comes next sees in one query that nothing is left to do. Nothing here imports
Django's models; ``prepare_database`` does the rest.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from cooploan import embedded

ROOT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRES = 150_000
PRACTICE_ENDING = "_practice"
# A comment is not copied with a database, nor by a dump of its contents: a copy is no practice site by accident.
PRACTICE_MARKER = "cooploan practice site: invented people, no real money"

# What is written on a database as cooploan.<name>.
MIGRATED, SEEDED, SOCIETY = "migrated", "seeded", "society"

# Commands that are asked for before there is a server, and those that are asked for before the database is migrated.
NEED_NO_SERVER = {"check", "collectstatic", "diffsettings", "help", "settings_reference", "version"}
NEED_NO_DATABASE = {"makemigrations", "prepare_database"}


def migrations_fingerprint() -> str:
    """A short word that changes with any migration, its SQL, or the packages that bring migrations of their own."""
    digest = hashlib.sha256()
    sources = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("*/sql/*.sql"),
        ROOT / "requirements.txt",
        ROOT / "cooploan" / "embedded.py",
        ROOT / "cooploan" / "settings.py",
    ]
    for source in sorted(sources):
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def notes(connection: psycopg.Connection) -> dict[str, str]:
    """What is written on the connected database."""
    rows = connection.execute(
        "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase "
        "WHERE datname = current_database() AND setrole = 0"
    ).fetchall()
    written = dict(entry.split("=", 1) for (entry,) in rows)
    return {key.removeprefix("cooploan."): value for key, value in written.items() if key.startswith("cooploan.")}


def write_note(connection: psycopg.Connection, name: str, value: str) -> None:
    """Write on the connected database, as the superuser."""
    connection.execute(
        sql.SQL("ALTER DATABASE {} SET {} = {}").format(
            sql.Identifier(connection.info.dbname), sql.Identifier(f"cooploan.{name}"), sql.Literal(value)
        )
    )


def embedded_is_ready(database: str) -> bool:
    """True when the embedded server has this database with today's migrations: one connection."""
    try:
        with embedded.as_superuser(database) as connection:
            return notes(connection).get(MIGRATED) == migrations_fingerprint()
    except psycopg.OperationalError:
        return False


def have_embedded_ready(arguments: list[str]) -> None:
    """What ``manage.py`` does first on the embedded set-up: the server up, the database made and migrated."""
    if os.environ.get("COOPLOAN_EMBEDDED") != "1" or os.environ.get("DATABASE_URL"):
        return
    if not os.environ.get("COOPLOAN_DB"):
        os.environ["COOPLOAN_DB"] = "cooploan_practice"
        os.environ.setdefault("PRACTICE", "1")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command.startswith("-") or command in NEED_NO_SERVER:
        return
    embedded.start()
    if command in NEED_NO_DATABASE or embedded_is_ready(os.environ["COOPLOAN_DB"]):
        return
    print(f"Preparing the database {os.environ['COOPLOAN_DB']} ...", file=sys.stderr, flush=True)
    # In a process of its own, so that its output and its longer reach never mix with the command that was asked for.
    prepared = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "prepare_database"], check=False, stdout=sys.stderr.fileno()
    )
    if prepared.returncode:
        raise SystemExit(prepared.returncode)
