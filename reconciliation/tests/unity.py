"""The practice society's register as it stands in its workbook, entered without the import that people use.

The import has its own tests; here its outcome is what the month's deductions start from.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from core.cells import as_money, as_staff_number
from core.workbooks import Sheet, read_workbook
from ledger import chart
from ledger.services import account
from loans.services.takeover import RunningLoan, take_over_loans
from loans.standard import have_standard_products
from members.models import Employer, Member
from members.services import NewMember, admit_members

UNITY = Path(__file__).resolve().parents[2] / "practice" / "data" / "unity"
KEY = json.loads((UNITY / "KEY.json").read_text())
FILES = {
    "LPA": "return_LPA_2026-10.xlsx",
    "PEN": "return_PEN_2026-10.xlsx",
    "SVP": "return_SVP_2026-10.xlsx",
    "KHB": "return_KHB_2026-10.csv",
}
# code, name, pay day, other names in the workbook
EMPLOYERS = [
    ("LPA", "Lagoon Ports Authority", 28),
    ("SVP", "Savannah Polytechnic", 29),
    ("KHB", "Kainji Hydro Board", 28),
    ("PEN", "Pensions Desk", 29),
]
OCTOBER = date(2026, 10, 1)
AS_AT = date(2026, 9, 30)
AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
SHARED = "251479"  # the staff number that the register gives to two members
LATER = "UMCS/0536"
PRODUCTS = {
    "NORMAL": "normal", "EMERGENCY": "emergency", "COMMODITY": "commodity", "ELECTRONICS": "electronics",
    "ASSET": "asset", "CAR": "asset", "CAR/ASSET": "asset",
}  # fmt: skip


def money(cell) -> Decimal:
    return as_money(cell).value or Decimal("0.00")


def rows_with(sheet: Sheet, column: int, prefix: str) -> list[list]:
    """The sheet's rows of people or loans, each as long as the sheet is wide."""
    found = [row for row in sheet.rows if len(row) > column and str(row[column]).startswith(prefix)]
    return [row + [None] * (sheet.width - len(row)) for row in found]


def enter_unity(by) -> dict[str, Member]:
    """Employers, members and running loans as at 30 September 2026; returns the members by number."""
    have_standard_products(quorum=3, monthly_cap=None)
    book = read_workbook(UNITY / "society_register.xlsx", filename="society_register.xlsx")
    employers = {}
    for code, name, pay_day in EMPLOYERS:
        employer = Employer.objects.create(code=code, name=name, pay_day=pay_day)
        employers |= {code: employer, name: employer}
    people = rows_with(book.sheet("MEMBERS"), 1, "UMCS/")
    rows = [_member(row, employers) for row in people]
    members = {member.number: member for member in admit_members(rows=rows, by=by, at=AT)}
    take_over_loans(
        rows=[_loan(row, members) for row in rows_with(book.sheet("LOANS"), 0, "LH/")],
        against_account_id=account(chart.OPENING_DIFFERENCE).pk, by=by, on=AS_AT, at=AT, batch="unity",
    )  # fmt: skip
    return members


def _member(row: list, employers: dict[str, Employer]) -> NewMember:
    number, name, employer, joined = row[1], row[2], employers[row[3]], row[7]
    staff_number = as_staff_number(row[4]).value or ""
    if employer.code == "LPA":
        staff_number = staff_number.zfill(6)
    surname, _, other_names = name.partition(" ")
    return NewMember(
        number=number,
        surname=surname,
        other_names=other_names,
        employer=employer,
        joined_on=joined if isinstance(joined, date) else AS_AT,
        staff_number="" if number == LATER else staff_number,
        claimed_staff_number=SHARED if number == LATER else "",
        monthly_savings=money(row[8]),
        monthly_christmas=money(row[9]),
    )


def _loan(row: list, members: dict[str, Member]) -> RunningLoan:
    serial, number, _, kind, granted, principal, rate, term, instalment, paid, balance = row[:11]
    return RunningLoan(
        serial=serial,
        member_id=members[number].pk,
        product_code=PRODUCTS[kind.upper()],
        granted_on=granted if isinstance(granted, date) else AS_AT,
        principal=money(principal),
        annual_rate_percent=Decimal(rate),
        term_months=int(term),
        instalment=money(instalment),
        months_paid=int(paid),
        balance=money(balance),
    )
