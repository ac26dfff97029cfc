from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from core.dates import business_date
from core.display import naira
from core.errors import DomainError
from core.workbooks import LIMITS, read_workbook
from onboarding.books import Analysis, TieOut
from onboarding.problems import GRADE_ORDER
from onboarding.services import bring_books, look_at, post_books, propose_books
from users.selectors import person


class Command(BaseCommand):
    help = "Read a society's own workbook and list every problem; with --post, put its books in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the workbook: XLSX or CSV")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="only look; this is what happens without --post too")
        what.add_argument("--post", action="store_true", help="put the books in")
        parser.add_argument("--by", help="who proposes them: a sign-in name or e-mail address; needed with --post")
        parser.add_argument("--approved-by", help="who approves them: another person; needed with --post")
        parser.add_argument("--json", action="store_true", help="print plain data")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if options["post"] and not (options["by"] and options["approved_by"]):
            raise CommandError("Two people put the books in: say --by USER and --approved-by USER.")
        try:
            data = self._read(path)
            analysis = look_at(data=data, file_name=path.name, on=business_date()).analysis
            if options["post"]:
                self._post(data, path.name, options)
        except (DomainError, ObjectDoesNotExist) as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(
                json.dumps(analysis.to_json() | {"posted": options["post"]}, ensure_ascii=False, indent=1)
            )
        else:
            self._tell(analysis, posted=options["post"])

    def _read(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > LIMITS.packed_bytes:
                read_workbook(path, filename=path.name)  # refuses it unread, in its own words
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    @transaction.atomic
    def _post(self, data: bytes, name: str, options: dict[str, Any]) -> None:
        """All three steps or none: what is refused at the last leaves nothing behind."""
        proposer, approver = person(options["by"]), person(options["approved_by"])
        book_import = bring_books(data=data, file_name=name, by=proposer, at=now(), on=business_date())
        propose_books(book_import=book_import, by=proposer, at=now(), on=business_date())
        post_books(book_import=book_import, by=approver, at=now(), on=business_date())

    def _tell(self, analysis: Analysis, *, posted: bool) -> None:
        for problem in sorted(analysis.problems, key=lambda problem: GRADE_ORDER[problem.grade]):
            where = ", ".join(
                part for part in (problem.sheet, f"row {problem.row}" if problem.row else "", problem.column) if part
            )
            who = " ".join(part for part in (problem.member, problem.loan) if part)
            self.stdout.write(f"{problem.grade:<9} {where:<26} {who:<22} {problem.message}")
        self.stdout.write("")
        for name, value in analysis.totals.items():
            self.stdout.write(f"{name:<14}{value if isinstance(value, int) else naira(value):>22}")
        for line in analysis.tie_out:
            self.stdout.write(f"{line.what}: {_said_of(line)}")
        self.stdout.write("The books are in." if posted else "Nothing was stored: this was only a look.")


def _said_of(line: TieOut) -> str:
    """How an account of the trial balance stands to the members' own figures."""
    if line.control is None:
        return "the trial balance has no such line"
    if not line.difference:
        return f"ties at {naira(line.members)}"
    because = "; ".join(line.causes) or "no cause was found"
    return f"the trial balance has {naira(abs(line.difference))} {'more' if line.difference > 0 else 'less'}: {because}"
