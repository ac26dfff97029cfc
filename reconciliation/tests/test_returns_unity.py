"""The four October returns of the practice society: read as they are, and each answer of their key found."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from core.cells import as_staff_number
from core.workbooks import read_workbook
from reconciliation import causes
from reconciliation.matching import Expected, match
from reconciliation.returns import Layout, read_return

UNITY = Path(__file__).resolve().parents[2] / "practice" / "data" / "unity"
FILES = {
    "LPA": "return_LPA_2026-10.xlsx",
    "PEN": "return_PEN_2026-10.xlsx",
    "SVP": "return_SVP_2026-10.xlsx",
    "KHB": "return_KHB_2026-10.csv",
}
ALSO_RIGHT = {causes.MISSPELT: {causes.MISSPELT, causes.EXACT}}


@pytest.fixture(scope="module")
def key():
    return json.loads((UNITY / "KEY.json").read_text())["returns"]


@pytest.fixture(scope="module")
def register():
    """Member number -> (name, staff number with its zeros)."""
    sheet = read_workbook(UNITY / "society_register.xlsx", filename="society_register.xlsx").sheet("MEMBERS")
    people = {}
    for row in sheet.rows:
        if len(row) > 4 and str(row[1]).startswith("UMCS/"):
            staff_no = as_staff_number(row[4]).value or ""
            ports = row[3] in ("LPA", "Lagoon Ports Authority")
            people[row[1]] = (row[2], staff_no.zfill(6) if ports else staff_no)
    return people


def parsed(code):
    return read_return(read_workbook(UNITY / FILES[code], filename=FILES[code]))


def expected_of(answers, register):
    """What the schedule would have asked for, with the number that two members share taken off the later one."""
    members = {one["member"]: Decimal(one["expected"]) for one in answers if one["member"]}
    made = []
    for member, amount in members.items():
        name, staff_no = register[member]
        shared = "251479" if member in ("UMCS/0493", "UMCS/0536") else ""
        staff_no = "" if member == "UMCS/0536" else staff_no
        made.append(Expected(member, member, name, staff_no, amount, shared))
    return made


@pytest.mark.parametrize("code", FILES)
def test_the_return_is_read_to_the_kobo(code, key):
    read = parsed(code)
    assert len(read.lines) == key[code]["lines"]
    assert read.file_total == Decimal(key[code]["file_total"])
    assert not list(read.errors())
    assert {one.grade for one in read.problems} <= {"repaired"}
    assert all(one.difference == 0 for one in read.stated_totals)
    assert len(read.stated_totals) == {"LPA": 1, "PEN": 1, "SVP": 3, "KHB": 0}[code]
    assert read.period_seen == {"SVP": "2026-10", "KHB": "2026-10"}.get(code)


@pytest.mark.parametrize("code", FILES)
def test_the_layout_told_from_the_headings_reads_the_same_when_stored(code):
    read = parsed(code)
    layout = Layout.from_json(json.loads(json.dumps(read.layout.to_json())))
    assert read_return(read_workbook(UNITY / FILES[code], filename=FILES[code]), layout).lines == read.lines
    assert layout.shape == {"SVP": "element_sheets", "KHB": "element_rows"}.get(code, "one_row")


@pytest.mark.parametrize("code", FILES)
def test_each_answer_of_the_key_stands_under_its_cause(code, key, register):
    answers, read = key[code]["answers"], parsed(code)
    result = match(read.lines, expected_of(answers, register))
    missing = {one.member for one in result.variances}
    assert missing == {one["member"] for one in answers if one["case"] == causes.MISSING}
    for answer in answers:
        if answer["case"] == causes.MISSING:
            continue
        found = [
            one
            for one in result.matches
            if one.member == answer["member"]
            and one.line.staff_no == answer["staff_no_in_file"]
            and one.cause in ALSO_RIGHT.get(answer["case"], {answer["case"]})
        ]
        assert found, answer
        assert sum(one.line.amount for one in found) == Decimal(answer["received"])


@pytest.mark.parametrize("code", FILES)
def test_nobody_is_credited_with_anothers_money(code, key, register):
    answers, read = key[code]["answers"], parsed(code)
    owners = {}
    for answer in answers:
        if "staff_no_in_file" in answer:
            owners.setdefault(answer["staff_no_in_file"], set()).add(answer["member"])
    result = match(read.lines, expected_of(answers, register))
    wrong_numbers = {one["staff_no_in_file"] for one in answers if "wrong_number" in one["case"]}
    for found in result.matches:
        if found.state == causes.MATCHED:
            assert found.member in owners[found.line.staff_no]
            assert found.line.staff_no not in wrong_numbers or len(owners[found.line.staff_no]) > 1
        if owners[found.line.staff_no] == {None}:
            assert (found.state, found.cause) == (causes.UNMATCHED, causes.STRANGER)
    assert result.total() == read.file_total
    assert sum(result.total(state) for state in causes.STATES) == read.file_total
    plain = [one for one in result.matches if one.cause == causes.EXACT]
    assert all(one.state == causes.MATCHED for one in plain)
