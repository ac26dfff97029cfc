"""From cells to records: each data row of a mapped sheet with clean values, and a problem for each cell repaired."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from core.cells import (
    CellUnreadable,
    Cleaned,
    as_date,
    as_money,
    as_number,
    as_phone,
    as_sided_money,
    as_staff_number,
    as_text,
    as_whole_number,
)
from core.money import naira
from core.workbooks import CellNote, Sheet, Value, Workbook
from onboarding.mapping import SheetMapping
from onboarding.problems import Findings
from onboarding.proposing import MONEY
from onboarding.vocabulary import LABELS

ZERO = Decimal("0.00")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[a-z]{2,}").fullmatch


@dataclass(slots=True)
class Record:
    """One data row: `values` by meaning (None where blank), `broken` the meanings that could not be read."""

    sheet: str
    row: int
    columns: dict[str, int]
    values: dict[str, object]
    broken: set[str] = field(default_factory=set)

    def get(self, meaning: str):
        return self.values.get(meaning)

    def money(self, meaning: str) -> Decimal:
        """The amount, zero where blank, "-" or unreadable."""
        return self.values.get(meaning) or ZERO

    def at(self, meaning: str | None = None) -> dict:
        """Where this is, for Findings.add."""
        return {"sheet": self.sheet, "row": self.row, "column": self.columns.get(meaning) if meaning else None}


@dataclass(slots=True)
class Records:
    """What one mapped sheet holds: its data rows and its total rows, each in order."""

    mapping: SheetMapping
    data: list[Record]
    totals: list[Record]

    def mapping_columns(self) -> list[str]:
        """The meanings that this sheet has, in the order of its columns."""
        return [column.meaning for column in self.mapping.columns if column.meaning]


def as_email(cell: Value) -> Cleaned[str | None]:
    """An e-mail address in lower case."""
    text = as_text(cell).value
    if text is None:
        return Cleaned(None)
    if not _EMAIL(text.lower()):
        raise CellUnreadable(f"“{text}” is not an e-mail address.")
    return Cleaned(text.lower())


@dataclass(frozen=True, slots=True)
class _Reader:
    read: Callable[[Value], Cleaned]
    repaired: str
    unreadable: str


_MONEY = _Reader(as_money, "amount_was_text", "amount_unreadable")
_DATE = _Reader(as_date, "date_was_text", "date_unreadable")
_TEXT = _Reader(as_text, "", "")
READERS: dict[str, _Reader] = {
    **dict.fromkeys(MONEY, _MONEY),
    "debit": _Reader(as_sided_money, "amount_was_text", "amount_unreadable"),
    "credit": _Reader(as_sided_money, "amount_was_text", "amount_unreadable"),
    "joined_on": _DATE,
    "granted_on": _DATE,
    "rate": _Reader(as_number, "number_was_text", "number_unreadable"),
    "rate_monthly": _Reader(as_number, "number_was_text", "number_unreadable"),
    "tenor": _Reader(as_whole_number, "number_was_text", "number_unreadable"),
    "months_paid": _Reader(as_whole_number, "number_was_text", "number_unreadable"),
    "phone": _Reader(as_phone, "phone_repaired", "phone_unreadable"),
    "email": _Reader(as_email, "", "email_unreadable"),
    "staff_number": _Reader(as_staff_number, "", "staff_number_odd"),  # repairs are told once zeros are put back
}
SIDED = _Reader(as_sided_money, "amount_was_text", "amount_unreadable")
OPTIONAL = frozenset(("phone", "email", "staff_number"))


def read_records(workbook: Workbook, mapping: SheetMapping, findings: Findings) -> Records:
    """Every data and total row of the sheet; cells repaired or unreadable are noted, with the row's member or loan."""
    sheet = workbook.sheet(mapping.sheet)
    columns = {column.meaning: column.index for column in mapping.columns if column.meaning}
    readers = [(meaning, index, _reader(meaning, mapping.kind)) for meaning, index in columns.items()]
    notes = {(note.row, note.column): note for note in sheet.notes}
    data, totals = [], []
    for row, cells in _rows(sheet, mapping.header_row or 0):
        kind = mapping.rows.get(row, "data")
        if kind == "note":
            text = " ".join(cell for cell in cells if isinstance(cell, str))
            findings.add(
                "row_not_understood", f"“{text[:80]}” is neither a row of figures nor a total; it was left out.",
                sheet=sheet.name, row=row,
            )  # fmt: skip
        elif kind == "total":
            totals.append(_record(sheet, row, cells, columns, readers, {}, Findings()))
        elif kind == "data":
            data.append(_record(sheet, row, cells, columns, readers, notes, findings))
    return Records(mapping, [record for record in data if record.values], totals)


def _rows(sheet: Sheet, head: int) -> Iterator[tuple[int, list[Value]]]:
    marked = {note.row for note in sheet.notes}
    for row, cells in sheet.numbered():
        if row > head and (row in marked or any(cell is not None for cell in cells)):
            yield row, cells


def _reader(meaning: str, kind: str) -> _Reader:
    if kind == "trial_balance" and meaning == "balance":
        return SIDED
    return READERS.get(meaning, _TEXT)


def _record(
    sheet: Sheet,
    row: int,
    cells: list[Value],
    columns: dict[str, int],
    readers: list[tuple[str, int, _Reader]],
    notes: dict[tuple[int, int], CellNote],
    findings: Findings,
) -> Record:
    record = Record(sheet.name, row, columns, {})
    who = {
        "member": _identity(cells, columns.get("member_number")),
        "loan": _identity(cells, columns.get("loan_number")),
    }
    for meaning, index, reader in readers:
        note = notes.get((row, index)) if notes else None
        if note is not None:
            record.broken.add(meaning)
            code = reader.unreadable if meaning in OPTIONAL else "cell_unreadable"
            findings.add(code, note.message, sheet=sheet.name, row=row, column=index, **who)
        cell = cells[index] if index < len(cells) else None
        if cell is None:
            continue
        try:
            cleaned = reader.read(cell)
        except CellUnreadable as error:
            record.broken.add(meaning)
            where = LABELS[meaning][0].upper() + LABELS[meaning][1:]
            findings.add(
                reader.unreadable or "cell_unreadable", f"{where}: {error.message}",
                sheet=sheet.name, row=row, column=index, **who,
            )  # fmt: skip
            continue
        if cleaned.value is None or cleaned.value == (None, ""):
            continue
        record.values[meaning] = cleaned.value
        if cleaned.repaired and reader.repaired:
            _tell_repair(record, meaning, cell, cleaned, reader.repaired, findings, who)
    return record


def _tell_repair(
    record: Record, meaning: str, cell: Value, cleaned: Cleaned, code: str, findings: Findings, who: dict
) -> None:
    value = cleaned.value[0] if isinstance(cleaned.value, tuple) else cleaned.value
    shown = naira(value) if code == "amount_was_text" else _plain(value)
    if code == "amount_was_text" and not isinstance(cell, str):
        code = "amount_rounded"
    findings.add(code, f"“{cell}” {cleaned.repaired}; it was read as {shown}.", **record.at(meaning), **who)


def _plain(value: object) -> str:
    if hasattr(value, "strftime"):
        return f"{value.day} {value:%B %Y}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _identity(cells: list[Value], index: int | None) -> str | None:
    cell = cells[index] if index is not None and index < len(cells) else None
    return as_text(cell).value if cell is not None else None
