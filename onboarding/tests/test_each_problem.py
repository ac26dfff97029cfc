"""The rarer problems, one at a time: each is raised where it should be and carries the grade of the catalogue."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from core.cells import as_date
from onboarding.analysis import analyse
from onboarding.problems import CATALOGUE, Grade
from onboarding.proposing import propose_mapping
from onboarding.tests.faults import ground
from onboarding.tests.societies import Society, a_society


def _member(place: int, value) -> Callable[[Society], None]:
    def change(society: Society) -> None:
        society.members[ground(society).member()][place] = value

    return change


def _balance(place: int, value) -> Callable[[Society], None]:
    def change(society: Society) -> None:
        society.balances[ground(society).member()][place] = value
        society.settle()

    return change


def _loan(place: int, value, wanted: Callable[[list], bool] = lambda row: True) -> Callable[[Society], None]:
    """Change one cell of the first loan that is wanted; the balances sheet and the trial balance follow."""

    def change(society: Society) -> None:
        row = next(row for row in society.loans if wanted(row))
        row[place] = value(row) if callable(value) else value
        column = {"Normal": 6, "Emergency": 7, "Electronics": 8, "Commodity": 9}.get(row[3])
        if place == 10 and column:
            society.balances[int(row[1][-4:]) - 1][column] = row[10]
        society.settle()

    return change


def _two_rows(society: Society) -> None:
    index = ground(society).member()
    society.balances.append(list(society.balances[index]))
    society.settle()


def _no_row(society: Society) -> None:
    society.balances.pop(ground(society).member())
    society.settle()


def _two_candidates(society: Society) -> None:
    soil = ground(society)
    first, second = soil.member(), soil.member()
    society.members[first][2], society.members[second][2] = "QUIST Ama Bola", "QUIST Ama Cola"
    for index in (first, second):
        society.balances[index][1:3] = ["QUIST A.", None]


def _padded_is_taken(society: Society) -> None:
    rows = [row for row in society.members if row[3] == "Delta Water Works"]
    rows[0][4], rows[1][4] = "000777", Decimal(777)


def _two_of_a_kind(society: Society) -> None:
    first, second = _pair(society)
    for place in (1, 2):
        second[place] = first[place]
    for row in society.balances:
        row[6:10] = [None] * 4
    column = {"Normal": 6, "Emergency": 7, "Electronics": 8, "Commodity": 9}
    for loan in society.loans:
        row = society.balances[int(loan[1][-4:]) - 1]
        row[column[loan[3]]] = (row[column[loan[3]]] or Decimal(0)) + loan[10]
    society.settle()


def _pair(society: Society) -> tuple[list, list]:
    normal = [row for row in society.loans if row[3] == "Normal"]
    for first in normal:
        for second in normal:
            if first is not second and first[1] not in (second[11], second[12]):
                return first, second
    raise LookupError


def _no_line(society: Society) -> None:
    society.trial[3][0] = "STATUTORY RESERVE 2"


CASES: list[tuple[str, Callable[[Society], None], set[str]]] = [
    ("member_number_missing", _member(1, None), {"row_without_member", "control_differs"}),
    ("name_missing", _member(2, None), {"name_contradicts"}),
    ("staff_number_odd", _padded_is_taken, set()),
    ("member_ambiguous", _two_candidates, {"control_differs", "balances_absent"}),
    ("amount_negative", _balance(4, Decimal(-500)), {"control_differs"}),
    ("balances_repeated", _two_rows, {"control_differs"}),
    ("balances_absent", _no_row, set()),
    ("loan_number_missing", _loan(0, None), {"control_differs"}),
    ("loan_type_unknown", _loan(3, "Wedding"), {"control_differs"}),
    ("number_unreadable", _loan(7, "a year"), {"control_differs"}),
    ("terms_missing", _loan(7, None), {"control_differs"}),
    ("terms_missing", _loan(7, Decimal(0)), {"control_differs"}),
    ("date_unreadable", _loan(4, "31/06/2026"), {"control_differs"}),
    ("number_was_text", _loan(7, lambda row: f"{row[7]} months"), set()),
    ("amount_rounded", _loan(8, lambda row: row[8] + Decimal("0.003")), set()),
    ("granted_in_future", _loan(4, as_date("1/12/2026").value), {"control_differs"}),
    ("balance_above_amount", _loan(10, lambda row: row[5] + 1), {"control_differs"}),
    ("balance_off", _loan(10, lambda row: row[10] + 500, lambda row: row[9] > 0 and row[10] + 500 < row[5]), set()),
    ("past_its_end", _loan(9, lambda row: row[7], lambda row: row[9] == row[7] - 1), set()),
    ("nothing_owed", _loan(10, Decimal(0), lambda row: row[9] == row[7] - 1), set()),
    ("rate_unusual", _loan(6, Decimal(13), lambda row: row[3] == "Normal" and row[9] == 0), {"instalment_off"}),
    ("two_of_a_kind", _two_of_a_kind, set()),
    ("control_absent", _no_line, set()),
]


@pytest.mark.parametrize(("code", "change", "besides"), CASES, ids=[f"{each[0]}-{i}" for i, each in enumerate(CASES)])
def test_a_rarer_problem_is_raised_with_its_grade(code: str, change: Callable, besides: set[str]):
    society = a_society(21, 90, 60)
    change(society)
    workbook = society.workbook()
    analysis = analyse(workbook, propose_mapping(workbook))
    assert {problem.code for problem in analysis.problems} == {code} | besides
    told = [problem for problem in analysis.problems if problem.code == code]
    assert {problem.grade for problem in told} == {CATALOGUE[code].grade}
    assert all(problem.blocks is CATALOGUE[code].blocks for problem in told)
    assert not [each for each in analysis.problems if each.code == "control_differs" and each.grade is Grade.ERROR]


def test_a_loan_that_is_left_out_is_the_cause_of_the_difference_in_loans():
    society = a_society(21, 90, 60)
    society.loans[3][3] = "Wedding"
    workbook = society.workbook()
    analysis = analyse(workbook, propose_mapping(workbook))
    tie = next(tie for tie in analysis.tie_out if tie.what == "loans")
    assert tie.difference == society.loans[3][10] and tie.explained
    assert society.loans[3][0] in tie.causes[0]
    assert analysis.totals["loans"] == 59
