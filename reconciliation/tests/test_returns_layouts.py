"""The shapes of returns that employers send, told from their headings or stored for the employer."""

import json
from datetime import date
from decimal import Decimal

import pytest

from reconciliation.returns import Layout, detect_layout, read_return
from reconciliation.returns.periods import period_in
from reconciliation.tests.return_books import HEADINGS, book, codes, roster


def test_one_sheet_an_element_makes_one_line_of_a_person():
    parsed = read_return(
        book(
            ("SAVINGS", [HEADINGS, [1, "7", "ADA OKAFOR", 100], [2, "8", "EVE EZE", 50]]),
            ("LOAN", [HEADINGS, [1, "7", "Okafor, Ada", 900]]),
        )
    )
    assert [(one.name, one.amount) for one in parsed.lines] == [
        ("ADA OKAFOR", Decimal("1000.00")),
        ("EVE EZE", Decimal("50.00")),
    ]
    assert parsed.lines[0].by_element() == {"savings": Decimal("100.00"), "loan": Decimal("900.00")}
    assert [(part.sheet, part.row) for part in parsed.lines[0].parts] == [("SAVINGS", 2), ("LOAN", 2)]


def test_a_second_row_of_the_same_element_starts_a_second_line():
    rows = [HEADINGS, [1, "7", "ADA OKAFOR", 100], [2, "7", "ADA OKAFOR", 100]]
    parsed = read_return(book(("SAVINGS", rows), ("LOAN", rows)))
    assert [one.amount for one in parsed.lines] == [Decimal("200.00")] * 2
    assert [[part.row for part in one.parts] for one in parsed.lines] == [[2, 2], [3, 3]]


def test_another_person_under_the_same_number_is_another_line():
    rows = [HEADINGS, [1, "7", "ADA OKAFOR", 100], [2, "7", "EVE EZE", 100]]
    assert [one.name for one in read_return(book(("SAVINGS", rows), ("LOAN", rows))).lines] == ["ADA OKAFOR", "EVE EZE"]


def test_a_name_that_another_sheet_shortens_is_the_same_person():
    savings = [HEADINGS, [1, "7", "OKAFOR ADA NGOZI", 100]]
    loan = [HEADINGS, [1, "7", "OKAFOR ADA", 900]]
    (one,) = read_return(book(("SAVINGS", savings), ("LOAN", loan))).lines
    assert one.amount == Decimal("1000.00")


def test_amounts_without_a_person_are_not_one_person():
    rows = [HEADINGS, [1, "7", "ADA OKAFOR", 100], [None, None, None, 5]]
    parsed = read_return(book(("SAVINGS", rows), ("LOAN", rows)))
    assert [one.amount for one in parsed.lines] == [Decimal("200.00"), Decimal("5.00"), Decimal("5.00")]


def test_a_summary_sheet_does_not_count_people_twice():
    rows = [HEADINGS, [1, "7", "ADA OKAFOR", 100]]
    both = [HEADINGS, [1, "7", "ADA OKAFOR", 200]]
    parsed = read_return(book(("SAVINGS", rows), ("LOAN", rows), ("SUMMARY", both)))
    assert parsed.file_total == Decimal("200.00")
    assert [(one.code, one.sheet) for one in parsed.problems] == [("sheet_skipped", "SUMMARY")]


def test_departments_on_sheets_of_their_own_are_read_one_after_the_other():
    parsed = read_return(
        book(
            ("SAVANNAH", [HEADINGS, [1, "7", "ADA OKAFOR", 100], [None, None, "TOTAL", 100]]),
            ("PORTS", [HEADINGS, [1, "8", "EVE EZE", 50], [None, None, "GRAND TOTAL", 150]]),
        )
    )
    assert parsed.layout.shape == "one_row"
    assert parsed.file_total == Decimal("150.00")
    assert not parsed.problems


def test_elements_in_a_column_are_gathered_into_one_line():
    rows = [
        ["STAFF_ID", "FULL_NAME", "ELEMENT", "AMOUNT", "PERIOD"],
        ["K/1", "ADA OKAFOR", "COOP SAV", 100, "OCT-2026"],
        ["K/1", "ADA OKAFOR", "COOP LOAN", 900, "OCT-2026"],
        ["K/1", "ADA OKAFOR", "COOP SAV", 100, "OCT-2026"],
        ["K/1", "ADA OKAFOR", "COOP LOAN", 900, "OCT-2026"],
        ["K/1", "ADA OKAFOR", None, 1, "OCT-2026"],
    ]
    parsed = read_return(book(("csv", rows)))
    assert [one.amount for one in parsed.lines] == [Decimal("1000.00"), Decimal("1001.00")]
    assert parsed.period_seen == "2026-10"
    assert codes(parsed) == [("no_element", 6, "C")]


def test_elements_in_columns_with_a_row_total_are_checked():
    rows = [
        ["IPPIS No", "Surname", "Other Names", "Thrift Savings", "Loan", "Xmas", "Loan Balance", "Total"],
        ["1", "OKAFOR", "Ada", 100, 900, "-", 55555, 1000],
        ["2", "EZE", "Eve", 50, None, 20, None, 75],
        ["3", "OJO", "Idle", None, "-", 0, None, 0],
        [None, "TOTAL", None, 150, 900, 20, None, 1075],
    ]
    parsed = read_return(book(("Sheet1", rows)))
    assert parsed.layout.shape == "element_columns"
    assert [(one.name, one.amount) for one in parsed.lines] == [
        ("OKAFOR Ada", Decimal("1000.00")),
        ("EZE Eve", Decimal("70.00")),
        ("OJO Idle", Decimal("0.00")),
    ]
    assert parsed.lines[1].by_element() == {"savings": Decimal("50.00"), "christmas": Decimal("20.00")}
    assert codes(parsed) == [("row_total_disagrees", 3, "H"), ("zero_amount", 4, "E"), ("total_disagrees", 5, "H")]


def test_a_file_without_headings_is_read_by_the_letters_of_its_columns():
    layout = Layout(columns={"staff_no": "A", "name": "B", "amount": "D"}, first_row=3)
    rows = [["OCTOBER 2026"], [], ["7", "ADA OKAFOR", "HQ", 100], [None, "TOTAL", None, 100]]
    parsed = read_return(book(("Sheet1", rows)), layout)
    assert [(one.staff_no, one.amount) for one in parsed.lines] == [("7", Decimal("100.00"))]
    assert parsed.period_seen == "2026-10"
    assert not parsed.problems


def test_a_new_employer_needs_a_layout_and_no_code():
    rows = [["Matricule", "Agent", "Retenue"], ["7", "ADA OKAFOR", 100]]
    assert detect_layout(book(("Feuille", rows))) is None
    stored = {"shape": "one_row", "staff_no": ["MATRICULE"], "name": ["Agent"], "amount": ["retenue"]}
    parsed = read_return(book(("Feuille", rows)), Layout.from_json(stored))
    assert parsed.file_total == Decimal("100.00")


def test_a_layout_survives_being_stored():
    layout = Layout(
        shape="element_sheets",
        staff_no=("IPPIS NO",),
        name=("NAME",),
        amount=("AMOUNT",),
        elements={"SAVINGS": "savings"},
        skip_sheets=("SUMMARY",),
        staff_no_width=6,
    )
    assert Layout.from_json(json.loads(json.dumps(layout.to_json()))) == layout


@pytest.mark.parametrize(
    "stored",
    [
        {"staff_number": ["A"]},
        {"shape": "round"},
        {"staff_no": ["A"]},
        {"amount": ["B"]},
        {"columns": {"staff_no": "A"}, "amount": ["B"]},
        {"shape": "element_columns", "staff_no": ["A"], "amount": ["B"]},
    ],
)
def test_a_layout_with_an_unknown_word_or_without_its_columns_is_refused(stored):
    with pytest.raises(ValueError, match=r"return"):
        Layout.from_json(stored)


def test_a_sheet_that_a_stored_layout_does_not_know_is_read_and_told():
    rows = [HEADINGS, [1, "7", "ADA OKAFOR", 100]]
    layout = detect_layout(book(("SAVINGS", rows), ("LOAN", rows)))
    parsed = read_return(book(("SAVINGS", rows), ("LOAN", rows), ("SHARES", rows)), layout)
    assert parsed.file_total == Decimal("300.00")
    assert [(one.code, one.sheet) for one in parsed.problems] == [("new_sheet", "SHARES")]


def test_a_hidden_sheet_is_read_and_told():
    parsed = read_return(book(("Sheet", [HEADINGS, [1, "7", "ADA OKAFOR", 100]]), hidden=True))
    assert parsed.file_total == Decimal("100.00")
    assert codes(parsed) == [("hidden_sheet", None, "")]


def test_a_sheet_of_figures_without_headings_is_told():
    parsed = read_return(book(("A", [HEADINGS, [1, "7", "ADA OKAFOR", 100]]), ("B", [["7", "EVE", 5]])))
    assert [(one.code, one.sheet) for one in parsed.problems] == [("sheet_not_read", "B")]


@pytest.mark.parametrize("rows", [[], [["nothing here"]], [[1, 2, 3]]])
def test_a_file_without_headings_or_people_says_so(rows):
    parsed = read_return(book(("Sheet", rows)))
    assert parsed.lines == () and parsed.file_total == 0
    assert [one.code for one in parsed.errors()] == ["no_headings"]
    assert [one.code for one in read_return(book(("Sheet", [HEADINGS]))).errors()] == ["nobody_found"]


def test_two_months_in_one_file_are_told():
    rows = [["STAFF_ID", "NAME", "AMOUNT", "PERIOD"], ["1", "ADA", 5, "OCT-2026"], ["2", "EVE", 5, "SEP-2026"]]
    parsed = read_return(book(("csv", rows)))
    assert parsed.period_seen is None
    assert [one.code for one in parsed.problems] == ["several_periods"]


def test_a_date_of_printing_is_no_month_of_deduction():
    titles = [["PERIOD:", "OCTOBER 2026"], ["Printed", date(2026, 11, 2)], ["Printed 02/11/2026"], ["on 2026-11-02"]]
    assert read_return(roster([1, "1", "ADA OKAFOR", 100], before=titles)).period_seen == "2026-10"
    dated = [["MONTH", date(2026, 10, 1)]]
    assert read_return(roster([1, "1", "ADA OKAFOR", 100], before=dated)).period_seen == "2026-10"


def test_titles_of_two_months_without_anybody_are_told_and_do_not_fail():
    parsed = read_return(book(("A", [["OCT 2026"], ["SEP 2026"]])), Layout(name=("N",), amount=("A",)))
    assert {one.code for one in parsed.problems} == {"nobody_found", "several_periods"}


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("OCTOBER 2026", "2026-10"),
        ("OCT-2026", "2026-10"),
        ("Oct'26", "2026-10"),
        ("2026-10", "2026-10"),
        ("202610", "2026-10"),
        ("10/2026", "2026-10"),
        (date(2026, 10, 31), "2026-10"),
        ("PERIOD:", None),
        ("MAYOR 7", None),
        (None, None),
    ],
)
def test_a_month_is_read_as_people_write_it(written, month):
    assert period_in(written) == month
