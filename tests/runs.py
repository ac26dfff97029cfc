"""What the processes of one test run share."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def the_run(factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """The process of this run and its folder, in which each worker of xdist has one of its own."""
    own = factory.getbasetemp()
    return (os.getppid(), own.parent) if "PYTEST_XDIST_WORKER" in os.environ else (os.getpid(), own)


def once(folder: Path, name: str, make: Callable[[], object]) -> None:
    """Have something made by whichever process of the run comes first; the others wait until it is there."""
    made = folder / f"{name}-made"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make()
            made.touch()
