"""Reading returns: any layout by its headings, every row accounted for, problems by their cell."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.workbooks import CellNote, Sheet, Workbook
from reconciliation.returns import Layout, detect_layout, read_return
from reconciliation.returns.periods import period_in

HEADINGS = ["S/N", "Staff No.", "Name", "Amount"]


def cell(value):
    return Decimal(str(value)) if isinstance(value, int | float) else value


def book(*sheets, notes=(), hidden=False, **named):
    if not sheets:
        sheets = tuple(named.items())
    made = [
        Sheet(name, [[cell(value) for value in row] for row in rows], hidden=hidden, notes=tuple(notes))
        for name, rows in sheets
    ]
    return Workbook("return.xlsx", made, "0" * 64, "1" * 64)


def roster(*people, before=(), after=()):
    return book(("Sheet", [*before, HEADINGS, *people, *after]))


def codes(parsed):
    return [(problem.code, problem.row, problem.column) for problem in parsed.problems]


# Rows


def test_a_plain_return_gives_a_line_a_row():
    parsed = read_return(roster([1, "001234", "OKAFOR ADA", 20000], [2, 251779.0, "BRIGGS E.", "₦35,000.50"]))
    assert [(one.staff_no, one.name, one.amount, one.key) for one in parsed.lines] == [
        ("001234", "OKAFOR ADA", Decimal("20000.00"), "Sheet!2"),
        ("251779", "BRIGGS E.", Decimal("35000.50"), "Sheet!3"),
    ]
    assert parsed.file_total == Decimal("55000.50")
    assert not list(parsed.errors())


def test_letterhead_repeated_headings_and_blank_rows_are_no_people():
    parsed = read_return(
        roster(
            [1, "1", "OKAFOR ADA", 100],
            [None, None, None, None],
            HEADINGS,
            [2, "2", "EZE EVE", 200],
            before=[["LAGOON PORTS AUTHORITY"], [], ["PERIOD: OCTOBER 2026"]],
            after=[[None, None, "GRAND TOTAL", 300]],
        )
    )
    assert [one.row for one in parsed.lines] == [5, 8]
    assert parsed.period_seen == "2026-10"
    assert [(one.label, one.difference) for one in parsed.stated_totals] == [("GRAND TOTAL", Decimal("0.00"))]
    assert parsed.problems == ()


def test_a_page_whose_columns_moved_is_read_by_its_own_headings():
    parsed = read_return(roster([1, "1", "ADA OKAFOR", 100], ["Name", "Staff No", "Amount"], ["EVE EZE", "2", 200]))
    assert [(one.staff_no, one.name, one.amount) for one in parsed.lines] == [
        ("1", "ADA OKAFOR", Decimal("100.00")),
        ("2", "EVE EZE", Decimal("200.00")),
    ]


def test_page_totals_and_sums_brought_forward_prove_themselves():
    parsed = read_return(
        roster(
            [1, "1", "ADA OKAFOR", 100],
            [None, None, "Page total", 100],
            [None, None, "B/F", 100],
            [2, "2", "EVE EZE", 200],
            [None, None, "Page total", 200],
            [None, None, "Grand Total", 300],
        )
    )
    assert len(parsed.lines) == 2
    assert [one.difference for one in parsed.stated_totals] == [Decimal("0.00")] * 4
    assert parsed.problems == ()


def test_a_total_that_disagrees_says_where_and_by_how_much():
    parsed = read_return(roster([1, "1", "ADA OKAFOR", 100], after=[[None, None, "TOTAL", "150.25"]]))
    (problem,) = parsed.problems
    assert (problem.grade, problem.code, problem.sheet, problem.row, problem.column) == (
        "error",
        "total_disagrees",
        "Sheet",
        3,
        "D",
    )
    assert "50.25 more" in problem.message
    assert parsed.stated_totals[0].difference == Decimal("50.25")


def test_a_total_without_a_figure_is_told():
    parsed = read_return(roster([1, "1", "ADA OKAFOR", 100], after=[[None, None, "TOTAL", "see above"]]))
    assert codes(parsed) == [("total_not_read", 3, "D")]


def test_a_person_called_b_f_is_not_a_sum_brought_forward():
    parsed = read_return(book(("S", [["Name", "Amount"], ["OJO B.F.", 100], ["Total", 100]])))
    assert [one.name for one in parsed.lines] == ["OJO B.F."]


@pytest.mark.parametrize(
    ("amount", "code", "grade", "counted"),
    [
        (-500, "negative_amount", "error", ["-500.00"]),
        (0, "zero_amount", "warning", ["0.00"]),
        ("-", "zero_amount", "warning", ["0.00"]),
        ("(500.00)", "negative_amount", "error", ["-500.00"]),
        ("see note", "amount_not_read", "error", []),
        ("12,50", "amount_not_read", "error", []),
        (None, "no_amount", "error", []),
        (date(2026, 10, 1), "amount_not_read", "error", []),
        (Decimal("10.126"), "rounded", "warning", ["10.13"]),
    ],
)
def test_an_odd_amount_is_told_and_never_dropped(amount, code, grade, counted):
    parsed = read_return(roster([1, "001234", "OKAFOR ADA", amount], [2, "2", "EVE EZE", 200]))
    assert (code, grade, 2, "D") in [(one.code, one.grade, one.row, one.column) for one in parsed.problems]
    assert [one.amount for one in parsed.lines] == [*map(Decimal, counted), Decimal("200.00")]
    assert parsed.file_total == sum(map(Decimal, counted), Decimal("200.00"))


def test_a_formula_without_a_saved_value_is_an_amount_that_cannot_be_read():
    note = CellNote(2, 3, "formula_without_value", "This formula has no saved value.")
    parsed = read_return(book(("Sheet", [HEADINGS, [1, "001234", "OKAFOR ADA", None]]), notes=[note]))
    assert ("amount_not_read", 2, "D") in codes(parsed)
    assert "no saved value" in parsed.problems[0].message


def test_an_amount_without_a_person_stays_in_the_sum():
    parsed = read_return(roster([1, "1", "ADA OKAFOR", 100], [None, None, None, 55]))
    assert parsed.file_total == Decimal("155.00")
    assert ("nobody_named", 3, "") in codes(parsed)


def test_a_person_without_a_number_or_without_a_name_is_a_line_and_told():
    parsed = read_return(roster([1, None, "ADA OKAFOR", 100], [2, "2", None, 200]))
    assert len(parsed.lines) == 2
    assert [code for code, *_ in codes(parsed)] == ["no_staff_number", "no_name"]


def test_a_signature_is_told_and_is_no_person():
    parsed = read_return(roster([1, "1", "ADA OKAFOR", 100], after=[[None, None, "Prepared by: A. Clerk"]]))
    assert len(parsed.lines) == 1
    assert codes(parsed) == [("row_not_read", 3, "")]


def test_lost_zeros_are_put_back_where_the_format_says_how_long_a_number_is():
    layout = Layout(staff_no=("Staff No.",), name=("Name",), amount=("Amount",), staff_no_width=6)
    parsed = read_return(roster([1, 1234, "ADA OKAFOR", 100], [2, "KH/1", "EVE", 5]), layout)
    assert [one.staff_no for one in parsed.lines] == ["001234", "KH/1"]
    assert codes(parsed) == [("zeros_lost", 2, "B")]


# Layouts


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


@pytest.mark.parametrize("stored", [{"staff_number": ["A"]}, {"shape": "round"}])
def test_a_layout_with_an_unknown_word_is_refused(stored):
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


AMOUNTS = st.one_of(
    st.decimals(min_value=-1000, max_value=10**6, places=2),
    st.sampled_from([None, "-", "₦12,500.00", "N5,000", "(40.00)", "abc", "1,2,3", "TOTAL", date(2026, 1, 1)]),
)
PEOPLE = st.tuples(
    st.sampled_from(["1", "2", "003", 4.0, None, ""]),
    st.sampled_from(["ADA OKAFOR", "Okafor, Ada", "EVE EZE", None, ""]),
    AMOUNTS,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(PEOPLE, max_size=8), min_size=1, max_size=3))
def test_whatever_stands_in_a_return_every_readable_amount_counts_once(sheets):
    names = ("SAVINGS", "LOAN", "COMMODITY")
    rows = [[["Staff No", "Name", "Amount"], *map(list, people)] for people in sheets]
    parsed = read_return(book(*zip(names, rows, strict=False)), Layout(
        shape="element_sheets", staff_no=("Staff No",), name=("Name",), amount=("Amount",)
    ))  # fmt: skip
    parts = [(part.sheet, part.row) for one in parsed.lines for part in one.parts]
    assert len(parts) == len(set(parts))
    assert parsed.file_total == sum((one.amount for one in parsed.lines), Decimal("0.00"))
    told = {(one.sheet, one.row) for one in parsed.problems} | {(one.sheet, one.row) for one in parsed.stated_totals}
    for name, people in zip(names, sheets, strict=False):
        for row, (number, who, amount) in enumerate(people, start=2):
            if number or who or amount is not None:
                assert (name, row) in set(parts) | told
    for one in parsed.lines:
        elements = [part.element for part in one.parts]
        assert len(elements) == len(set(elements))
