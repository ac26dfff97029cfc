"""Reading a return: every row becomes part of a line, a total to check, or a problem. None is passed over."""

import re
from dataclasses import dataclass
from decimal import Decimal

from core.cells import CellUnreadable, as_money, as_staff_number
from core.workbook_parser.columns import column_index, column_letter
from core.workbooks import Sheet, Value, Workbook
from reconciliation.returns.detecting import detect_layout
from reconciliation.returns.layouts import ELEMENT_COLUMNS, ELEMENT_ROWS, ELEMENT_SHEETS, Layout, heading
from reconciliation.returns.model import (
    ERROR,
    NOTHING,
    REPAIRED,
    WARNING,
    ParsedReturn,
    Part,
    Problem,
    StatedTotal,
)
from reconciliation.returns.people import Gathering
from reconciliation.returns.periods import period_in

TOTAL = re.compile(r"\bTOTALS?\b|\b(BROUGHT|CARRIED) FORWARD\b|^((BALANCE|AMOUNT) )?[BC] ?F(WD)?$")
PERIOD_WORDS = re.compile(r"\b(PERIOD|MONTH)\b")
PLAIN_FIGURES = re.compile(r"\d+(\.\d\d?)?")


def read_return(workbook: Workbook, layout: Layout | None = None) -> ParsedReturn:
    """Read an employer's return as it is, by the stored layout or by one told from its headings.

    The sum of the lines is `file_total`; totals that the file states are set
    beside it, and one that does not agree is a problem. An amount that cannot
    be read is an error and no part of any line. Raises nothing: a file in which
    nobody is found comes back with an error that says so.
    """
    chosen = layout or detect_layout(workbook)
    if chosen is None:
        return _without_headings(workbook)
    reader = _Reader(chosen)
    for sheet in workbook.sheets:
        reader.read_sheet(sheet)
    return reader.result(workbook)


def _without_headings(workbook: Workbook) -> ParsedReturn:
    names = ", ".join(sheet.name for sheet in workbook.sheets)
    problem = Problem(
        ERROR,
        "no_headings",
        names,
        "No row has headings for a staff number or name and for an amount. "
        "Tell us which column is which, and we keep it for this employer.",
    )
    return ParsedReturn((), NOTHING, (), (problem,), Layout())


@dataclass(slots=True)
class _Columns:
    """Which column of the sheet holds what, from its last row of headings."""

    staff_no: int | None = None
    name: int | None = None
    name_rest: int | None = None
    element: int | None = None
    period: int | None = None
    row_total: int | None = None
    amounts: dict[int, str] | None = None  # column -> element

    @property
    def first_amount(self) -> int:
        return min(self.amounts)


class _Reader:
    def __init__(self, layout: Layout):
        self.layout = layout
        self.gathering = Gathering(by_element=layout.shape in (ELEMENT_SHEETS, ELEMENT_ROWS))
        self.problems: list[Problem] = []
        self.totals: list[StatedTotal] = []
        self.periods: dict[str, tuple[str, int]] = {}
        self.sheets_read: list[str] = []
        self.file_sum = NOTHING

    def result(self, workbook: Workbook) -> ParsedReturn:
        lines = self.gathering.lines()
        if not lines:
            names = ", ".join(sheet.name for sheet in workbook.sheets)
            message = (
                "No row with a person and an amount was found in this file. "
                "If the employer has new headings, put them into its format."
            )
            self._note(ERROR, "nobody_found", names, message)
        if len(self.periods) > 1:
            places = ", ".join(f"{period} (row {row} of {sheet})" for period, (sheet, row) in self.periods.items())
            self._note(
                WARNING, "several_periods", workbook.sheets[0].name, f"The file speaks of several months: {places}."
            )
        period = next(iter(self.periods)) if len(self.periods) == 1 else None
        total = sum((line.amount for line in lines), NOTHING)
        return ParsedReturn(
            lines, total, tuple(self.totals), tuple(self.problems), self.layout, period, tuple(self.sheets_read)
        )

    # A sheet, row by row

    def read_sheet(self, sheet: Sheet) -> None:
        figures = any(isinstance(cell, Decimal) for cells in sheet.rows for cell in cells)
        if heading(sheet.name) in map(heading, self.layout.skip_sheets):
            if figures:
                self._note(WARNING, "sheet_skipped", sheet.name, "This sheet is left out by the employer's format.")
            return
        self.sheet, self.columns = sheet, self._fixed_columns()
        self.sheet_sum = self.since_total = NOTHING
        self.notes = {(note.row, note.column): note for note in sheet.notes}
        noted = {note.row for note in sheet.notes}
        self.element = self.layout.element_for(sheet.name) if self.layout.shape == ELEMENT_SHEETS else ""
        for row, cells in sheet.numbered():
            if row in noted or any(cell not in (None, "") for cell in cells):
                self._read_row(row, cells)
        if self.columns:
            self.sheets_read.append(sheet.name)
            self._note_unusual_sheet(sheet)
        elif figures:
            self._note(
                WARNING,
                "sheet_not_read",
                sheet.name,
                "This sheet has figures but no headings for people and amounts, so nothing of it was read. "
                "If people stand here, name its columns in the employer's format.",
            )

    def _note_unusual_sheet(self, sheet: Sheet) -> None:
        if sheet.hidden:
            self._note(WARNING, "hidden_sheet", sheet.name, "This sheet is hidden and was read. Look at it.")
        known = [heading(name) for name in self.layout.elements]
        if self.layout.shape == ELEMENT_SHEETS and known and heading(sheet.name) not in known:
            self._note(
                WARNING,
                "new_sheet",
                sheet.name,
                "This sheet is new for this employer and was read as a further element. "
                "If it repeats the other sheets, leave it out in the employer's format.",
            )

    def _read_row(self, row: int, cells: list[Value]) -> None:
        fresh = self._columns_of(cells) if not self.layout.columns else None
        if fresh:
            self.columns = fresh  # the headings stand again at the top of each printed page
        elif self.columns is None or row < self.layout.first_row:
            self._see_period(row, cells)
        elif label := self._total_label(cells):
            self._check_total(row, cells, label)
        else:
            self._read_person(row, cells)

    def _fixed_columns(self) -> _Columns | None:
        if not self.layout.columns:
            return None
        at = {role: column_index(letter) for role, letter in self.layout.columns.items()}
        amounts = {at["amount"]: ""} if "amount" in at else {}
        if self.layout.shape == ELEMENT_COLUMNS:
            amounts = {column_index(letter): element for letter, element in self.layout.element_columns.items()}
        plain = {role: at.get(role) for role in ("staff_no", "name", "name_rest", "element", "period", "row_total")}
        return _Columns(**plain, amounts=amounts)

    def _columns_of(self, cells: list[Value]) -> _Columns | None:
        """The columns that this row of headings names, None when it is no row of headings."""
        labels = {}
        for at, cell in enumerate(cells):
            if isinstance(cell, str) and (label := heading(cell)):
                labels.setdefault(label, at)

        def find(wanted: tuple[str, ...]) -> int | None:
            return next((labels[one] for one in map(heading, wanted) if one in labels), None)

        if self.layout.shape == ELEMENT_COLUMNS:
            named = {heading(label): element for label, element in self.layout.element_columns.items()}
            amounts = {at: named[label] for label, at in labels.items() if label in named}
        else:
            at = find(self.layout.amount)
            amounts = {} if at is None else {at: ""}
        staff_no, name = find(self.layout.staff_no), find(self.layout.name)
        if not amounts or (staff_no is None and name is None):
            return None
        rest, element, period = find(self.layout.name_rest), find(self.layout.element), find(self.layout.period)
        return _Columns(staff_no, name, rest, element, period, find(self.layout.row_total), amounts)

    def _see_period(self, row: int, cells: list[Value]) -> None:
        """Note the month of a title; a bare date counts only where the row calls it a period, not one of printing."""
        called = any(PERIOD_WORDS.search(heading(cell)) for cell in cells)
        for cell in cells:
            if (called or isinstance(cell, str)) and (period := period_in(cell)):
                self.periods.setdefault(period, (self.sheet.name, row))

    # Totals

    def _total_label(self, cells: list[Value]) -> str:
        """The words of a row of totals; a row with a person's number or name is none, whatever else it says."""
        for at in (self.columns.staff_no, self.columns.name):
            written = _cell(cells, at)
            if written not in (None, "") and not TOTAL.search(heading(written)):
                return ""
        words = [cell for cell in cells if isinstance(cell, str) and TOTAL.search(heading(cell))]
        return words[0].strip() if words else ""

    def _check_total(self, row: int, cells: list[Value], label: str) -> None:
        columns = self.columns
        at = columns.row_total if columns.row_total is not None else columns.first_amount
        shown = [_money(_cell(cells, one)) for one in ([at] if columns.row_total is not None else columns.amounts)]
        if all(one is None for one in shown):
            self._note(
                WARNING,
                "total_not_read",
                self.sheet.name,
                f"The row “{label}” has no total that can be read. Check the sum of this sheet yourself.",
                row,
                at,
            )
            return
        stated = sum((one for one in shown if one is not None), NOTHING)
        counted = [self.sheet_sum, self.since_total, self.file_sum]
        agrees = stated in counted
        nearest = stated if agrees else self.sheet_sum
        self.totals.append(StatedTotal(self.sheet.name, row, label, stated, nearest))
        if not agrees:
            gap, word = abs(stated - nearest), "more" if stated > nearest else "less"
            self._note(
                ERROR,
                "total_disagrees",
                self.sheet.name,
                f"“{label}” says {stated:,.2f}, the rows of this sheet add up to {nearest:,.2f}: the total is "
                f"{gap:,.2f} {word}. Ask the employer which is right before posting.",
                row,
                at,
            )
        self.since_total = NOTHING

    # People

    def _read_person(self, row: int, cells: list[Value]) -> None:
        columns = self.columns
        staff_no = self._staff_no(row, _cell(cells, columns.staff_no))
        written = [_cell(cells, at) for at in (columns.name, columns.name_rest) if at is not None]
        name = " ".join(str(part).strip() for part in written if part not in (None, ""))
        amounts = {at: _cell(cells, at) for at in columns.amounts}
        filled = {at: value for at, value in amounts.items() if value not in (None, "") or (row, at) in self.notes}
        if not filled and not staff_no:
            text = " ".join(str(cell).strip() for cell in cells if cell not in (None, ""))
            message = f"No number and no amount, so this row was not read: “{text[:80]}”. Look whether it is a person."
            self._note(WARNING, "row_not_read", self.sheet.name, message, row)
            return
        if not filled:
            who = f"{name or staff_no} has no amount. Enter it, or enter 0 if nothing was deducted."
            self._note(ERROR, "no_amount", self.sheet.name, who, row, columns.first_amount)
            return
        parts = self._parts(row, cells, filled, name or staff_no or "this row")
        if not parts:
            return
        self._note_missing_identity(row, staff_no, name)
        if columns.period is not None and (period := period_in(_cell(cells, columns.period))):
            self.periods.setdefault(period, (self.sheet.name, row))
        self._check_row_total(row, cells, parts, name or staff_no)
        self.gathering.add(staff_no, name, parts)
        added = sum((part.amount for part in parts), NOTHING)
        self.sheet_sum += added
        self.since_total += added
        self.file_sum += added

    def _staff_no(self, row: int, value: Value) -> str:
        try:
            staff_no = as_staff_number(value).value or ""
        except CellUnreadable as unreadable:
            self._note(
                WARNING, "staff_number_not_read", self.sheet.name, unreadable.message, row, self.columns.staff_no
            )
            return ""
        if not staff_no.isdigit() or len(staff_no) >= self.layout.staff_no_width:
            return staff_no
        whole = staff_no.zfill(self.layout.staff_no_width)
        message = f"Staff number {staff_no} lost its zeros and was read as {whole}."
        self._note(REPAIRED, "zeros_lost", self.sheet.name, message, row, self.columns.staff_no)
        return whole

    def _parts(self, row: int, cells: list[Value], filled: dict[int, Value], who: str) -> list[Part]:
        """The row's amounts; nothing in a column of its own is no part, unless the row has nothing at all."""
        read = {at: self._amount(row, at, value, who) for at, value in filled.items()}
        read = {at: amount for at, amount in read.items() if amount is not None}
        amounts = {at: amount for at, amount in read.items() if amount} or dict(list(read.items())[:1])
        parts = []
        for at, amount in amounts.items():
            self._note_odd_amount(row, at, amount, who)
            parts.append(Part(self.sheet.name, row, self._element(row, cells, at), amount))
        return parts

    def _amount(self, row: int, at: int, value: Value, who: str) -> Decimal | None:
        """The amount in a filled cell, with a dash as nothing; None, and an error told, where none can be read."""
        try:
            if note := self.notes.get((row, at)):
                raise CellUnreadable(note.message)
            cleaned = as_money(value)
        except CellUnreadable as unreadable:
            message = f"{unreadable.message} It is what was deducted from {who}."
            self._note(ERROR, "amount_not_read", self.sheet.name, message, row, at)
            return None
        if cleaned.repaired and isinstance(value, Decimal):
            self._note(WARNING, "rounded", self.sheet.name, f"{value} for {who} {cleaned.repaired}.", row, at)
        elif cleaned.repaired and not PLAIN_FIGURES.fullmatch(value.strip()):
            message = f"“{value}” for {who} {cleaned.repaired}; it counts as {cleaned.value:,.2f}."
            self._note(REPAIRED, "amount_as_text", self.sheet.name, message, row, at)
        return NOTHING if cleaned.value is None else cleaned.value

    def _element(self, row: int, cells: list[Value], at: int) -> str:
        if self.layout.shape == ELEMENT_COLUMNS:
            return self.columns.amounts[at]
        if self.layout.shape == ELEMENT_SHEETS:
            return self.element
        if self.layout.shape == ELEMENT_ROWS and self.columns.element is not None:
            written = _cell(cells, self.columns.element)
            if written not in (None, ""):
                return self.layout.element_for(str(written))
            message = "The row does not say what the amount is for. It counts, and goes by the usual order."
            self._note(WARNING, "no_element", self.sheet.name, message, row, self.columns.element)
        return ""

    def _note_odd_amount(self, row: int, at: int, amount: Decimal, who: str) -> None:
        if amount < 0:
            message = (
                f"{amount:,.2f} for {who} is less than nothing. It counts in the sum; ask the employer what it "
                "takes back, and settle it before posting."
            )
            self._note(ERROR, "negative_amount", self.sheet.name, message, row, at)
        elif not amount:
            message = f"{who} stands here with nothing deducted. Ask the employer why if something was due."
            self._note(WARNING, "zero_amount", self.sheet.name, message, row, at)

    def _note_missing_identity(self, row: int, staff_no: str, name: str) -> None:
        if staff_no and name:
            return
        if not staff_no and not name:
            message = "An amount stands here without a person. It goes to suspense until you know whose it is."
            self._note(WARNING, "nobody_named", self.sheet.name, message, row)
        elif not staff_no and self.columns.staff_no is not None:
            message = f"{name} has no staff number here, so the line can only be suggested by name."
            self._note(WARNING, "no_staff_number", self.sheet.name, message, row, self.columns.staff_no)
        elif not name and self.columns.name is not None:
            message = f"Staff number {staff_no} has no name here to check it by."
            self._note(WARNING, "no_name", self.sheet.name, message, row, self.columns.name)

    def _check_row_total(self, row: int, cells: list[Value], parts: list[Part], who: str) -> None:
        at = self.columns.row_total
        stated = _money(_cell(cells, at)) if at is not None else None
        counted = sum((part.amount for part in parts), NOTHING)
        if stated is not None and stated != counted:
            message = (
                f"The row of {who} says {stated:,.2f} in all and its columns add up to {counted:,.2f}. "
                "Ask the employer which is right before posting."
            )
            self._note(ERROR, "row_total_disagrees", self.sheet.name, message, row, at)

    def _note(
        self, grade: str, code: str, sheet: str, message: str, row: int | None = None, at: int | None = None
    ) -> None:
        self.problems.append(Problem(grade, code, sheet, message, row, "" if at is None else column_letter(at)))


def _cell(cells: list[Value], at: int | None) -> Value:
    return cells[at] if at is not None and at < len(cells) else None


def _money(value: Value) -> Decimal | None:
    """An amount that only proves others: None where it is blank or cannot be read."""
    try:
        return as_money(value).value
    except CellUnreadable:
        return None
