"""Invented books as files, and a society as big as a state's teachers."""

import io
from copy import deepcopy
from datetime import date
from decimal import Decimal

import xlsxwriter

from core.workbooks import Workbook
from onboarding.tests.societies import Society, a_society


def as_xlsx(workbook: Workbook) -> bytes:
    """The cells of a workbook as an XLSX file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    for sheet in workbook.sheets:
        page = book.add_worksheet(sheet.name)
        for row, cells in enumerate(sheet.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell)
                elif isinstance(cell, Decimal):
                    page.write_number(row, column, cell)
                elif cell is not None:
                    page.write_string(row, column, cell)
    book.close()
    return out.getvalue()


def a_big_society(times: int, members: int = 5_000, loans: int = 4_000) -> Society:
    """One invented society several times over, each time with other numbers and surnames."""
    model = a_society(1, members=members, loans=loans)
    big = Society([], [], [])
    for turn in range(times):
        again = deepcopy(model)
        for row in again.members:
            _renumber(row, 1, turn * members)
            row[2] = f"{'NEW' * turn}{row[2]}"
            row[4] = f"{int(row[4]) + turn * 100_000:06d}" if row[4].isdigit() else f"{row[4]}{turn}"
            row[6] = f"turn{turn}.{row[6]}"
        for row in again.balances:
            _renumber(row, 2, turn * members)
            row[1] = f"{'NEW' * turn}{row[1]}"
        for row in again.loans:
            for column in (1, 11, 12):
                _renumber(row, column, turn * members)
            start, number = row[0].rsplit("/", 1)
            row[0] = f"{start}/{int(number) + turn * loans:05d}"
            row[2] = f"{'NEW' * turn}{row[2]}"
        big.members += again.members
        big.balances += again.balances
        big.loans += again.loans
    big.settle()
    return big


def _renumber(row: list, column: int, more: int) -> None:
    row[column] = f"UMCS/{int(row[column].rsplit('/', 1)[1]) + more:05d}"
