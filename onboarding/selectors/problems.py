"""The problems of a dry run as the pages list them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from onboarding.models import BookImport
from onboarding.problems import CATALOGUE, Grade

GRADES = {Grade.ERROR: "Error", Grade.WARNING: "Warning", Grade.REPAIRED: "Repaired"}
GRADE_HELP = {
    Grade.ERROR: "a person must decide",
    Grade.WARNING: "worth a look",
    Grade.REPAIRED: "put right by itself",
}
UNFITTING = "Something that does not fit into the register"


@dataclass(frozen=True, slots=True)
class Found:
    """One problem as a page shows it."""

    sheet: str
    row: int | None
    column: str
    grade: str
    code: str
    message: str
    member: str
    loan: str
    blocks: bool

    @property
    def title(self) -> str:
        return title_of(self.code)

    @property
    def stops(self) -> str:
        return "It stops the posting" if self.blocks else ""

    @property
    def grade_label(self) -> str:
        return GRADES[self.grade]

    @property
    def tone(self) -> str:
        return {Grade.ERROR: "bad", Grade.WARNING: "warn", Grade.REPAIRED: "good"}[self.grade]

    @property
    def cell(self) -> str:
        if self.row is None:
            return ""
        return f"{self.column}{self.row}" if self.column else f"row {self.row}"


def title_of(code: str) -> str:
    return CATALOGUE[code].title if code in CATALOGUE else UNFITTING


def problems_of(book_import: BookImport) -> list[Found]:
    """Errors first, then warnings, then what was repaired; each grade in the workbook's order."""
    order = list(GRADES)
    found = [
        Found(
            each["sheet"], each["row"], each["column"], each["grade"], each["code"], each["message"],
            each["member"] or "", each["loan"] or "", each["blocks"],
        )
        for each in book_import.findings["problems"]
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.blocks, order.index(Grade(each.grade))))


def narrowed(found: list[Found], *, grade: str = "", code: str = "", sheet: str = "") -> list[Found]:
    """The problems of one grade, one kind, one sheet; an empty word narrows nothing."""
    return [
        each
        for each in found
        if (not grade or each.grade == grade) and (not code or each.code == code) and (not sheet or each.sheet == sheet)
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


def choices_of(found: list[Found], *, grade: str, code: str, sheet: str) -> dict[str, list[Choice]]:
    """What the list can be narrowed to, with how many there are of each."""
    codes = Counter(each.code for each in narrowed(found, grade=grade, sheet=sheet))
    sheets = Counter(each.sheet for each in narrowed(found, grade=grade, code=code) if each.sheet)
    return {
        "codes": [
            Choice(each, f"{title_of(each)} ({count:,})", each == code)
            for each, count in sorted(codes.items(), key=lambda pair: title_of(pair[0]))
        ],
        "sheets": [Choice(each, f"{each} ({count:,})", each == sheet) for each, count in sheets.items()],
    }


def grades_of(book_import: BookImport) -> list[dict]:
    """How many problems there are of each grade."""
    counts = book_import.findings["grades"]
    return [
        {"grade": str(grade), "label": f"{label}s" if grade != Grade.REPAIRED else label, "count": counts[str(grade)],
         "help": GRADE_HELP[grade]}
        for grade, label in GRADES.items()
    ]  # fmt: skip


def blocking_of(book_import: BookImport) -> int:
    return sum(1 for each in book_import.findings["problems"] if each["blocks"])
