"""Telling a return's layout from its headings, for the first month of a new employer."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from core.workbooks import Sheet, Workbook
from reconciliation.returns.layouts import (
    ELEMENT_COLUMNS,
    ELEMENT_ROWS,
    ELEMENT_SHEETS,
    ONE_ROW,
    Layout,
    heading,
    known_element,
)

ROWS_SEARCHED = 60  # the headings stand below a letterhead, never below a page of people

NUMBERED = "STAFF|EMP|EMPLOYEE|IPPIS|PENSIONER|PENSION|PAYROLL|PERSONNEL|FILE|SERVICE|PF|PSN|COMPUTER|WORKER|OFFICER"
PEOPLE = "FULL|EMPLOYEE|STAFF|MEMBER|EMP|BENEFICIARY|PENSIONER|OFFICER|WORKER|ACCOUNT"
HEADINGS = {
    "staff_no": re.compile(rf"(({NUMBERED})S?(NO|NOS|NUMBER|NUM|ID|CODE)|IPPIS|PSN|PF)"),
    "name": re.compile(rf"(({PEOPLE})?S?NAMES?(OF({PEOPLE})S?)?|SURNAME|LASTNAME|FAMILYNAME)"),
    "name_rest": re.compile(r"(OTHER|FIRST|GIVEN|MIDDLE|FORE)NAMES?"),
    "element": re.compile(r"(ELEMENT|DEDUCTION|PAYELEMENT|EARNING)(NAME|TYPE|CODE|ITEM|DESCRIPTION)|(PAY)?ELEMENT"),
    "amount": re.compile(
        r"(ACTUAL)?(AMOUNT|AMT|DEDUCTIONS?|VALUE)(DEDUCTED|PAID|REMITTED|N|NGN|NAIRA|INNAIRA)?"
        r"|(DEDUCTED|REMITTED)AMOUNT"
    ),
    "row_total": re.compile(r"(GRAND|ROW)?TOTAL(AMOUNT|AMT|DEDUCTIONS?|N|NGN|NAIRA)?"),
    "period": re.compile(r"(PAY)?(PERIOD|MONTH)"),
}
SUMMARY = re.compile(r"\b(SUMMARY|TOTALS?|ALL|CONSOLIDATED|COMBINED|OVERALL|COVER)\b")
NOT_DEDUCTED = re.compile(r"\b(BAL|BALANCE|NO|ID|DATE|TENOR|RATE)\b")


def detect_layout(workbook: Workbook) -> Layout | None:
    """The layout that the headings of this file tell, None where no sheet has headings of people and amounts."""
    found = [(sheet, roles) for sheet in workbook.sheets if (roles := _headings_of(sheet))]
    if not found:
        return None
    layout = Layout()
    for _, roles in found:
        for role in ("staff_no", "name", "name_rest", "amount", "element", "period", "row_total"):
            known = getattr(layout, role)
            fresh = tuple(one for one in roles.get(role, ()) if one not in known)
            layout = replace(layout, **{role: known + fresh})
        layout = replace(layout, element_columns={**layout.element_columns, **roles["element_columns"]})
    return _with_shape(layout, [sheet for sheet, _ in found])


def _with_shape(layout: Layout, sheets: list[Sheet]) -> Layout:
    if layout.element:
        return replace(layout, shape=ELEMENT_ROWS, row_total=(), element_columns={})
    if layout.amount or not layout.element_columns:
        # A single column called "Total" is the amount.
        layout = replace(layout, amount=layout.amount or layout.row_total, row_total=(), element_columns={})
        return _with_sheets(layout, sheets)
    return replace(layout, shape=ELEMENT_COLUMNS)


def _with_sheets(layout: Layout, sheets: list[Sheet]) -> Layout:
    """Whether each sheet is an element; a sheet that sums up the others is left out, or people would count twice."""
    elements = {sheet.name: known_element(sheet.name) for sheet in sheets}
    named = [element for element in elements.values() if element]
    if len(named) < 2 or len(set(named)) < len(named):
        return replace(layout, shape=ONE_ROW)
    summaries = tuple(name for name in elements if SUMMARY.search(heading(name)))
    own = {name: element or heading(name).lower() for name, element in elements.items() if name not in summaries}
    return replace(layout, shape=ELEMENT_SHEETS, elements=own, skip_sheets=summaries)


def _headings_of(sheet: Sheet) -> dict | None:
    for row in sheet.rows[:ROWS_SEARCHED]:
        roles = _roles(row)
        if not roles:
            continue
        people = roles.get("staff_no") or roles.get("name")
        amounts = roles.get("amount") or roles.get("row_total") or roles["element_columns"]
        if people and amounts:
            return roles
    return None


def _roles(row: list) -> dict | None:
    if any(isinstance(cell, Decimal) for cell in row):
        return None
    roles: dict = {"element_columns": {}}
    for label in filter(None, map(heading, row)):
        role = next(_roles_of(label), None)
        if role:
            roles.setdefault(role, []).append(label)
        elif known_element(label) and not NOT_DEDUCTED.search(label):
            roles["element_columns"][label] = known_element(label)
    return roles


def _roles_of(label: str) -> Iterator[str]:
    compact = label.replace(" ", "")
    return (role for role, pattern in HEADINGS.items() if pattern.fullmatch(compact))
