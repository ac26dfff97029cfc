"""The embedded server: private, shared by many processes, and alive again after a kill -9.

Each test has a server of its own in a folder of its own, beside the one that the other tests use.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cooploan import embedded

pytestmark = pytest.mark.slow

START = "from cooploan import embedded; embedded.start(); embedded._connect().close()"


def _postmaster() -> int:
    return int((embedded.cluster_folder() / "data" / "postmaster.pid").read_text().split()[0])


def _start_elsewhere() -> int:
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=embedded.ROOT,
        env=os.environ | {"PYTHONPATH": str(embedded.ROOT)},
        check=False,
    )
    return done.returncode


def _copy_of_the_server(folder: Path) -> Path:
    """The binaries with the libraries that stand beside their package, as an environment in this folder would have."""
    package = embedded.binaries().parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / embedded.binaries().relative_to(package.parent)


def _server_uid() -> int:
    account = embedded._server_account()
    return os.geteuid() if account is None else account.pw_uid


def test_everything_is_in_private_folders_of_the_servers_account(data):
    embedded.start()
    for folder in (embedded.cluster_folder(), embedded.cluster_folder() / "data", embedded.socket_folder()):
        found = folder.stat()
        assert found.st_mode & 0o777 == 0o700, folder
        assert found.st_uid == _server_uid(), folder
    assert embedded.cluster_folder().is_relative_to(data)
    hba = (embedded.cluster_folder() / "data" / "pg_hba.conf").read_text()
    assert hba == "local all all peer map=cooploan\n"
    with embedded.as_superuser() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another account")
def test_another_account_cannot_reach_the_server_even_through_an_open_folder(data):
    embedded.start()
    stranger = pwd.getpwnam("daemon")
    ask = [
        _copy_of_the_server(data / "copy") / "psql",
        "-h",
        str(embedded.socket_folder()),
        "-U",
        embedded.SUPERUSER,
        "postgres",
        "-c",
        "SELECT 1",
    ]
    as_stranger = {
        "user": stranger.pw_uid,
        "group": stranger.pw_gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {},
        "capture_output": True,
        "text": True,
        "check": False,
    }
    assert "Permission denied" in subprocess.run(ask, **as_stranger).stderr
    for folder in (embedded.cluster_folder(), embedded.socket_folder()):
        folder.chmod(0o777)
    (embedded.socket_folder() / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in subprocess.run(ask, **as_stranger).stderr


def test_committed_rows_survive_a_kill_9_and_the_server_comes_back(data):
    embedded.start()
    with embedded.as_superuser() as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 10000) AS id")
    os.kill(_postmaster(), signal.SIGKILL)
    began = time.monotonic()
    embedded.start()
    assert time.monotonic() - began < embedded.PATIENCE_SECONDS
    with embedded.as_superuser() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (10000,)


def test_only_the_server_of_test_runs_is_careless_of_the_disk(data, monkeypatch):
    monkeypatch.setenv("COOPLOAN_WORK", "test")
    embedded.start()
    with embedded.as_superuser() as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_many_that_start_it_at_once_share_one_server(data):
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda _: _start_elsewhere(), range(6)))
    assert codes == [0] * 6
    first = _postmaster()
    assert _start_elsewhere() == 0
    assert _postmaster() == first
    with embedded.as_superuser() as connection:
        assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'cooploan%'").fetchone() == (4,)


def test_a_start_that_was_killed_half_way_begins_again(data):
    cluster = embedded.cluster_folder()
    embedded._private_folder(cluster)
    (cluster / "data").mkdir()
    (cluster / "data" / "PG_VERSION").write_text("18")
    embedded.start()
    assert embedded.is_up()


def test_stopped_means_stopped_and_the_databases_are_kept(data):
    embedded.start()
    embedded.create_database("kept")
    embedded.stop()
    assert not embedded.is_up()
    embedded.start()
    assert embedded.database_exists("kept")


def test_a_checkout_in_a_private_home_is_served_all_the_same(data, monkeypatch):
    monkeypatch.setenv("COOPLOAN_PG_BINDIR", str(_copy_of_the_server(data / "venv")))
    data.chmod(0o700)
    embedded.start()
    assert embedded.is_up()
    if os.geteuid() == 0:
        assert (data / "postgres").is_symlink()
        assert embedded.cluster_folder().stat().st_mode & 0o777 == 0o700
    kept = embedded.cluster_folder()
    embedded.remove()
    assert not kept.exists()


def test_a_long_path_puts_the_socket_into_a_private_temporary_folder(data, monkeypatch):
    deep = data / ("a-rather-long-name-" * 5)
    monkeypatch.setenv("COOPLOAN_DATA", str(deep))
    embedded.start()
    socket = embedded.socket_folder()
    assert not socket.is_relative_to(deep)
    assert socket.stat().st_mode & 0o777 == 0o700
    assert embedded.is_up()
    embedded.remove()
    assert not socket.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is another's")
def test_a_socket_folder_that_somebody_else_made_is_refused(data, monkeypatch):
    deep = data / ("a-rather-long-name-" * 5)
    monkeypatch.setenv("COOPLOAN_DATA", str(deep))
    trap = embedded.socket_folder()
    trap.mkdir()
    os.chown(trap, pwd.getpwnam("daemon").pw_uid, -1)
    try:
        with pytest.raises(embedded.EmbeddedError, match="belongs to another account"):
            embedded.start()
    finally:
        trap.rmdir()


def test_the_tests_login_may_become_each_role_and_the_others_only_themselves(data):
    embedded.start()
    roles = (embedded.OWNER, embedded.APP, embedded.AUDITOR)
    host = str(embedded.socket_folder())
    for login in (*roles, embedded.TESTS):
        with psycopg.connect(host=host, user=login, dbname="postgres", autocommit=True) as mine:
            for role in roles:
                if login in (role, embedded.TESTS):
                    mine.execute(f"SET ROLE {role}")
                else:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        mine.execute(f"SET ROLE {role}")


def test_what_the_server_keeps_is_ignored_by_git():
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", ".data/postgres"], cwd=embedded.ROOT, check=False, capture_output=True
    )
    if ignored.returncode == 128:
        pytest.skip("this copy is not a git checkout")
    assert ignored.returncode == 0
