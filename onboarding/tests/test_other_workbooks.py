"""Other societies keep their books in other ways: other words, other orders, fewer sheets."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.workbooks import MergedRange, Workbook, read_workbook
from engine.schedules import Method, ScheduleTerms, build_schedule
from onboarding.analysis import analyse
from onboarding.books import Analysis, KnownEmployer, Rules
from onboarding.proposing import propose_mapping
from onboarding.tests.societies import BALANCE_HEAD, LOAN_HEAD, MEMBER_HEAD, a_society, workbook_of

OTHER_WORDS = {
    "MEMBER NO": "Membership Number", "NAMES": "Full Name", "EMPLOYER": "Place of Work", "STAFF NO": "IPPIS No.",
    "PHONE": "GSM", "E-MAIL": "Email Address", "DATE JOINED": "Date of Admission",
    "MONTHLY SAVINGS": "Monthly Contribution",
    "XMAS SAVINGS": "Christmas Contribution", "MEMBERS' NAMES": "Name of Member", "SHARES": "Share Capital",
    "SAVINGS": "Thrift (₦)", "XMASS": "Xmas Savings", "REAL LOAN": "Main Loan", "EMER LOAN": "Emergency",
    "ELECT": "Electronics Loan", "COMM": "Essential Commodity", "TOTAL": "Grand Total", "LOAN NO": "Ref. No.",
    "NAME": "Borrower", "TYPE": "Loan Type", "DATE GRANTED": "Date Disbursed", "AMOUNT": "Principal",
    "RATE % PA": "Interest Rate (%)", "TENOR": "Duration (Months)", "MONTHLY": "Monthly Repayment",
    "MONTHS PAID": "Instalments Paid", "BALANCE": "Outstanding Balance", "GUARANTOR 1": "1st Guarantor",
    "GUARANTOR 2": "2nd Guarantor", "ACCOUNT": "Particulars", "DEBIT": "Dr (₦)", "CREDIT": "Cr (₦)",
}  # fmt: skip


def _analysed(workbook: Workbook, rules: Rules | None = None) -> Analysis:
    return analyse(workbook, propose_mapping(workbook), rules)


def _codes(analysis: Analysis) -> list[str]:
    return sorted({problem.code for problem in analysis.problems})


def _rows(workbook: Workbook) -> dict[str, list[list]]:
    return {sheet.name: [list(row) for row in sheet.rows] for sheet in workbook.sheets}


def _head(rows: list[list], heading: list[str]) -> int:
    return next(number for number, row in enumerate(rows) if row == heading)


HEADS = {
    "MEMBERS": MEMBER_HEAD,
    "BALANCES": BALANCE_HEAD,
    "LOANS": LOAN_HEAD,
    "TRIAL BALANCE": ["ACCOUNT", "DEBIT", "CREDIT"],
}


@pytest.mark.parametrize("seed", range(3))
def test_other_words_in_another_order_under_other_sheet_names_mean_the_same(seed: int):
    society = a_society(seed)
    wanted = _analysed(society.workbook()).totals
    pick = random.Random(seed)
    sheets = {}
    for number, (name, rows) in enumerate(_rows(society.workbook()).items(), start=1):
        head = _head(rows, HEADS[name])
        width = len(HEADS[name])
        order = pick.sample(range(width), width)
        rows[head] = [OTHER_WORDS.get(word, word) for word in rows[head]]
        moved = [[(row + [None] * width)[index] for index in order] for row in rows[head:]]
        sheets[f"Sheet{number}"] = [["ORIENTAL STAFF CO-OPERATIVE"], ["As at 30th September, 2026"], [], *moved]
    analysis = _analysed(workbook_of(sheets))
    assert analysis.problems == []
    assert analysis.totals == wanted


def test_blank_rows_page_headings_and_subtotals_between_the_rows_are_no_data():
    society = a_society(2)
    sheets = _rows(society.workbook(grand_total=False))
    rows = sheets["BALANCES"]
    head = _head(rows, BALANCE_HEAD)
    data = [row + [None] * (11 - len(row)) for row in rows[head + 1 :]]

    def total(label: str, part: list[list]) -> list:
        return [None, label, None] + [
            sum((row[i] for row in part if isinstance(row[i], Decimal)), Decimal(0)) for i in range(3, 11)
        ]

    sheets["BALANCES"] = [
        *rows[:head], BALANCE_HEAD, *data[:30], total("SUB TOTAL", data[:30]), [], [], BALANCE_HEAD, *data[30:],
        total("Page total", data[30:]), total("GRAND TOTAL", data), [], ["Prepared by:", "A. Clerk"],
        [None, "PRESIDENT'S SIGNATURE", None, None, "SECRETARY'S SIGNATURE"],
    ]  # fmt: skip
    assert _analysed(workbook_of(sheets)).problems == []


def test_a_total_row_without_a_label_is_known_by_its_sums():
    sheets = _rows(a_society(2).workbook())
    sheets["BALANCES"][-1][1] = None
    assert _analysed(workbook_of(sheets)).problems == []
    sheets["BALANCES"][-1][4] += 7
    assert _codes(_analysed(workbook_of(sheets))) == ["column_total_differs"]


def test_a_wrong_grand_total_is_told_at_its_cell():
    sheets = _rows(a_society(2).workbook())
    sheets["BALANCES"][-1][4] += 7
    (problem,) = _analysed(workbook_of(sheets)).problems
    assert (problem.code, problem.row, problem.column) == ("column_total_differs", len(sheets["BALANCES"]), "E")
    assert "a difference of ₦7.00" in problem.message


def test_headings_in_two_lines_with_merged_cells_are_read_together():
    society = a_society(4)
    sheets = _rows(society.workbook())
    rows = sheets["BALANCES"]
    head = _head(rows, BALANCE_HEAD)
    above = ["N/S", "MEMBERS' NAMES", "MEMBER NO", "SHARES", "SAVINGS", "XMASS", "LOANS", None, None, None, "TOTAL"]
    below = [None] * 6 + ["REAL", "EMERGENCY", "ELECTRONICS", "COMMODITY", None]
    rows[head : head + 1] = [above, below]
    book = workbook_of(sheets)
    merged = (
        MergedRange(head + 1, 6, head + 1, 9),
        *(MergedRange(head + 1, column, head + 2, column) for column in (0, 1, 2, 3, 4, 5, 10)),
    )
    book = replace(
        book, sheets=[replace(each, merged=merged) if each.name == "BALANCES" else each for each in book.sheets]
    )
    assert propose_mapping(book).sheet("BALANCES").header_row == head + 2
    assert _analysed(book).problems == []


def test_one_csv_with_members_and_balances_together_is_enough_to_begin():
    lines = ["Members' balances as at 30/09/2026", "", "Member No,Surname,Other Names,Employer,Staff No,Date Joined,"
             "Monthly Savings,Shares,Savings Balance,Total"]  # fmt: skip
    lines += [
        f'SCS/{number},OJO{"ABCDEFGHIJ"[number]},Emeka,State Library,{number:05d},0{number}/02/2019,"5,000.00",'
        f'"1,000.00","{number}00,000.00","{number}01,000.00"'
        for number in range(1, 8)
    ]
    book = read_workbook("\n".join(lines).encode(), filename="Register.csv")
    analysis = _analysed(book)
    assert analysis.totals == {
        "members": 7, "loans": 0, "savings": Decimal("2800000.00"), "voluntary": Decimal("0.00"),
        "shares": Decimal("7000.00"), "xmas": Decimal("0.00"), "loan_balance": Decimal("0.00"),
    }  # fmt: skip
    assert analysis.members[0].name == "OJOB Emeka" and analysis.members[0].staff_number == "00001"
    assert set(_codes(analysis)) == {"amount_was_text", "date_was_text", "loans_missing", "trial_balance_missing"}
    assert analysis.blocking == []


@pytest.mark.parametrize(
    ("sheet", "codes"),
    [
        ("LOANS", ["control_differs", "loans_missing"]),
        ("TRIAL BALANCE", ["trial_balance_missing"]),
        ("BALANCES", ["balances_missing", "control_differs"]),
    ],
)
def test_a_missing_sheet_is_one_problem_with_what_to_do(sheet: str, codes: list[str]):
    sheets = _rows(a_society(6).workbook())
    del sheets[sheet]
    analysis = _analysed(workbook_of(sheets))
    assert _codes(analysis) == codes
    assert all(problem.message.endswith((".", "add one.")) for problem in analysis.problems)


def test_without_a_register_nothing_can_be_placed_and_it_says_so():
    sheets = _rows(a_society(6).workbook())
    del sheets["MEMBERS"]
    analysis = _analysed(workbook_of(sheets))
    assert "sheet_missing" in _codes(analysis)
    assert analysis.totals["members"] == analysis.totals["loans"] == 0
    assert analysis.blocking


@pytest.mark.parametrize(
    ("sheet", "column", "said"),
    [
        ("MEMBERS", "MEMBER NO", "member number"),
        ("LOANS", "BALANCE", "balance"),
        ("LOANS", "TENOR", "months to pay"),
        ("TRIAL BALANCE", "ACCOUNT", "account"),
    ],
)
def test_a_missing_column_is_named_and_blocks(sheet: str, column: str, said: str):
    sheets = _rows(a_society(6).workbook())
    place = HEADS[sheet].index(column)
    head = _head(sheets[sheet], HEADS[sheet])
    sheets[sheet][head][place] = "XYZ"
    missing = [each for each in _analysed(workbook_of(sheets)).problems if each.code == "column_missing"]
    assert [(each.sheet, each.row) for each in missing] == [(sheet, head + 1)]
    assert said in missing[0].message and missing[0].blocks


def test_a_useful_column_that_is_absent_is_a_warning_and_the_rest_is_read():
    sheets = _rows(a_society(6).workbook())
    for row in sheets["MEMBERS"]:
        del row[4:5]
    analysis = _analysed(workbook_of(sheets))
    assert _codes(analysis) == ["column_absent"] and analysis.totals["members"] == 80


def test_books_without_a_day_ask_for_it_and_take_it_from_the_rules():
    sheets = _rows(a_society(6).workbook())
    for rows in sheets.values():
        rows[0] = ["SOME SOCIETY"]
    book = workbook_of(sheets)
    assert "as_at_missing" in _codes(_analysed(book))
    analysis = _analysed(book, Rules(as_at=date(2026, 9, 30)))
    assert analysis.problems == [] and analysis.as_at == date(2026, 9, 30)


def test_a_sheet_of_another_day_is_told():
    sheets = _rows(a_society(6).workbook())
    sheets["LOANS"][0] = ["LOANS RUNNING AS AT 31/08/2026"]
    assert _codes(_analysed(workbook_of(sheets))) == ["as_at_differs"]


def test_terms_that_are_not_written_are_worked_out_and_told():
    society = a_society(6)
    sheets = _rows(society.workbook())
    head = _head(sheets["LOANS"], LOAN_HEAD)
    for row in sheets["LOANS"][head:]:
        row[6] = row[8] = row[9] = None
    analysis = _analysed(workbook_of(sheets), Rules(rates={kind: Decimal(rate) for kind, rate in (
        ("normal", 12), ("emergency", 10), ("electronics", 8), ("commodity", 6))}))  # fmt: skip
    assert _codes(analysis) == ["column_absent", "terms_worked_out"]
    assert [(loan.rate, loan.instalment, loan.months_paid) for loan in analysis.loans] == [
        (row[6], row[8], row[9]) for row in society.loans
    ]
    without = _analysed(workbook_of(sheets))
    assert "terms_missing" in _codes(without) and without.totals["loans"] == 0


@pytest.mark.parametrize(("heading", "change"), [
    ("RATE", lambda rate: rate / 100),
    ("RATE PER MONTH (%)", lambda rate: rate / 12),
    ("Interest Rate % p.a.", lambda rate: f"{rate}%"),
])  # fmt: skip
def test_rates_as_fractions_by_the_month_or_with_a_sign_are_the_same(heading: str, change):
    society = a_society(6)
    sheets = _rows(society.workbook())
    head = _head(sheets["LOANS"], LOAN_HEAD)
    sheets["LOANS"][head][6] = heading
    for row in sheets["LOANS"][head + 1 :]:
        row[6] = change(row[6])
    analysis = _analysed(workbook_of(sheets))
    assert {round(loan.rate, 6) for loan in analysis.loans} == {Decimal(rate) for rate in (6, 8, 10, 12)}
    assert set(_codes(analysis)) <= {"number_was_text"}


def test_flat_rate_loans_are_recognised_and_a_balance_with_interest_is_told():
    society = a_society(6)
    sheets = _rows(society.workbook())
    for row, cells in zip(society.loans, sheets["LOANS"][2:], strict=True):
        lines = build_schedule(ScheduleTerms(row[5], row[6], int(row[7]), method=Method.FLAT))
        left = int(row[7] - row[9])
        cells[8] = lines[0].total
        cells[10] = row[5] if not row[9] else lines[int(row[9]) - 1].closing
        if row[0].endswith("010"):
            cells[10] = left * lines[0].total if left * lines[0].total <= row[5] else cells[10]
    analysis = _analysed(workbook_of(sheets))
    far = [loan for loan in analysis.loans if loan.tenor > 3]
    assert {loan.method for loan in far} == {"flat"}
    assert not {"instalment_off", "balance_off"} & set(_codes(analysis))


def test_what_the_instalments_do_not_tell_is_as_the_kind_of_loan_has_it():
    society = a_society(6)
    sheets = _rows(society.workbook())
    head = _head(sheets["LOANS"], LOAN_HEAD)
    for cells in sheets["LOANS"][head + 1 :]:
        cells[8] = None
    kinds = dict.fromkeys(("normal", "emergency", "electronics", "commodity", "asset"), "flat")
    flat = _analysed(workbook_of(sheets), Rules(methods=kinds))
    for loan in flat.loans:
        whole = build_schedule(ScheduleTerms(loan.amount, loan.rate, loan.tenor, method=Method.FLAT))
        assert (loan.method, loan.instalment) == ("flat", whole[0].total)
    assert {loan.method for loan in _analysed(workbook_of(sheets)).loans} == {"reducing"}
    # What is written goes before what is usual.
    written = _analysed(society.workbook(), Rules(methods=kinds))
    assert {loan.method for loan in written.loans if loan.tenor > 3} == {"reducing"}


def test_a_total_that_is_net_of_loans_is_the_custom_of_that_sheet():
    society = a_society(8)
    for row in society.balances:
        owed = sum((cell for cell in row[6:10] if isinstance(cell, Decimal)), Decimal(0))
        row[10] -= 2 * owed
    society.balances[4][10] += 11
    assert _codes(_analysed(society.workbook())) == ["row_total_differs"]


def test_numbers_without_zeros_and_guarantors_by_name_find_their_members():
    society = a_society(9)
    for row in society.balances:
        row[2] = f"umcs {int(row[2][-4:])}"
    names = {row[1]: row[2] for row in society.members}
    society.loans[0][11] = names[society.loans[0][11]]
    society.loans[1][11] = society.loans[1][11].lstrip("UMCS/0")
    analysis = _analysed(society.workbook())
    assert [(each.code, each.row, each.column) for each in analysis.problems] == [("guarantor_by_name", 3, "L")]
    assert analysis.loans[1].guarantors == [society.loans[1][11].zfill(4).join(("UMCS/", "")), society.loans[1][12]]


def test_one_column_for_all_loans_is_held_against_all_the_loans_of_a_member():
    society = a_society(9)
    sheets = _rows(society.workbook())
    head = _head(sheets["BALANCES"], BALANCE_HEAD)
    for number, row in enumerate(sheets["BALANCES"][head:]):
        row += [None] * (11 - len(row))
        owed = sum((cell for cell in row[6:10] if isinstance(cell, Decimal)), Decimal(0))
        row[6:10] = [owed if number else "LOANS"]
    book = workbook_of(sheets)
    assert _analysed(book).problems == []
    row = next(row for row in sheets["BALANCES"][head + 1 :] if row[6])
    row[6] += 5
    assert "loan_balance_differs" in _codes(_analysed(workbook_of(sheets)))


def test_employers_that_the_site_has_are_recognised_by_their_aliases():
    society = a_society(10)
    known = (KnownEmployer("DELTA", "Delta State Water Works", aliases=("Delta Water Works",)),)
    analysis = _analysed(society.workbook(), Rules(employers=known))
    assert {employer.name for employer in analysis.employers if employer.known} == {"Delta State Water Works"}
    assert _codes(analysis) == ["employer_alias"]


def test_several_sheets_of_one_kind_are_read_as_one():
    sheets = _rows(a_society(11).workbook())
    rows = sheets.pop("MEMBERS")
    head = _head(rows, MEMBER_HEAD)
    sheets = {"STAFF OF DELTA": rows[: head + 31], "STAFF OF PLATEAU": [*rows[: head + 1], *rows[head + 31 :]]} | sheets
    analysis = _analysed(workbook_of(sheets))
    assert analysis.problems == [] and len(analysis.members) == 80


def test_hidden_sheets_remarks_and_stray_notes_are_told():
    sheets = _rows(a_society(11).workbook())
    sheets["MEMBERS"].insert(20, [None, "NB: figures are provisional"])
    book = workbook_of(sheets, remarks=("This workbook links to other workbooks.",))
    book = replace(book, sheets=[replace(each, hidden=each.name == "LOANS") for each in book.sheets])
    assert _codes(_analysed(book)) == ["hidden_sheet", "row_not_understood", "workbook_remark"]


def test_a_sheet_that_is_none_of_ours_is_left_alone():
    sheets = _rows(a_society(11).workbook())
    sheets["MINUTES"] = [["Minutes of the meeting"], ["Present", "Absent"], ["Ojo", "Bello"]]
    sheets["EMPTY"] = []
    mapping = propose_mapping(workbook_of(sheets))
    assert [sheet.kind for sheet in mapping.sheets][-2:] == ["ignore", "ignore"]


def test_an_account_that_we_cannot_place_asks_for_a_decision_unless_a_person_made_it():
    sheets = _rows(a_society(11).workbook())
    sheets["TRIAL BALANCE"][-2][0] = "MISCELLANEOUS"
    book = workbook_of(sheets)
    mapping = propose_mapping(book)
    assert [problem.code for problem in analyse(book, mapping).problems] == ["account_unknown"]
    mapping.sheet("TRIAL BALANCE").accounts[len(sheets["TRIAL BALANCE"]) - 1] = "reserve"
    assert analyse(book, mapping).problems == []


def test_a_trial_balance_in_one_column_with_dr_and_cr_is_read_by_side():
    society = a_society(11)
    sheets = _rows(society.workbook())
    sheets["TRIAL BALANCE"] = [["TRIAL BALANCE AS AT 30/09/2026"], ["Particulars", "Balance"]] + [
        [name, f"{debit:,.2f} DR" if debit else credit] for name, debit, credit in society.trial
    ]
    analysis = _analysed(workbook_of(sheets))
    assert all(tie.difference == 0 for tie in analysis.tie_out) and len(analysis.tie_out) == 4
    assert _codes(analysis) == ["amount_was_text"]
