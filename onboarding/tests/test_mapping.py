"""A mapping is proposed, changed by a person, kept as JSON, and refused with sheet and column where it cannot be."""

import json
from datetime import date

import pytest

from onboarding.analysis import analyse
from onboarding.errors import MappingInvalid
from onboarding.mapping import Mapping
from onboarding.proposing import match_heading, propose_mapping
from onboarding.tests.societies import a_society, workbook_of
from onboarding.vocabulary import MEANINGS, PHRASES, account_kind, normal


@pytest.fixture
def workbook():
    return a_society(1).workbook()


def test_a_mapping_survives_its_journey_as_json(workbook):
    mapping = propose_mapping(workbook)
    mapping.as_at = date(2026, 9, 30)
    assert Mapping.from_json(json.dumps(mapping.to_json())) == mapping
    assert Mapping.from_json(mapping.to_json()) == mapping


BAD_COLUMN = '{"sheets": [{"sheet": "A", "kind": "loans", "columns": [{"index": "x"}]}]}'
BAD_DAY = '{"sheets": [], "as_at": "soon"}'


@pytest.mark.parametrize("broken", ["", "[]", "{}", "null", '{"sheets": [{}]}', BAD_DAY, BAD_COLUMN])
def test_what_is_no_mapping_is_refused_with_a_sentence(broken: str):
    with pytest.raises(MappingInvalid, match="Read the workbook again"):
        Mapping.from_json(broken)


def test_a_person_can_say_what_a_column_is_and_the_books_change_with_it(workbook):
    mapping = propose_mapping(workbook)
    sheet = mapping.sheet("BALANCES")
    savings, shares = sheet.column_of("savings"), sheet.column_of("shares")
    before = analyse(workbook, mapping).totals
    savings.meaning, shares.meaning = "shares", "savings"
    after = analyse(workbook, mapping).totals
    assert (after["savings"], after["shares"]) == (before["shares"], before["savings"])


def test_a_person_can_leave_a_row_or_a_sheet_out(workbook):
    mapping = propose_mapping(workbook)
    mapping.sheet("MEMBERS").rows[6] = "skip"
    mapping.sheet("TRIAL BALANCE").kind = "ignore"
    analysis = analyse(workbook, mapping)
    assert len(analysis.members) == 79 and analysis.trial_balance == []


def _spoilt(workbook, change) -> list[str]:
    mapping = propose_mapping(workbook)
    change(mapping)
    with pytest.raises(MappingInvalid) as refused:
        analyse(workbook, mapping)
    assert [str(fault) for fault in refused.value.faults] == [str(fault) for fault in mapping.faults(workbook)]
    return [(fault.sheet, fault.column) for fault in refused.value.faults]


def test_a_fault_is_named_by_sheet_and_column(workbook):
    def twice(mapping):
        mapping.sheet("LOANS").columns[2].meaning = "amount"

    def foreign(mapping):
        mapping.sheet("MEMBERS").columns[4].meaning = "guarantor_1"

    def far(mapping):
        mapping.sheet("LOANS").columns[0].index = 99

    def nowhere(mapping):
        mapping.sheet("LOANS").header_row = None

    def strange(mapping):
        mapping.sheet("LOANS").kind = "minutes"

    def gone(mapping):
        mapping.sheets[0].sheet = "MEMBER"

    def row(mapping):
        mapping.sheet("LOANS").rows[7] = "nonsense"

    def account(mapping):
        mapping.sheet("TRIAL BALANCE").accounts[4] = "gold"

    assert _spoilt(workbook, twice) == [("LOANS", "C and F")]
    assert _spoilt(workbook, foreign) == [("MEMBERS", "E")]
    assert _spoilt(workbook, far) == [("LOANS", "")]
    assert _spoilt(workbook, nowhere) == [("LOANS", "")]
    assert _spoilt(workbook, strange) == [("LOANS", "")]
    assert _spoilt(workbook, gone) == [("MEMBER", "")]
    assert _spoilt(workbook, row) == [("LOANS", "")]
    assert _spoilt(workbook, account) == [("TRIAL BALANCE", "")]


@pytest.mark.parametrize(
    ("heading", "kind", "meaning"),
    [
        ("MEMBERS' NAMES", "balances", "name"),
        ("Names of Members", "members", "name"),
        ("XMASS", "balances", "christmas"),
        ("XMAS SAVINGS", "members", "monthly_christmas"),
        ("EMER LOAN", "balances", "loan_emergency"),
        ("RATE % PA", "loans", "rate"),
        ("Rate (% p.m.)", "loans", "rate_monthly"),
        ("Montly Savings", "members", "monthly_savings"),
        ("Total Savings (₦)", "balances", "savings"),
        ("Amount of loan granted", "loans", "amount"),
        ("S/N", "members", ""),
    ],
)
def test_a_heading_is_understood_as_it_is_written(heading: str, kind: str, meaning: str):
    assert match_heading(heading, kind)[0] == meaning


def test_a_heading_that_says_nothing_is_left_to_a_person():
    assert match_heading("Quibble", "loans") is None and match_heading("", "loans") is None
    head = ["LOAN NO", "NAME", "TYPE", "AMOUNT", "TENOR", "BALANCE", "QUIBBLE"]
    columns = propose_mapping(workbook_of({"LOANS": [head, ["1", "Ojo", "Normal", 5, 6, 5, 1]]})).sheets[0].columns
    assert (columns[6].meaning, columns[6].confidence) == ("", 0)


def test_a_heading_whose_cells_are_something_else_is_trusted_less():
    rows = [["MEMBER NO", "NAMES", "DATE JOINED", "MONTHLY SAVINGS"]]
    rows += [[f"A/{number}", "OJO Emeka", "yes", "no"] for number in range(9)]
    columns = propose_mapping(workbook_of({"MEMBERS": rows})).sheets[0].columns
    assert [column.confidence for column in columns] == [100, 100, 0, 0]
    assert "0% of its cells look like it" in columns[2].reason


def test_the_words_are_written_as_the_headings_are_folded():
    for kind, phrases in PHRASES.items():
        assert [phrase for phrase in phrases if normal(phrase) != phrase] == [], kind
    for kind in ("balances", "loans", "trial_balance"):
        listed = [phrase for phrases in MEANINGS[kind].values() for phrase in phrases]
        assert len(listed) == len(set(listed)), kind


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("BANK - ZENITH 101", "bank"), ("CASH IN HAND", "cash"), ("LOANS TO MEMBERS", "loans"),
        ("Emergency Loans", "loans_emergency"), ("MEMBERS SAVINGS", "savings"), ("SHARE CAPITAL", "shares"),
        ("CHRISTMAS SAVINGS", "christmas"), ("STATUTORY RESERVE", "reserve"), ("UNDISTRIBUTED SURPLUS", "surplus"),
        ("Interest on loans received", "interest_income"), ("Bank Charges", "bank_charges"), ("Goodwill", "other"),
        ("Allowance for bad loans", "loan_provision"), ("Fixed deposit - UBA", "investments"),
    ],
)  # fmt: skip
def test_an_account_is_placed_by_its_name(account: str, kind: str):
    assert account_kind(account) == kind
