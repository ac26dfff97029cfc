"""What every test stands on: the embedded server, a database copied from a migrated template, and the three roles.

Tests run as the app role, as the site does. The template is made once by the
owner role and kept between runs under a name that changes with any migration.
"""

from __future__ import annotations

import gc
import io
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

# Before anything of Django's is imported: a test run has settings of its own, whatever the shell says.
for name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "COOPLOAN_DB",
):
    os.environ.pop(name, None)
os.environ |= {
    # A server of the tests' own, which need not wait for the disk; the practice site's is left alone.
    "COOPLOAN_DATA": os.environ.get("COOPLOAN_TEST_DATA") or str(Path(__file__).resolve().parent / ".data" / "tests"),
    "DJANGO_SETTINGS_MODULE": "cooploan.settings",
    "COOPLOAN_EMBEDDED": "1",
    "COOPLOAN_WORK": "test",
    "PRACTICE": "0",
    "DEBUG": "0",
    "LOG_LEVEL": "WARNING",
}

import django  # noqa: E402

django.setup()

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from playwright.sync_api import Error as PlaywrightError  # noqa: E402
from psycopg import sql  # noqa: E402

from cooploan import embedded, preparation  # noqa: E402
from core.tests.hostile.build import build  # noqa: E402
from tests.runs import once, the_run  # noqa: E402
from tests.serving import serve  # noqa: E402

# A busy machine is no failure: what must be quick is measured beside its floor, in bench/.
hypothesis.settings.register_profile("cooploan", deadline=None)
hypothesis.settings.load_profile("cooploan")

TEMPLATES_KEPT = 3
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# One number for all runs on this server: who makes, copies or sweeps holds the advisory lock.
MAKING_TEMPLATES = 7_200_001


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector need not walk over it each time."""
    gc.collect()
    gc.freeze()


# The template ---------------------------------------------------------------------------------------------------------


def _use_database(name: str) -> None:
    """Point both aliases, in every thread, at another database."""
    for alias in connections:
        connections[alias].close()
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _log_in_as_one_who_may_attack() -> None:
    # The session is cooploan_app from its first statement; the login behind it may also become owner or auditor,
    # so that a test can attack its own uncommitted rows in another role (fixture as_role).
    for alias in connections:
        connections.settings[alias]["USER"] = embedded.TESTS


def _template() -> str:
    """Have the template of today's migrations; another run that is making it is waited for."""
    name = f"template_{preparation.migrations_fingerprint()}"
    with embedded.as_superuser() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [MAKING_TEMPLATES])
        row = server.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if row is None or not row[0]:
            embedded.drop_database(name)
            embedded.create_database(name)
            _use_database(name)
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            connections.close_all()
            server.execute(
                sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(sql.Identifier(name))
            )
        _sweep(server, keep=name)
    return name


def _sweep(server: psycopg.Connection, keep: str) -> None:
    """Drop the databases of runs that were killed, and all but the newest templates."""
    for (name,) in server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'").fetchall():
        pid = name.split("_")[1]
        if pid.isdecimal() and not _is_running(int(pid)):
            embedded.drop_database(name)
    old = server.execute(
        r"SELECT datname FROM pg_database WHERE datname LIKE 'template\_%%' AND datistemplate AND datname <> %s "
        "ORDER BY oid DESC OFFSET %s",
        [keep, TEMPLATES_KEPT],
    ).fetchall()
    for (name,) in old:
        server.execute(sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE false").format(sql.Identifier(name)))
        embedded.drop_database(name)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


# Databases of a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_template(django_test_environment, django_db_blocker) -> str:
    """The name of the migrated, empty template database."""
    try:
        embedded.start()
    except embedded.EmbeddedError:  # a machine that went down took with it what was never written
        embedded.remove()
        embedded.start()
    _log_in_as_one_who_may_attack()
    with django_db_blocker.unblock():
        return _template()


@pytest.fixture(scope="session")
def django_db_setup(migrated_template: str, django_db_blocker) -> Iterator[None]:
    """One database for this process (and so one for each xdist worker), copied from the template."""
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        embedded.drop_database(name)
        embedded.create_database(name, template=migrated_template)
        _use_database(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        embedded.drop_database(name)


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A transaction around a whole module: what a fixture of the module makes in it stands before each of its tests.

    For many small attacks on one world that takes long to make. Each test still starts from that world: what it does
    is rolled back to where it began.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def fresh_database(django_db_setup, migrated_template: str, django_db_blocker) -> Iterator[str]:
    """A database of this test's own, where commits are real: for races with threads, workers and browsers.

    Do not mark such a test with django_db: nothing is rolled back, the database is dropped afterwards.
    """
    before = settings.DATABASES["default"]["NAME"]
    name = f"test_{os.getpid()}_{threading.get_ident() % 10_000}_{os.urandom(3).hex()}"
    embedded.create_database(name, template=migrated_template)
    with django_db_blocker.unblock():
        _use_database(name)
        try:
            yield name
        finally:
            _use_database(before)
            embedded.drop_database(name)


# The practice society -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def practice_template(django_db_setup, migrated_template: str, tmp_path_factory, django_db_blocker) -> Iterator[str]:
    """The name of a practice database with Unity and its stories: this process's own copy of what the run seeds."""
    run, folder = the_run(tmp_path_factory)
    name, seeded = f"test_{os.getpid()}_unity_practice", f"test_{run}_seeded_practice"
    with django_db_blocker.unblock():
        once(folder, "practice", lambda: _seed(migrated_template, seeded))
        embedded.drop_database(name)
        _copy_for_practice(seeded, name)
    yield name
    with django_db_blocker.unblock():
        embedded.drop_database(name)


def _seed(template: str, name: str) -> None:
    """Make the practice society of this run; the next run sweeps it away."""
    before = settings.DATABASES["default"]["NAME"]
    embedded.drop_database(name)
    _copy_for_practice(template, name)
    try:
        with override_settings(PRACTICE=True):
            _use_database(name)
            call_command("seed_practice", stdout=io.StringIO())
    finally:
        _use_database(before)


@pytest.fixture
def practice_society(practice_template: str, django_db_blocker) -> Iterator[str]:
    """The practice society with its 620 members and the practice site's settings; a test's changes are rolled back."""
    before = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock(), override_settings(PRACTICE=True):
        _use_database(practice_template)
        try:
            with transaction.atomic():
                yield practice_template
                transaction.set_rollback(True)
        finally:
            _use_database(before)


@pytest.fixture
def practice_database(practice_template: str, django_db_blocker) -> Iterator[str]:
    """A copy of the practice society of this test's own, where commits are real; dropped afterwards."""
    before = settings.DATABASES["default"]["NAME"]
    name = f"test_{os.getpid()}_{os.urandom(3).hex()}_practice"
    _copy_for_practice(practice_template, name)
    with django_db_blocker.unblock(), override_settings(PRACTICE=True):
        _use_database(name)
        try:
            yield name
        finally:
            _use_database(before)
            embedded.drop_database(name)


def _copy_for_practice(template: str, name: str) -> None:
    embedded.create_database(name, template=template)
    with embedded.as_superuser(name) as server:
        server.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(preparation.PRACTICE_MARKER)
            )
        )


@pytest.fixture(scope="session")
def constraints_now() -> Callable[[], None]:
    """Call it to make the deferred constraint triggers speak now, as a commit would."""

    def check() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return check


# Other roles ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_role() -> Callable[[str], AbstractContextManager[None]]:
    """``with as_role("cooploan_owner"):`` the test's own transaction goes on in another role and sees its own rows."""

    @contextmanager
    def become(role: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)).as_string())
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(embedded.APP)).as_string())

    return become


def _cursor_of(role: str) -> Iterator[psycopg.Cursor]:
    database = settings.DATABASES["default"]["NAME"]
    options = "-c statement_timeout=30s -c lock_timeout=5s"
    opened = psycopg.connect(host=str(embedded.socket_folder()), user=role, dbname=database, options=options)
    with closing(opened), opened.cursor() as cursor:
        yield cursor
        opened.rollback()


@pytest.fixture
def owner_cursor(django_db_setup) -> Iterator[psycopg.Cursor]:
    """A cursor of the owner role on the test's database, in a transaction of its own that is rolled back.

    It sees what is committed: ask for it after fresh_database to see that test's rows, or use as_role.
    """
    yield from _cursor_of(embedded.OWNER)


@pytest.fixture
def auditor_cursor(django_db_setup) -> Iterator[psycopg.Cursor]:
    """A cursor of the auditor role on the test's database, in a transaction of its own that is rolled back."""
    yield from _cursor_of(embedded.AUDITOR)


@pytest.fixture(autouse=True)
def _empty_counters() -> Iterator[None]:
    """Throttle counters of one test must not refuse the next, and what it kept in memory must not be shown to it."""
    for name in caches.settings:
        caches[name].clear()
    yield


@pytest.fixture(scope="session")
def hostile_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of every hostile workbook, numbered as `all_cases` has them; made once for all processes of a run."""
    _, shared = the_run(tmp_path_factory)
    once(shared, "hostile", lambda: build(shared / "hostile"))
    return shared / "hostile"


# Other programs -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis server of this test process's own, on a private socket; yields its address for REDIS_URL."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is not installed: bin/test installs it, or apt-get install redis-server")
    with tempfile.TemporaryDirectory(prefix="cooploan-redis-") as folder:
        path = Path(folder) / "socket"
        words = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
        try:
            give_up = time.monotonic() + 20
            while not path.exists():
                assert server.poll() is None, "redis-server ended while it started"
                assert time.monotonic() < give_up, "redis-server does not answer"
                time.sleep(0.02)
            yield f"unix://{path}?db=0"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture
def live_site(fresh_database) -> Iterator[str]:
    """The site served from threads on this test's own database; yields its address."""
    yield from serve()


@pytest.fixture
def live_practice_site(practice_database) -> Iterator[str]:
    """The practice site with Unity and its stories, served on this test's own copy; yields its address."""
    yield from serve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, without a window; each test opens contexts of its own in it."""
    # Playwright runs an event loop in this thread, where Django would refuse the ORM; the tests use it between steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    program = os.environ.get("COOPLOAN_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as started:
        try:
            opened = started.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        except PlaywrightError as wrong:
            pytest.fail(f"Chromium does not start; bin/test installs one. {wrong}")
        yield opened
        opened.close()
