"""Reading returns: every row accounted for, every problem by its cell."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.workbooks import CellNote
from reconciliation.returns import Layout, read_return
from reconciliation.tests.return_books import HEADINGS, book, codes, roster


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


def test_a_place_called_total_does_not_make_a_person_a_total():
    rows = [["Name", "Department", "Amount"], ["ADA OKAFOR", "TOTAL ENERGIES", 100], ["Total", None, 100]]
    parsed = read_return(book(("S", rows)))
    assert [one.name for one in parsed.lines] == ["ADA OKAFOR"]
    assert len(parsed.stated_totals) == 1


AMOUNTS = st.one_of(
    st.decimals(min_value=-1000, max_value=10**6, places=2),
    st.sampled_from([None, "-", "₦12,500.00", "N5,000", "(40.00)", "abc", "1,2,3", "TOTAL", date(2026, 1, 1)]),
)
PEOPLE = st.tuples(
    st.sampled_from(["1", "2", "003", 4.0, None, ""]),
    st.sampled_from(["ADA OKAFOR", "Okafor, Ada", "EVE EZE", None, ""]),
    AMOUNTS,
)


@settings(max_examples=150)
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
