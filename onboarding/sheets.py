"""The sheets of a workbook as the page of their meaning shows them: columns with samples, and the form of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from core.display import plural
from onboarding.forms.books import MOST_COLUMNS, SHEET_KINDS, SheetForm
from onboarding.mapping import ColumnMapping, Mapping, SheetMapping
from onboarding.models import BookImport

SURE, LIKELY = 93, 60


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column: its heading, what its first cells say, and what we take it for."""

    column: ColumnMapping
    samples: str
    control: SafeString | str

    @property
    def heading(self) -> str:
        return f"{self.column.letter}: {self.column.header}" if self.column.header else self.column.letter

    @property
    def sureness(self) -> str:
        return _how_sure(self.column)[0]

    @property
    def tone(self) -> str:
        return _how_sure(self.column)[1]

    @property
    def reason(self) -> str:
        return self.column.reason


def _how_sure(column: ColumnMapping) -> tuple[str, str]:
    if not column.meaning:
        return "Not used", "idle"
    if column.confidence >= SURE:
        return "Sure", "good"
    return ("Likely", "info") if column.confidence >= LIKELY else ("Check it", "warn")


@dataclass(frozen=True, slots=True)
class SheetShown:
    """One sheet with its form; `is_open` where a person should look at once."""

    place: int
    sheet: SheetMapping
    form: SheetForm
    columns: list[ColumnShown]
    accounts: list[dict]
    rows: list[dict]
    is_open: bool

    @property
    def kind(self) -> str:
        return SHEET_KINDS[self.sheet.kind]

    @property
    def is_used(self) -> bool:
        return self.sheet.kind != "ignore"

    @property
    def told(self) -> str:
        """What is there, in a line."""
        if not self.is_used:
            return self.sheet.reason or "This sheet is not read."
        used = [column for column in self.sheet.columns if column.meaning]
        unsure = sum(1 for column in used if column.confidence < SURE)
        of, aside = plural(len(self.sheet.columns), "column"), len(self.sheet.rows)
        more = f", {plural(aside, 'row')} set aside" if aside else ""
        sure = f"{unsure:,} to check" if unsure else "all sure"
        return f"Headings in row {self.sheet.header_row}, {len(used)} of {of} used, {sure}{more}."

    @property
    def more_columns(self) -> int:
        return max(len(self.sheet.columns) - MOST_COLUMNS, 0) if self.is_used else 0


def sheets_of(book_import: BookImport, *, data: Any = None, place: int | None = None) -> list[SheetShown]:
    """Every sheet in the workbook's order; the one at `place` is bound to what was sent."""
    outlook = book_import.findings["outlook"]
    mapping = Mapping.from_json(book_import.mapping)
    shown = []
    for at, sheet in enumerate(mapping.sheets):
        form = SheetForm(data if at == place else None, place=at, sheet=sheet, accounts=outlook["accounts"])
        shown.append(
            SheetShown(
                at,
                sheet,
                form,
                _columns(sheet, form, outlook["samples"].get(sheet.sheet, [])),
                _accounts(form),
                _rows(form, outlook["asides"].get(sheet.sheet, {})),
                is_open=at == place or _wants_a_look(sheet),
            )
        )
    return shown


def _columns(sheet: SheetMapping, form: SheetForm, samples: list) -> list[ColumnShown]:
    below = [cells for row, cells in samples if row != sheet.header_row]
    shown = []
    for column in sheet.columns[:MOST_COLUMNS] if sheet.kind != "ignore" else ():
        cells = [cells[column.index] for cells in below if column.index < len(cells) and cells[column.index]]
        shown.append(ColumnShown(column, ", ".join(cells) or "empty at first", _control(form, f"c{column.index}")))
    return shown


def _accounts(form: SheetForm) -> list[dict]:
    """The lines of a trial balance, each with the choice of what it is."""
    return [
        {
            "name": name, "row": f"row {row}", "debit": Decimal(debit) or None, "credit": Decimal(credit) or None,
            "control": _control(form, f"a{row}"),
        }
        for _, row, name, _, debit, credit in form.accounts
    ]  # fmt: skip


def _rows(form: SheetForm, said: dict[str, str]) -> list[dict]:
    """The rows that are no data, each with the choice of what it is."""
    return [
        {"row": f"Row {name[1:]}", "said": said.get(name[1:], ""), "control": _control(form, name)}
        for name in form.fields
        if name[0] == "r" and name[1:].isdecimal()
    ]


def _control(form: SheetForm, name: str) -> SafeString:
    return SafeString(str(form[name]))


def _wants_a_look(sheet: SheetMapping) -> bool:
    return sheet.kind != "ignore" and any(column.meaning and column.confidence < SURE for column in sheet.columns)
