"""Write every hostile file to a folder: `python -m core.tests.hostile.build FOLDER`.

A process of its own, so that the memory it takes to make a bomb is not counted
against the reader.
"""

import sys
from pathlib import Path

from core.tests.hostile import all_cases


def main(folder: Path) -> None:
    for number, case in enumerate(all_cases()):
        (folder / str(number)).write_bytes(case.build())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
