"""Bring every hostile file to the page, and one of each reason to the command, in a process that is measured.

`python -m onboarding.tests.door FOLDER USER`: FOLDER holds what `core.tests.hostile.build` wrote, USER is the key of
an officer of the database that COOPLOAN_DB names. Prints what became of each file, and the most memory that
reading them took.
"""

import html
import json
import re
import resource
import sys
import time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from audit.models import Event  # noqa: E402
from core.tests.hostile import Case, all_cases  # noqa: E402
from members.models import Member  # noqa: E402
from onboarding.models import BookImport  # noqa: E402
from users.models import User  # noqa: E402
from users.testing import sign_in  # noqa: E402

UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in kilobytes elsewhere
SUMMARY = re.compile(r'<section class="errs".*?<ul>(.*?)</ul>', re.DOTALL)


def _stored() -> tuple[int, int, int]:
    return BookImport.objects.count(), Event.objects.count(), Member.objects.count()


def _spent() -> tuple[float, float]:
    """Seconds by the clock, and seconds of work by this process and its children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _since(began: tuple[float, float]) -> dict:
    now = _spent()
    return {"seconds": now[0] - began[0], "work": now[1] - began[1]}


def by_page(client: Client, case: Case, data: bytes) -> dict:
    """What the upload page says: the sentence beside the field, None where the file was taken."""
    before, began = _stored(), _spent()
    answer = client.post(reverse("onboarding:upload"), {"file": SimpleUploadedFile(case.filename, data)})
    spent = _since(began)
    told = SUMMARY.search(answer.content.decode())
    sentence = html.unescape(re.sub(r"<[^>]+>", "", told[1])).strip() if told else None
    return {"status": answer.status_code, "sentence": sentence, "kept": before == _stored()} | spent


def by_command(case: Case, path: Path) -> dict:
    """How the dry run ends: the sentence of its refusal, None where it ended well."""
    before, began, sentence = _stored(), _spent(), None
    with TemporaryDirectory() as folder:
        named = Path(folder) / case.filename.replace("/", "_")
        named.symlink_to(path)
        try:
            call_command("import_society", str(named), "--dry-run", "--json", stdout=StringIO())
        except CommandError as refused:
            sentence = str(refused)
    spent = _since(began)
    return {"sentence": sentence, "kept": before == _stored()} | spent


def main(folder: Path, user: int) -> dict:
    client = Client(SERVER_NAME="localhost")
    sign_in(client, User.objects.get(pk=user))
    client.get(reverse("onboarding:upload"))
    at_rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
    answers, reasons = [], set()
    for number, case in enumerate(all_cases()):
        path = folder / str(number)
        answer = {"page": by_page(client, case, path.read_bytes())}
        # The same reader stands behind both: by command one file of each reason.
        if case.refused not in reasons:
            reasons.add(case.refused)
            answer["command"] = by_command(case, path)
        answers.append(answer)
    peaks = [resource.getrusage(who).ru_maxrss * UNIT for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # What the files took: the reading children, and what this process grew by since it stood ready.
    return {"answers": answers, "peak_bytes": peaks[1] + peaks[0] - at_rest}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
