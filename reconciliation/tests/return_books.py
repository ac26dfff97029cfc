"""Small returns made by hand, as read from a file."""

from decimal import Decimal

from core.workbooks import Sheet, Workbook

HEADINGS = ["S/N", "Staff No.", "Name", "Amount"]


def cell(value):
    return Decimal(str(value)) if isinstance(value, int | float) else value


def book(*sheets, notes=(), hidden=False, **named):
    if not sheets:
        sheets = tuple(named.items())
    made = [
        Sheet(name, [[cell(value) for value in row] for row in rows], hidden=hidden, notes=tuple(notes))
        for name, rows in sheets
    ]
    return Workbook("return.xlsx", made, "0" * 64, "1" * 64)


def roster(*people, before=(), after=()):
    return book(("Sheet", [*before, HEADINGS, *people, *after]))


def codes(parsed):
    return [(problem.code, problem.row, problem.column) for problem in parsed.problems]
