"""Sheets that leave the house: XLSX that opens clean, and CSV, in which no cell is ever a formula.

Text that a spreadsheet would run (a leading =, +, -, @, tab or carriage return)
is kept as text: by its cell type and quote mark in XLSX, by an apostrophe in CSV.
Totals are written as values for the same reason.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, TextIO

import xlsxwriter

from core.money import KOBO

Value = str | Decimal | int | date | None

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
MONEY_FORMAT = "#,##0.00;[Red]-#,##0.00"
DATE_FORMAT = "dd mmm yyyy"
WIDTHS = {"text": 24, "money": 16, "whole": 9, "date": 13, "number": 18}
CELL_CHARACTERS = 32_767
SHEET_NAME_CHARACTERS = 31


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export.

    `kind` is `text`, `number` (a name made of figures, such as a staff number: kept as text), `money`,
    `whole` or `date`; `total` sums a money or whole column in the last row; `width` is in characters.
    """

    heading: str
    kind: str = "text"
    total: bool = False
    width: int | None = None


@dataclass(frozen=True, slots=True)
class ExportSheet:
    """One sheet: title lines, the heading row, the rows, a totals row where a column asks for one, notes below."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    titles: Sequence[str] = ()
    notes: Sequence[str] = ()
    total_label: str = "TOTAL"


def neutralised(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would otherwise run it as a formula."""
    bare = text.lstrip(" \x00\u00a0\u200b\ufeff")
    return f"'{text}" if text.startswith(RISKY) or bare.startswith(RISKY) else text


def write_xlsx(target: str | BinaryIO, sheets: ExportSheet | Sequence[ExportSheet], *, at: datetime) -> None:
    """Write the sheets to a path or a binary file; `at` is the moment printed in the file's properties.

    Money and counts are numbers, everything else is text; the same rows at the same moment give the same bytes.
    """
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": DATE_FORMAT,
        },
    )
    book.set_properties({"created": at.replace(tzinfo=None)})
    formats = _Formats(book)
    used: set[str] = set()
    for sheet in [sheets] if isinstance(sheets, ExportSheet) else sheets:
        _write_sheet(book, sheet, formats, used)
    book.close()


def write_csv(target: TextIO, sheet: ExportSheet) -> None:
    """Write the heading, the rows and the totals row as CSV; titles and notes stay out: machines read it."""
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([neutralised(column.heading) for column in sheet.columns])
    totals = _Totals(sheet.columns)
    for row in sheet.rows:
        totals.add(row)
        writer.writerow([_csv_cell(value) for value in row])
    if totals.wanted:
        writer.writerow([_csv_cell(value) for value in totals.row(sheet.total_label)])


def csv_bytes(sheet: ExportSheet) -> bytes:
    """The CSV as UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    write_csv(out, sheet)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheets: ExportSheet | Sequence[ExportSheet], *, at: datetime) -> bytes:
    """The XLSX in memory, for a download."""
    out = io.BytesIO()
    write_xlsx(out, sheets, at=at)
    return out.getvalue()


class _Totals:
    def __init__(self, columns: Sequence[Column]) -> None:
        self.sums: dict[int, Decimal | int] = {
            index: Decimal("0.00") if column.kind == "money" else 0
            for index, column in enumerate(columns)
            if column.total
        }
        self.width = len(columns)

    @property
    def wanted(self) -> bool:
        return bool(self.sums)

    def add(self, row: Sequence[Value]) -> None:
        if len(row) != self.width:
            raise ValueError(f"a row of {len(row)} cells under {self.width} headings")
        for index in self.sums:
            self.sums[index] += row[index] or 0

    def row(self, label: str) -> list[Value]:
        first = min(self.sums)
        cells: list[Value] = [self.sums.get(index) for index in range(self.width)]
        if first:
            cells[0] = label
        return cells


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.note = book.add_format({"italic": True})
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8ECF4"}
        self.head = book.add_format(head)
        self.head_right = book.add_format(head | {"align": "right"})
        self.plain = {
            "text": None,
            "number": book.add_format({"num_format": "@"}),
            "money": book.add_format({"num_format": MONEY_FORMAT}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "date": book.add_format({"num_format": DATE_FORMAT, "align": "left"}),
        }
        total = {"bold": True, "top": 1, "bottom": 6}
        self.total = {
            "text": book.add_format(total),
            "money": book.add_format(total | {"num_format": MONEY_FORMAT}),
            "whole": book.add_format(total | {"num_format": "#,##0"}),
        }
        self.quoted = book.add_format({"quote_prefix": True})


def _write_sheet(book: xlsxwriter.Workbook, sheet: ExportSheet, formats: _Formats, used: set[str]) -> None:
    page = book.add_worksheet(_sheet_name(sheet.name, used))
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width or max(WIDTHS[column.kind], min(len(column.heading) + 2, 30)))
    line = 0
    for title in sheet.titles:
        page.write_string(line, 0, title, formats.title)
        line += 1
    head = line
    for index, column in enumerate(sheet.columns):
        right = column.kind in ("money", "whole")
        page.write_string(head, index, column.heading, formats.head_right if right else formats.head)
    totals = _Totals(sheet.columns)
    line += 1
    for row in sheet.rows:
        totals.add(row)
        for index, value in enumerate(row):
            _write_cell(page, line, index, value, sheet.columns[index].kind, formats)
        line += 1
    if line > head + 1:
        page.autofilter(head, 0, line - 1, len(sheet.columns) - 1)
    if totals.wanted:
        for index, value in enumerate(totals.row(sheet.total_label)):
            kind = sheet.columns[index].kind if index in totals.sums else "text"
            if isinstance(value, str) or value is None:
                page.write_string(line, index, value or "", formats.total["text"])
            else:
                page.write_number(line, index, value, formats.total[kind])
        line += 1
    for note in sheet.notes:
        page.write_string(line + 1, 0, note, formats.note)
        line += 1
    page.freeze_panes(head + 1, 0)
    page.repeat_rows(head)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _write_cell(page, line: int, index: int, value: Value, kind: str, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        text = value[:CELL_CHARACTERS]
        risky = neutralised(text) != text
        page.write_string(
            line, index, text, formats.quoted if risky else formats.plain["text" if kind != "number" else kind]
        )
    elif isinstance(value, bool):
        page.write_string(line, index, "yes" if value else "no")
    elif isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        page.write_datetime(line, index, moment.replace(tzinfo=None), formats.plain["date"])
    elif kind in ("money", "whole"):
        page.write_number(line, index, value, formats.plain[kind])
    else:
        page.write_string(line, index, format(value, "f") if isinstance(value, Decimal) else str(value))


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, Decimal):
        return format(value.quantize(KOBO) if value == value.quantize(KOBO) else value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, not a repeat of another."""
    clean = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip(" '")[:SHEET_NAME_CHARACTERS]
    clean, number = clean or "Sheet", 1
    while clean.casefold() in used:
        number += 1
        clean = f"{clean[: SHEET_NAME_CHARACTERS - 4]} {number}"
    used.add(clean.casefold())
    return clean
