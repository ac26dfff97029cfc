"""Hostile and broken workbooks at the door, by page and by command: a sentence, nothing stored, time and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from core.tests.hostile import all_cases

ROOT = Path(settings.BASE_DIR)
SECONDS, BYTES = 5, 600_000_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_hostile_file_is_refused_at_the_door_with_a_sentence(hostile_files, fresh_database, cast):
    """One test for all: making the bombs costs more than refusing them."""
    done = subprocess.run(
        [sys.executable, "-m", "onboarding.tests.door", str(hostile_files), str(cast.officer.pk)],
        cwd=ROOT, env=os.environ | {"COOPLOAN_DB": fresh_database}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    measured = json.loads(done.stdout)
    # On a machine that is busy with something else the clock measures that; the work is the file's own.
    is_quiet = os.getloadavg()[0] < (os.cpu_count() or 1) + 1
    wrong = []
    for case, answer in zip(all_cases(), measured["answers"], strict=True):
        for way, told in answer.items():
            sentence = told["sentence"]
            if bool(sentence) != bool(case.refused):
                wrong.append((case.name, way, "refused" if sentence else "taken", sentence))
            elif sentence and not (sentence.endswith(".") and len(sentence.split()) > 6):
                wrong.append((case.name, way, "is no sentence", sentence))
            if case.refused and told["work"] >= SECONDS:
                wrong.append((case.name, way, "took too much work", told["work"]))
            if case.refused and is_quiet and told["seconds"] >= SECONDS:
                wrong.append((case.name, way, "took too long", told["seconds"]))
            if not told["kept"] and (case.refused or way == "command"):
                wrong.append((case.name, way, "left something behind"))
        if answer["page"]["status"] != (200 if case.refused else 302):
            wrong.append((case.name, "page", "answered", answer["page"]["status"]))
    assert sum(1 for case in all_cases() if case.refused) >= 50
    assert wrong == [], json.dumps(wrong, indent=1)
    assert measured["peak_bytes"] < BYTES
