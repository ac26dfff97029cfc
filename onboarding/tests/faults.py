"""Faults to plant in a society in perfect order, each with every problem it must raise and no other.

A fault takes the society and the numbers of members and loans it may touch, breaks one
thing, and gives the problems expected as (code, sheet, Excel row, column, member, loan).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.workbooks import CellNote
from onboarding.tests.societies import Society

Expected = tuple[str, str, int | None, str, str | None, str | None]


@dataclass
class Ground:
    """Members and loans no other fault has touched; each is taken once."""

    society: Society
    members: list[int] = field(default_factory=list)  # indexes of members without loans and who guarantee nothing
    loans: list[int] = field(default_factory=list)

    def member(self, employer: str | None = None) -> int:
        """The index of a fresh member, of this employer where one is asked for."""
        for index in self.members:
            if employer is None or self.society.members[index][3] == employer:
                self.members.remove(index)
                return index
        raise LookupError(employer)

    def loan(self, wanted: Callable[[list], bool] = lambda row: True) -> int:
        for index in self.loans:
            if wanted(self.society.loans[index]):
                self.loans.remove(index)
                return index
        raise LookupError("loan")


def ground(society: Society) -> Ground:
    busy = {row[1] for row in society.loans} | {row[i] for row in society.loans for i in (11, 12)}
    free = [index for index, row in enumerate(society.members) if row[1] not in busy]
    return Ground(society, free, list(range(len(society.loans))))


def _at(society: Society, sheet: str, index: int) -> int:
    return society.first(sheet) + index


Plant = Callable[[Ground], list[Expected]]


def _member_cell(code: str, column: str, change: Callable, employer: str | None = None) -> Plant:
    place = ord(column) - 65

    def plant(ground: Ground) -> list[Expected]:
        society, index = ground.society, ground.member(employer)
        row = society.members[index]
        row[place] = change(row[place], row)
        return [(code, "MEMBERS", _at(society, "MEMBERS", index), column, row[1], None)]

    plant.__name__ = code
    return plant


def _loan_cell(
    code: str, column: str, change: Callable, wanted: Callable[[list], bool] = lambda row: True, told: str = ""
) -> Plant:
    place = ord(column) - 65

    def plant(ground: Ground) -> list[Expected]:
        society, index = ground.society, ground.loan(wanted)
        row = society.loans[index]
        row[place] = change(row[place], row)
        return [(code, "LOANS", _at(society, "LOANS", index), told or column, row[1], row[0])]

    plant.__name__ = code
    return plant


def staff_number_shared(ground: Ground) -> list[Expected]:
    society, first = ground.society, ground.member()
    second = ground.member(society.members[first][3])
    first, second = sorted((first, second))
    society.members[second][4] = society.members[first][4]
    row = society.members[second]
    return [("staff_number_repeated", "MEMBERS", _at(society, "MEMBERS", second), "E", row[1], None)]


def email_shared(ground: Ground) -> list[Expected]:
    society = ground.society
    first, second = sorted((ground.member(), ground.member()))
    society.members[second][6] = society.members[first][6]
    row = society.members[second]
    return [("email_repeated", "MEMBERS", _at(society, "MEMBERS", second), "G", row[1], None)]


def name_shared(ground: Ground) -> list[Expected]:
    society = ground.society
    first, second = sorted((ground.member(), ground.member()))
    society.members[second][2] = society.members[first][2]
    society.balances[second][1] = society.balances[first][1]
    row = society.members[second]
    return [("name_shared", "MEMBERS", _at(society, "MEMBERS", second), "C", row[1], None)]


def number_taken_twice(ground: Ground) -> list[Expected]:
    """The second member's balances then stand under a number that nobody has."""
    society = ground.society
    first, second = sorted((ground.member(), ground.member()))
    society.members[second][1] = society.members[first][1]
    return [
        ("member_number_repeated", "MEMBERS", _at(society, "MEMBERS", second), "B", society.members[first][1], None),
        ("row_without_member", "BALANCES", _at(society, "BALANCES", second), "C", society.balances[second][2], None),
        *_controls(society, second),
    ]


def _controls(society: Society, index: int) -> list[Expected]:
    """The control accounts in which the amounts of one row of balances are missing."""
    row = society.balances[index]
    found = []
    for place, line, column in ((4, "MEMBERS SAVINGS", "C"), (3, "SHARE CAPITAL", "C"), (5, "CHRISTMAS SAVINGS", "C")):
        if isinstance(row[place], Decimal) and row[place]:
            at = next(number for number, each in enumerate(society.trial) if each[0] == line)
            found.append(("control_differs", "TRIAL BALANCE", _at(society, "TRIAL BALANCE", at), column, None, None))
    return found


def ghost(ground: Ground) -> list[Expected]:
    society = ground.society
    society.balances.append([Decimal(999), "UNKNOWN B/F", None, Decimal(3000), Decimal(45000), None, *[None] * 5])
    society.settle()
    row = len(society.balances) - 1
    return [
        ("row_without_member", "BALANCES", _at(society, "BALANCES", row), "B", None, None),
        *_controls(society, row),
    ]


def number_left_out(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.balances[index][1] = society.members[index][2]
    society.balances[index][2] = None
    return [("matched_by_name", "BALANCES", _at(society, "BALANCES", index), "C", society.members[index][1], None)]


def another_name(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.balances[index][1] = "QUIST Zebulon"
    return [("name_contradicts", "BALANCES", _at(society, "BALANCES", index), "B", society.members[index][1], None)]


def row_total_off(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.balances[index][10] += 90
    return [("row_total_differs", "BALANCES", _at(society, "BALANCES", index), "K", society.members[index][1], None)]


def balance_sheet_off(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.loan(lambda row: row[10] > 5000)
    loan = society.loans[index]
    at = int(loan[1][-4:]) - 1
    place = {"Normal": 6, "Emergency": 7, "Electronics": 8, "Commodity": 9}[loan[3]]
    society.balances[at][place] -= 900
    society.balances[at][10] -= 900
    return [
        ("loan_balance_differs", "BALANCES", _at(society, "BALANCES", at), chr(65 + place), loan[1], loan[0]),
    ]


def loan_off_the_balances(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.loan()
    loan = society.loans[index]
    at = int(loan[1][-4:]) - 1
    place = {"Normal": 6, "Emergency": 7, "Electronics": 8, "Commodity": 9}[loan[3]]
    society.balances[at][10] -= society.balances[at][place]
    society.balances[at][place] = "-"
    return [("loan_not_on_balances_sheet", "BALANCES", _at(society, "BALANCES", at), chr(65 + place), loan[1], loan[0])]


def loan_off_the_loans(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.balances[index][7] = Decimal(77_000)
    society.balances[index][10] += 77_000
    member = society.members[index][1]
    return [("loan_not_on_loans_sheet", "BALANCES", _at(society, "BALANCES", index), "H", member, None)]


def own_guarantor(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.loan()
    loan = society.loans[index]
    loan[12] = loan[1]
    return [("guarantor_is_borrower", "LOANS", _at(society, "LOANS", index), "M", loan[1], loan[0])]


def guarantor_twice(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.loan()
    loan = society.loans[index]
    loan[12] = loan[11]
    return [("guarantor_repeated", "LOANS", _at(society, "LOANS", index), "M", loan[1], loan[0])]


def loan_number_twice(ground: Ground) -> list[Expected]:
    society = ground.society
    first, second = sorted((ground.loan(), ground.loan()))
    society.loans[second][0] = society.loans[first][0]
    loan = society.loans[second]
    line = _at(society, "TRIAL BALANCE", 1)
    return [
        ("loan_number_repeated", "LOANS", _at(society, "LOANS", second), "A", loan[1], loan[0]),
        ("control_differs", "TRIAL BALANCE", line, "B", None, None),
    ]


def stranger_borrows(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.loan()
    loan = society.loans[index]
    loan[1] = "UMCS/9911"
    return [
        ("loan_without_member", "LOANS", _at(society, "LOANS", index), "B", loan[1], loan[0]),
        ("control_differs", "TRIAL BALANCE", _at(society, "TRIAL BALANCE", 1), "B", None, None),
    ]


def unread_savings(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.balances[index][4] = "12.500,00"
    member, row = society.members[index][1], _at(society, "BALANCES", index)
    line = _at(society, "TRIAL BALANCE", 2)
    return [
        ("amount_unreadable", "BALANCES", row, "E", member, None),
        ("control_differs", "TRIAL BALANCE", line, "C", None, None),
    ]


def formula_without_value(ground: Ground) -> list[Expected]:
    society, index = ground.society, ground.member()
    society.members[index][8] = None
    row = _at(society, "MEMBERS", index)
    note = CellNote(row, 8, "formula_without_value", "This cell has a formula whose result was never saved.")
    society.notes.setdefault("MEMBERS", []).append(note)
    return [("cell_unreadable", "MEMBERS", row, "I", society.members[index][1], None)]


def trial_balance_uneven(ground: Ground) -> list[Expected]:
    society = ground.society
    society.trial[0][1] += 1000
    total = _at(society, "TRIAL BALANCE", len(society.trial))
    return [
        ("trial_balance_uneven", "TRIAL BALANCE", None, "", None, None),
        ("trial_total_differs", "TRIAL BALANCE", total, "C", None, None),
    ]


def _later(day: date, row: list) -> date:
    return date(2027, 1, 15)


# Independent faults: any number of them together raise the sum of their problems.
APART: list[Plant] = [
    _member_cell("staff_number_zeros", "E", lambda cell, row: Decimal(cell), "Delta Water Works"),
    _member_cell("staff_number_odd", "E", lambda cell, row: "SURE/12", "Delta Water Works"),
    _member_cell("amount_was_text", "I", lambda cell, row: f"₦{cell:,.2f}"),
    _member_cell("amount_unreadable", "I", lambda cell, row: "five thousand"),
    _member_cell("amount_negative", "I", lambda cell, row: -cell),
    _member_cell("date_was_text", "H", lambda cell, row: f"{cell:%d/%m/%Y}"),
    _member_cell("date_unreadable", "H", lambda cell, row: "31/02/2019"),
    _member_cell("joined_missing", "H", lambda cell, row: None),
    _member_cell("joined_in_future", "H", _later),
    _member_cell("phone_repaired", "F", lambda cell, row: Decimal(cell)),
    _member_cell("phone_unreadable", "F", lambda cell, row: "0803"),
    _member_cell("email_unreadable", "G", lambda cell, row: "person at example"),
    _member_cell("employer_alias", "D", lambda cell, row: "DWW", "Delta Water Works"),
    _member_cell("employer_alias", "D", lambda cell, row: "Plateau Teachng Hospital", "Plateau Teaching Hospital"),
    _member_cell("employer_missing", "D", lambda cell, row: None),
    _loan_cell("instalment_off", "I", lambda cell, row: (cell * Decimal("1.1")).quantize(Decimal("0.01"))),
    _loan_cell("amount_was_text", "F", lambda cell, row: f"N{cell:,.0f}"),
    _loan_cell("months_paid_unlikely", "E", lambda cell, row: date(2026, 9, 2), lambda row: row[9] > 3, "J"),
    _loan_cell("guarantor_unknown", "L", lambda cell, row: "UMCS/9900"),
    _loan_cell("guarantors_few", "M", lambda cell, row: None),
    _loan_cell("name_contradicts", "C", lambda cell, row: "QUIST Zebulon"),
    _loan_cell("loan_type_alias", "D", lambda cell, row: "EMER LOAN", lambda row: row[3] == "Emergency"),
    staff_number_shared, email_shared, name_shared, number_left_out, another_name, row_total_off, balance_sheet_off,
    loan_off_the_balances, loan_off_the_loans, own_guarantor, guarantor_twice, formula_without_value,
]  # fmt: skip
# Faults that show in the trial balance too, so that two of them would share a line: planted one at a time.
ALONE: list[Plant] = [
    ghost, number_taken_twice, loan_number_twice, stranger_borrows, unread_savings, trial_balance_uneven,
]  # fmt: skip
