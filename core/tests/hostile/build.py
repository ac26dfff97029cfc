"""Write every hostile file to a folder: `python -m core.tests.hostile.build FOLDER`.

A process of its own, so that the memory it takes to make a bomb is not counted
against the reader.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

from core.tests.hostile import all_cases

ROOT = Path(__file__).resolve().parents[3]


def main(folder: Path) -> None:
    for number, case in enumerate(all_cases()):
        (folder / str(number)).write_bytes(case.build())


def build_once(shared: Path) -> Path:
    """The folder of the files under `shared`, written by whichever process comes first; the others wait for it."""
    folder, building = shared / "hostile", shared / "hostile-building"
    with (shared / "hostile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            building.mkdir()
            subprocess.run([sys.executable, "-m", "core.tests.hostile.build", str(building)], cwd=ROOT, check=True)
            building.rename(folder)
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]))
