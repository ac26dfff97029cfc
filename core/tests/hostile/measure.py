"""Read every file that `build` wrote and print what became of it: `python -m core.tests.hostile.measure FOLDER`."""

import json
import resource
import sys
import time
from pathlib import Path

from core.tests.hostile import all_cases
from core.workbooks import WorkbookRefused, read_workbook

UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in kilobytes elsewhere


def main(folder: Path) -> dict:
    answers = []
    for number, case in enumerate(all_cases()):
        data = (folder / str(number)).read_bytes()
        began = time.perf_counter()
        try:
            book = read_workbook(data, filename=case.filename)
            reason, sentence = None, None
            notes = [note.code for sheet in book.sheets for note in sheet.notes]
        except WorkbookRefused as refusal:
            reason, sentence, notes = refusal.reason, refusal.message, []
        answers.append({"reason": reason, "sentence": sentence, "notes": notes, "seconds": time.perf_counter() - began})
    peaks = [resource.getrusage(who).ru_maxrss * UNIT for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"answers": answers, "peak_bytes": sum(peaks)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
