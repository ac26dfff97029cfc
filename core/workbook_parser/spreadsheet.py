"""Cells of an XLSX as plain values, through calamine, once `container.repack` has judged the file."""

import math
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from zipfile import ZipFile

from defusedxml import DefusedXmlException, ElementTree
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from core.workbook_parser.cleaning import clean_text, formula_text
from core.workbook_parser.columns import column_index
from core.workbook_parser.container import repack
from core.workbook_parser.limits import DAMAGED, Limits, Unreadable
from core.workbook_parser.sheetscan import ROW_STRIDE, PartScan, too_long

WHOLE_UP_TO = 1e15  # beyond it a float no longer holds every whole number
RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATIONSHIP = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

NOTE_SENTENCES = {
    "formula_without_value": "This cell has a formula whose result was never saved. "
    "Open the workbook in Excel, let it calculate, and save it again.",
    "formula_as_text": "This cell holds text that a spreadsheet would run as a formula. Type the plain value.",
    "error_value": "This cell shows an Excel error such as #REF!. Correct it in the workbook.",
    "not_a_number": "This cell holds a number that cannot be read. Type it again.",
}


@dataclass(slots=True)
class PlainSheet:
    """One sheet on its way out of the reading process: JSON-ready values and notes."""

    name: str
    rows: list[list]
    hidden: bool = False
    merged: list[list[int]] = field(default_factory=list)
    notes: list[list] = field(default_factory=list)
    formulas: int = 0

    def note(self, row: int, column: int, code: str, limits: Limits) -> None:
        if len(self.notes) < limits.notes:
            self.notes.append([row, column, code, NOTE_SENTENCES[code]])


def read_xlsx(data: bytes, folder: str, limits: Limits) -> tuple[list[PlainSheet], tuple[str, ...]]:
    """Every worksheet of the file; raises Unreadable with a sentence. `folder` is a scratch directory."""
    path = os.path.join(folder, "clean.xlsx")
    scans, remarks = repack(data, path, limits)
    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise Unreadable(DAMAGED, "password") from error
    except (CalamineError, ValueError, OSError) as error:
        raise Unreadable(DAMAGED, "damaged") from error
    if len(book.sheets_metadata) > limits.sheets:
        raise Unreadable(
            f"This workbook has {len(book.sheets_metadata)} sheets; the most we read is {limits.sheets}. "
            "Copy the sheets needed to a new workbook and choose that one.",
            "too_many_sheets",
        )
    paths = _sheet_paths(path)
    sheets, letters = [], 0
    for meta in book.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        scan = scans.get(paths.get(meta.name, ""))
        if scan is None:
            raise Unreadable(DAMAGED, "damaged")
        try:
            cells = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        except (CalamineError, ValueError, OSError) as error:
            raise Unreadable(DAMAGED, "damaged") from error
        if scan.cells and not cells:
            raise Unreadable(DAMAGED, "damaged")  # the two passes disagree: better none than half of the cells
        sheet = PlainSheet(clean_text(meta.name), [], hidden=meta.visible is not SheetVisibleEnum.Visible)
        letters += _fill(sheet, cells, scan, limits)
        if letters > limits.text_characters:
            raise Unreadable(
                f"This workbook holds more than {limits.text_characters:,} letters of text. Split it.", "too_much_text"
            )
        sheets.append(sheet)
    if not sheets:
        raise Unreadable("This workbook has no sheet with cells. Choose the one that holds the figures.", "no_sheets")
    return sheets, remarks


def _fill(sheet: PlainSheet, cells: list[list], scan: PartScan, limits: Limits) -> int:
    letters = 0
    odd = scan.formulas or scan.text_formulas or scan.errors
    sheet.formulas = len(scan.formulas) + len(scan.text_formulas)
    for number, row in enumerate(cells, start=1):
        values = []
        for index, value in enumerate(row):
            if value == "":
                value = None
            elif type(value) is str:
                if len(value) > limits.cell_characters:
                    raise too_long(limits)
                value = clean_text(value) or None
                letters += len(value or "")
                if value and formula_text(value):
                    value = None
                    sheet.note(number, index, "formula_as_text", limits)
            elif type(value) is float:
                if not math.isfinite(value):
                    value = None
                    sheet.note(number, index, "not_a_number", limits)
                elif value.is_integer() and abs(value) < WHOLE_UP_TO:
                    value = int(value)
            elif isinstance(value, date):
                value = {"d": (value.date() if isinstance(value, datetime) else value).isoformat()}
            elif not isinstance(value, bool | int):
                value = str(value)  # a time of day or a length of time: the mapping will ask for a date
            else:
                value = ("FALSE", "TRUE")[value] if isinstance(value, bool) else value
            values.append(value)
        while values and values[-1] is None:
            values.pop()
        sheet.rows.append(values)
        cells[number - 1] = ()  # let the parsed row go at once
    while sheet.rows and not sheet.rows[-1]:
        sheet.rows.pop()
    if odd:
        _note_formulas(sheet, scan, limits)
    sheet.merged = [block for block in map(_block, scan.merges) if block]
    return letters


def _note_formulas(sheet: PlainSheet, scan: PartScan, limits: Limits) -> None:
    for key in sorted(scan.errors):
        row, column = divmod(key, ROW_STRIDE)
        sheet.note(row, column - 1, "error_value", limits)
    for key in sorted(scan.formulas - scan.errors):
        row, column = divmod(key, ROW_STRIDE)
        cells = sheet.rows[row - 1] if 0 < row <= len(sheet.rows) else []
        if column > len(cells) or cells[column - 1] is None:
            sheet.note(row, column - 1, "formula_without_value", limits)


def _block(reference: str) -> list[int] | None:
    corners = []
    for corner in reference.replace("$", "").split(":"):
        letters = corner.rstrip("0123456789")
        digits = corner[len(letters) :]
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3 and digits):
            return None
        corners += [int(digits), column_index(letters)]
    return corners * 2 if len(corners) == 2 else corners if len(corners) == 4 else None


def _sheet_paths(path: str) -> dict[str, str]:
    """Sheet name -> part name, by the workbook's relationships."""
    with ZipFile(path) as archive:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        except (KeyError, DefusedXmlException, ElementTree.ParseError) as error:
            raise Unreadable(DAMAGED, "damaged") from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    paths = {}
    for element in book.iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            target = targets.get(element.get(RELATIONSHIP) or element.get(STRICT_RELATIONSHIP), "")
            paths[element.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return paths
