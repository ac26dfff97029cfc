"""The small judgements on which the analysis stands."""

import random
import time
from datetime import date
from decimal import Decimal

import pytest

from onboarding.analysis import analyse
from onboarding.books import KnownEmployer
from onboarding.employers import Employers
from onboarding.lending import loan_type
from onboarding.loan_terms import months_before, months_between
from onboarding.people import number_key, split_name
from onboarding.proposing import propose_mapping
from onboarding.staff_numbers import patterns, restored
from onboarding.tests.societies import a_society, workbook_of


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("EFFIONG Amaka Musa", ("EFFIONG", "Amaka Musa")),
        ("VAN DER OJO Emeka", ("VAN DER OJO", "Emeka")),
        ("Ojo, Emeka T.", ("Ojo", "Emeka T.")),
        ("OJO EMEKA", ("OJO", "EMEKA")),
        ("Ojo Emeka", ("Ojo", "Emeka")),
        ("Ojo", ("Ojo", "")),
    ],
)
def test_a_name_falls_into_surname_and_other_names(name: str, parts: tuple[str, str]):
    assert split_name(name) == parts


def test_member_numbers_are_one_whatever_their_zeros_and_strokes():
    assert number_key("UMCS/0001") == number_key("umcs 1") == number_key("UMCS-01")
    assert number_key("UMCS/0010") != number_key("UMCS/0001")
    assert number_key("UMCS/0000") == number_key("UMCS/0")


def test_kinds_of_loan_have_many_names():
    assert [loan_type(text) for text in ("REAL LOAN", "Emer. Loan", "ELECT", "Comm", "Car Loan", "Xyz")] == [
        "normal", "emergency", "electronics", "commodity", "asset", None,
    ]  # fmt: skip


def test_months_are_counted_by_pay_days():
    assert months_between(date(2026, 8, 31), date(2026, 9, 1)) == 1
    assert months_between(date(2024, 10, 5), date(2026, 9, 30)) == 23
    assert months_before(date(2026, 9, 30), 0) == date(2026, 9, 1)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 1)


def test_a_short_code_belongs_to_the_one_employer_it_fits():
    found = Employers(["Savannah Polytechnic"] * 3 + ["SVP", "Lagoon Ports Authority", "LPA", "Pensions Desk", "PEN"])
    assert [(each.name, each.code, each.members) for each in found.found] == [
        ("Savannah Polytechnic", "SVP", 4), ("Lagoon Ports Authority", "LPA", 2), ("Pensions Desk", "PEN", 2),
    ]  # fmt: skip


def test_a_code_that_fits_two_employers_stays_its_own_and_a_likeness_is_asked_about():
    found = Employers(["State Library Board", "State Laundry Board", "SLB"])
    assert [each.name for each in found.found][-1] == "SLB"
    assert found.unsure == {"State Library Board": "State Laundry Board"} or found.unsure == {
        "State Laundry Board": "State Library Board"
    }


def test_an_employer_that_the_site_has_takes_its_aliases_and_misspellings():
    found = Employers(
        ["Savanah Polytechnic", "POLY", "Water Board"], [KnownEmployer("SVP", "Savannah Polytechnic", ("Poly",))]
    )
    assert [(each.name, each.code, each.known) for each in found.found] == [
        ("Savannah Polytechnic", "SVP", True), ("Water Board", "WB", False),
    ]  # fmt: skip


def test_zeros_come_back_only_where_the_employer_has_one_width():
    six = patterns([("A", f"{number:06d}") for number in range(20)] + [("A", "44128")])["A"]
    assert (restored("44128", six), restored("044128", six), restored("4412X", six)) == ("044128", None, None)
    mixed = patterns(
        [("A", f"{number:06d}") for number in range(10)] + [("A", f"{number:05d}") for number in range(10)]
    )
    assert restored("4412", mixed["A"]) is None
    few = patterns([("A", "000123"), ("A", "123")])["A"]
    assert restored("123", few) is None
    lettered = patterns([("A", f"P{number:05d}") for number in range(20)] + [("A", "123")])["A"]
    assert restored("123", lettered) is None and restored("123", None) is None


ODD_CELLS = (
    None, "", "-", "x" * 300, "₦", "0", "2026-13-45", "UMCS/0001", "TOTAL", "31/12/1899", "=1+1", "#REF!", "O'Neil",
    Decimal("-1"), Decimal("0"), Decimal("1E+20"), Decimal("0.004"), Decimal("99999999999999"), date(1900, 1, 1),
    date(9999, 12, 31), "LH/2026/", "نجيب", "as at 30/09/2026",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_no_workbook_however_odd_is_more_than_a_list_of_problems(seed: int):
    pick = random.Random(seed)
    sheets = {each.name: [list(row) for row in each.rows] for each in a_society(seed % 5, 25, 15).workbook().sheets}
    for rows in sheets.values():
        for _ in range(pick.randrange(0, 60)):
            row = pick.choice(rows)
            if row:
                row[pick.randrange(len(row))] = pick.choice(ODD_CELLS)
        for _ in range(pick.randrange(0, 4)):
            rows.insert(pick.randrange(len(rows)), [pick.choice(ODD_CELLS) for _ in range(pick.randrange(0, 15))])
    for name in pick.sample(sorted(sheets), k=pick.randrange(0, 3)):
        del sheets[name]
    workbook = workbook_of(sheets)
    analysis = analyse(workbook, propose_mapping(workbook))
    assert all(problem.message and problem.grade for problem in analysis.problems)
    assert all(tie.control is None or tie.difference == tie.control - tie.members for tie in analysis.tie_out)
    assert {loan.member for loan in analysis.loans} <= {member.number for member in analysis.members}
    assert all(0 < loan.balance <= loan.amount and loan.instalment > 0 and loan.tenor > 0 for loan in analysis.loans)
    amounts = [getattr(member, what) for member in analysis.members for what in ("savings", "shares", "christmas")]
    assert all(amount >= 0 and amount.as_tuple().exponent == -2 for amount in amounts)
    analysis.to_json()


@pytest.mark.slow
def test_ten_thousand_members_are_analysed_within_twenty_seconds():
    workbook = a_society(1, members=5500, loans=8000).workbook()
    began = time.process_time()
    analysis = analyse(workbook, propose_mapping(workbook))
    assert time.process_time() - began < 20
    assert analysis.totals["loans"] == 8000 and analysis.problems == []
