import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cooploan import embedded


@pytest.fixture
def data(monkeypatch) -> Iterator[Path]:
    """A data folder for a server of the test's own, which any account may walk into, as a checkout's usually is."""
    folder = Path(tempfile.mkdtemp(prefix="cooploan-test-"))
    folder.chmod(0o755)
    monkeypatch.setenv("COOPLOAN_DATA", str(folder))
    monkeypatch.setenv("COOPLOAN_WORK", "command")
    yield folder
    embedded.remove()
    shutil.rmtree(folder, ignore_errors=True)
