"""Write every hostile file to a folder: `python -m core.tests.hostile.build FOLDER`.

A process of its own, so that the memory it takes to make a bomb is not counted
against the reader.
"""

import subprocess
import sys
from pathlib import Path

from core.tests.hostile import all_cases

ROOT = Path(__file__).resolve().parents[3]


def main(folder: Path) -> None:
    for number, case in enumerate(all_cases()):
        (folder / str(number)).write_bytes(case.build())


def build(folder: Path) -> None:
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "core.tests.hostile.build", str(folder)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
