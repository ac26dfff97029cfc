"""The practice site in one command: ``bin/demo`` runs this in the project's environment.

It starts what is missing (server, database, seed, static files), then web server
and worker, prints one address and who may sign in, and stops what it started on
Ctrl-C. The database is kept from one start to the next.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from cooploan import embedded, preparation

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "cooploan_practice"
FIRST_PORT = 8000
READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 30


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    say(f"==> {text}")
    began = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - began:.1f} s")


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__.split("\n\n")[0])
    parser.add_argument("--port", type=int, help=f"the port to serve on (the first free one from {FIRST_PORT})")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (this machine only)")
    parser.add_argument("--reset", action="store_true", help="throw the practice society away and make it anew")
    parser.add_argument("--prepare-only", action="store_true", help="make everything ready, serve nothing")
    return parser.parse_args(arguments)


def is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(host: str, asked: int | None) -> int:
    if asked is not None:
        if not is_free(host, asked):
            raise SystemExit(f"Port {asked} is taken: stop what serves there, or name another with --port.")
        return asked
    for port in range(FIRST_PORT, FIRST_PORT + 20):
        if is_free(host, port):
            return port
    raise SystemExit(f"Ports {FIRST_PORT} to {FIRST_PORT + 19} are all taken: name a free one with --port.")


def manage(*words: str) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], check=False)
    if done.returncode:
        raise SystemExit(f"'manage.py {' '.join(words)}' failed; what it said stands above.")


def commands() -> set[str]:
    """Which of our own commands there are."""
    return {path.stem for path in ROOT.glob("*/management/commands/*.py")}


def prepare_practice_society(reset: bool) -> None:
    with step("Starting the embedded PostgreSQL"):
        embedded.start()
    if embedded.database_exists(DATABASE):
        with embedded.as_superuser(DATABASE) as connection:
            seeded = preparation.notes(connection).get(preparation.SEEDED)
        if seeded == "begun":
            say("    The last start was interrupted while it made the practice society: it is made anew.")
        if reset or seeded == "begun":
            with step("Throwing the old practice society away"):
                embedded.drop_database(DATABASE)
    if not preparation.embedded_is_ready(DATABASE):
        with step("Preparing the database"):
            manage("prepare_database")
    with embedded.as_superuser(DATABASE) as connection:
        if preparation.SEEDED in preparation.notes(connection):
            return
    if "seed_practice" in commands():
        with step("Making the practice society (every person in it is invented)"):
            with embedded.as_superuser(DATABASE) as connection:
                preparation.write_note(connection, preparation.SEEDED, "begun")
            manage("seed_practice")
            with embedded.as_superuser(DATABASE) as connection:
                preparation.write_note(connection, preparation.SEEDED, "done")


def collect_static_files() -> None:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    stamp = embedded.data_folder() / "static-files.txt"
    collected = (ROOT / "staticfiles" / "staticfiles.json").exists() and stamp.exists()
    if collected and stamp.read_text() == digest.hexdigest():
        return
    with step("Collecting the static files"):
        manage("collectstatic", "--noinput", "--clear", "--verbosity", "0")
        stamp.write_text(digest.hexdigest())


def end_with_parent() -> None:
    """On Linux, have the kernel end a child whose parent was killed: nothing of a demo is left behind."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def start_process(*words: str, **environment: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )


def wait_until_it_serves(url: str, web: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        if web.poll() is not None:
            raise SystemExit("The web server ended while it started; what it said stands above.")
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as wrong:
            raise SystemExit(
                f"The sign-in page answers {wrong.code}; what the web server said stands above."
            ) from wrong
        except OSError:
            if time.monotonic() > give_up:
                raise SystemExit(f"The web server does not answer at {url}.") from None
            time.sleep(0.1)


def stop_processes(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    give_up = time.monotonic() + STOP_WITHIN_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def asked_to_stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def serve(host: str, port: int) -> None:
    url = os.environ["SITE_URL"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        with step("Starting web server and worker"):
            web = start_process(
                *("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "cooploan.wsgi"),
                COOPLOAN_WORK="web",
                GUNICORN_BIND=f"{host}:{port}",
            )
            processes.append(web)
            worker = start_process("-m", "cooploan.worker", COOPLOAN_WORK="worker", LOG_LEVEL="WARNING")
            processes.append(worker)
            wait_until_it_serves(f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/accounts/login/", web)
        say("")
        say(f"The practice site is at  {url}")
        say("")
        if "sign_ins" in commands():
            manage("sign_ins")
            say("")
        say("Ctrl-C stops it. Your changes are kept; bin/demo --reset starts anew.")
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        ended = "web server" if web.poll() is not None else "worker"
        raise SystemExit(f"The {ended} ended by itself; what it said stands above.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        say("\n==> Stopping web server and worker")
        stop_processes(processes)


def main(arguments: list[str]) -> None:
    chosen = read_arguments(arguments)
    port = choose_port(chosen.host, chosen.port)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "cooploan.settings",
        "COOPLOAN_EMBEDDED": "1",
        "COOPLOAN_DB": DATABASE,
        "COOPLOAN_WORK": "command",
        "PRACTICE": "1",
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": chosen.host if chosen.host != "0.0.0.0" else socket.gethostname(),
    }
    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGHUP, asked_to_stop)
    was_up = embedded.is_up()
    try:
        prepare_practice_society(chosen.reset)
        collect_static_files()
        if not chosen.prepare_only:
            serve(chosen.host, port)
    except KeyboardInterrupt:
        pass
    finally:
        if not was_up:
            say("==> Stopping the embedded PostgreSQL")
            embedded.stop()
        say("Stopped.")


if __name__ == "__main__":
    main(sys.argv[1:])
