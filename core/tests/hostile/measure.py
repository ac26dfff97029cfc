"""Read every file that `build` wrote and print what became of it: `python -m core.tests.hostile.measure FOLDER`."""

import json
import resource
import sys
from pathlib import Path

from core.tests.hostile import all_cases
from core.workbooks import Limits, WorkbookRefused, read_workbook

PATIENT = Limits(wall_seconds=90)  # a machine busy with other tests is no fault of the file; the processor time counts
UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in kilobytes elsewhere


def _own_peak() -> int:
    """The most memory that this program has held, in bytes.

    Linux's ru_maxrss begins with what the process that started this one held, a test run of hundreds of megabytes
    perhaps; the high-water mark of /proc is this program's own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def _spent() -> float:
    """Processor seconds of this process and its children: what a file costs, however busy the machine is."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _read(data: bytes, filename: str) -> dict:
    began = _spent()
    try:
        book = read_workbook(data, filename=filename, limits=PATIENT)
        reason, sentence = None, None
        notes = [note.code for sheet in book.sheets for note in sheet.notes]
    except WorkbookRefused as refusal:
        reason, sentence, notes = refusal.reason, refusal.message, []
    return {"reason": reason, "sentence": sentence, "notes": notes, "seconds": _spent() - began}


def main(folder: Path) -> dict:
    answers = [_read((folder / str(number)).read_bytes(), case.filename) for number, case in enumerate(all_cases())]
    peaks = [_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * UNIT]
    return {"answers": answers, "peak_bytes": sum(peaks)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
