"""Makes a database ready for the site, and does nothing to one that is."""

from __future__ import annotations

import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from cooploan import embedded, preparation


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Make the database ready: the three roles and their rights, migrations as the owner, recurring jobs. "
        "With PRACTICE=1 an empty database whose name ends in _practice becomes a practice database. "
        "On a server of yours DATABASE_OWNER_URL (or DATABASE_URL) names a login that owns the database; "
        "to make the roles it must be allowed to create roles, or they must be there already."
    )

    def handle(self, *args: object, **options: object) -> None:
        alias = settings.DATABASES["owner"]
        name = alias["NAME"]
        if not settings.ENV.database_url:
            embedded.start()
            if not embedded.database_exists(name):
                self.stdout.write(f"Making the database {name}")
                embedded.create_database(name)
        with self._connect(alias) as connection:
            if connection.info.server_version < preparation.OLDEST_POSTGRES:
                raise CommandError(
                    f"{name} is on PostgreSQL {connection.info.server_version // 10000}: 15 is the oldest."
                )
            if settings.ENV.database_url:
                self._roles(connection)
            if settings.PRACTICE:
                self._mark_as_practice(connection)
            written = {} if settings.ENV.database_url else preparation.notes(connection)
        fingerprint = preparation.migrations_fingerprint()
        if written.get(preparation.MIGRATED) != fingerprint:
            self._migrate()
            connections["owner"].close()
            call_command("sync_jobs", stdout=self.stdout)
        if not settings.PRACTICE and not settings.ENV.database_url and preparation.SOCIETY not in written:
            self._society(alias)
        if not settings.ENV.database_url:
            with self._connect(alias) as connection:
                preparation.write_note(connection, preparation.MIGRATED, fingerprint)
        self.stdout.write(f"The database {name} is ready.")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connections["owner"])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stdout.write(f"Migrating as {embedded.OWNER}: {len(plan)} steps")
        call_command("migrate", database="owner", interactive=False, verbosity=0)

    def _connect(self, alias: dict[str, object]) -> psycopg.Connection:
        """As the owner's login itself, before it becomes the role that may not be there yet."""
        if not settings.ENV.database_url:
            return psycopg.connect(
                host=str(embedded.socket_folder()), user=embedded.SUPERUSER, dbname=alias["NAME"], autocommit=True
            )
        found = settings.ENV.database_owner_url or settings.ENV.database_url
        named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
        given = {ours: found[theirs] for ours, theirs in named.items() if found[theirs]}
        return psycopg.connect(**given, **found["OPTIONS"], autocommit=True)

    def _roles(self, connection: psycopg.Connection) -> None:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        (login,) = connection.execute("SELECT session_user").fetchone()
        for role in (embedded.OWNER, embedded.APP, embedded.AUDITOR):
            if role not in known:
                try:
                    connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
                except psycopg.errors.InsufficientPrivilege as refused:
                    raise CommandError(
                        f"The role {role} is missing and {login} may not create it. Let the administrator run: "
                        f"CREATE ROLE {role}; GRANT {role} TO {login};"
                    ) from refused
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login)))
        name = sql.Identifier(connection.info.dbname)
        (is_owner,) = connection.execute(
            "SELECT datdba = %s::regrole FROM pg_database WHERE datname = current_database()", [embedded.OWNER]
        ).fetchone()
        if not is_owner:
            connection.execute(
                sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(name, sql.Identifier(embedded.OWNER))
            )
            connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(embedded.OWNER)))

    def _mark_as_practice(self, connection: psycopg.Connection) -> None:
        name = connection.info.dbname
        if not name.endswith(preparation.PRACTICE_ENDING):
            raise CommandError(
                f"PRACTICE is 1, but the name {name!r} does not end in {preparation.PRACTICE_ENDING}: "
                "a practice database says so in its name."
            )
        (marker, used) = connection.execute(
            "SELECT shobj_description(oid, 'pg_database'), to_regclass('public.django_migrations') IS NOT NULL "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        if marker == preparation.PRACTICE_MARKER:
            return
        if used:
            raise CommandError(
                f"{name!r} was not made for practice and is in use: it never becomes a practice database."
            )
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(preparation.PRACTICE_MARKER)
            )
        )

    def _society(self, alias: dict[str, object]) -> None:
        if "prepare_society" not in get_commands():
            return
        self.stdout.write("Setting up the standard officers, chart, products and formats")
        call_command("prepare_society", stdout=self.stdout)
        with self._connect(alias) as connection:
            preparation.write_note(connection, preparation.SOCIETY, "prepared")
