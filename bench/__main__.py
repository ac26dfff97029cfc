"""``bin/bench NAME``: runs bench/NAME.py in a database of its own, which is dropped afterwards."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cooploan import embedded

FOLDER = Path(__file__).resolve().parent
NOT_BENCHMARKS = {"__init__", "__main__", "harness"}


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BENCHMARKS)


@contextmanager
def own_database() -> Iterator[None]:
    name = f"bench_{os.getpid()}"
    os.environ["COOPLOAN_DB"] = name
    embedded.start()
    try:
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database"], check=True, cwd=FOLDER.parent, stdout=sys.stderr.fileno()
        )
        yield
    finally:
        embedded.drop_database(name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names(), metavar="NAME", help=", ".join(names()) or "none yet")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--rounds", type=int, default=7, help="how many pairs are run (at least 5)")
    parser.add_argument("--size", type=int, help="how much is loaded, where a benchmark loads data")
    chosen = parser.parse_args()
    if chosen.name is None:
        print("\n".join(names()))
        return
    os.environ |= {"DJANGO_SETTINGS_MODULE": "cooploan.settings", "COOPLOAN_EMBEDDED": "1", "COOPLOAN_WORK": "command"}
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    with own_database():
        import django  # noqa: PLC0415 - the database is chosen first

        django.setup()
        from bench.harness import tell  # noqa: PLC0415

        benchmark = importlib.import_module(f"bench.{chosen.name}")
        if chosen.size:
            benchmark.SIZE = chosen.size
        tell(benchmark.measurements(), rounds=chosen.rounds, as_json=chosen.json)


if __name__ == "__main__":
    main()
