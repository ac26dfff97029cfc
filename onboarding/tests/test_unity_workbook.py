"""The practice society's workbook as it is: every planted fault is named, and nothing sound is called an error."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from core.workbooks import read_workbook
from onboarding.analysis import analyse
from onboarding.mapping import Mapping
from onboarding.problems import CATALOGUE, Grade
from onboarding.proposing import propose_mapping

DATA = Path(__file__).resolve().parents[2] / "practice" / "data" / "unity"
KEY = json.loads((DATA / "KEY.json").read_text("utf-8"))
CODE_OF = {
    "staff number lost its leading zeros": "staff_number_zeros",
    "staff number repeats that of UMCS/0493": "staff_number_repeated",
    "balance disagrees with the loans sheet": "loan_balance_differs",
    "row total is not the sum of its columns": "row_total_differs",
    "a row of balances that belongs to no member": "row_without_member",
    "instalment does not amortise the amount over the tenor at the rate": "instalment_off",
    "the borrower guarantees his own loan": "guarantor_is_borrower",
}


@pytest.fixture(scope="module")
def workbook():
    return read_workbook(DATA / "society_register.xlsx", filename="society_register.xlsx")


@pytest.fixture(scope="module")
def analysis(workbook):
    return analyse(workbook, propose_mapping(workbook))


def test_the_sheets_and_the_day_of_the_books_are_recognised(workbook):
    mapping = propose_mapping(workbook)
    assert [(sheet.kind, sheet.header_row) for sheet in mapping.sheets] == [
        ("members", 3), ("balances", 4), ("loans", 2), ("trial_balance", 3),
    ]  # fmt: skip
    assert mapping.as_at.isoformat() == KEY["as_of"]
    assert all(column.confidence == 100 for sheet in mapping.sheets for column in sheet.columns if column.meaning)
    assert mapping.sheet("BALANCES").rows == {626: "total", 627: "signature"}
    assert Mapping.from_json(json.dumps(mapping.to_json())) == mapping


def test_the_totals_are_the_members_own_figures(analysis):
    wanted = {name: Decimal(KEY["totals"][name]) for name in ("savings", "shares", "xmas", "loan_balance")}
    assert {name: analysis.totals[name] for name in wanted} == wanted
    assert (analysis.totals["members"], analysis.totals["loans"]) == (620, 487)


@pytest.mark.parametrize("fault", KEY["workbook_faults"], ids=lambda fault: f"{fault.get('loan', fault.get('member'))}")
def test_a_planted_fault_is_named_with_its_member_loan_or_row(analysis, fault):
    found = [
        problem for problem in analysis.problems
        if problem.code == CODE_OF[fault["fault"]] and problem.sheet == fault["sheet"]
        and fault.get("member") in (None, problem.member) and fault.get("loan") in (None, problem.loan)
        and fault.get("row", "") in problem.message
    ]  # fmt: skip
    assert len(found) == 1
    for shown in ("by", "true"):
        if shown in fault and fault["fault"] != "staff number repeats that of UMCS/0493":
            assert f"{abs(Decimal(fault[shown])):,.2f}" in found[0].message


def test_what_is_told_beside_the_planted_faults_is_counted(analysis):
    counted = Counter(problem.code for problem in analysis.problems)
    assert counted == {
        "amount_was_text": 221, "date_was_text": 25, "phone_repaired": 43, "employer_alias": 62,
        "staff_number_zeros": 8, "staff_number_repeated": 1, "name_shared": 1, "matched_by_name": 30,
        "loan_balance_differs": 5, "row_total_differs": 4, "row_without_member": 1, "instalment_off": 3,
        "guarantor_is_borrower": 2, "control_differs": 2,
    }  # fmt: skip


def test_only_what_a_person_must_decide_is_an_error_and_none_of_it_blocks(analysis):
    errors = Counter(problem.code for problem in analysis.problems if problem.grade is Grade.ERROR)
    assert errors == {
        "staff_number_repeated": 1, "row_without_member": 1, "instalment_off": 3, "guarantor_is_borrower": 2,
    }  # fmt: skip
    assert analysis.blocking == []


def test_a_shared_staff_number_stays_blank_on_the_later_one(analysis):
    by_number = {member.number: member for member in analysis.members}
    later, first = by_number["UMCS/0536"], by_number["UMCS/0493"]
    assert (later.staff_number, later.claimed_staff_number) == ("", first.staff_number)


def test_lost_zeros_come_back_and_employers_are_one_under_all_spellings(analysis):
    by_number = {member.number: member for member in analysis.members}
    assert by_number["UMCS/0128"].staff_number == "044128"
    assert {employer.name: employer.code for employer in analysis.employers} == {
        "Lagoon Ports Authority": "LPA", "Savannah Polytechnic": "SVP", "Kainji Hydro Board": "KHB",
        "Pensions Desk": "PEN",
    }  # fmt: skip


def test_the_ghost_row_is_the_cause_of_what_the_trial_balance_has_more(analysis):
    ties = {tie.what: tie for tie in analysis.tie_out}
    assert (ties["savings"].difference, ties["shares"].difference) == (Decimal(45000), Decimal(10000))
    assert (ties["christmas"].difference, ties["loans"].difference) == (0, 0)
    assert all("GHOST ENTRY B/F" in ties[what].causes[0] and ties[what].explained for what in ("savings", "shares"))


def test_every_problem_says_where_what_and_what_to_do(analysis):
    for problem in analysis.problems:
        assert problem.code in CATALOGUE and problem.sheet and problem.row and problem.column
        assert problem.message.endswith(".") and "None" not in problem.message
        if problem.sheet != "TRIAL BALANCE" and problem.code != "row_without_member":
            assert problem.member
        if problem.sheet == "LOANS":
            assert problem.loan
    assert json.loads(json.dumps(analysis.to_json()))["totals"]["members"] == 620
