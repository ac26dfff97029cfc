"""What we export opens clean, adds up, and holds no formula whatever the names are."""

import csv
import datetime
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exports import Column, ExportSheet, csv_bytes, neutralised, xlsx_bytes
from core.workbooks import read_workbook

AT = datetime.datetime(2026, 10, 5, 9, 0, tzinfo=datetime.UTC)
COLUMNS = [
    Column("STAFF NO", "number"),
    Column("NAME"),
    Column("JOINED", "date"),
    Column("MONTHS", "whole", total=True),
    Column("AMOUNT", "money", total=True),
]
ROWS = [
    ("060583", "OJO Emeka", datetime.date(2022, 7, 3), 3, Decimal("12500.00")),
    ("P10009", "=cmd|' /C calc'!A0", None, 4, Decimal("-500.05")),
]


def _sheet(rows=ROWS, **more) -> ExportSheet:
    return ExportSheet("Deductions 2026/10", COLUMNS, rows, **more)


def _formulas(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(len(re.findall(rb"<f[ >]", archive.read(name))) for name in archive.namelist())


def test_an_xlsx_has_titles_a_frozen_heading_typed_cells_and_totals_that_add_up():
    data = xlsx_bytes(_sheet(titles=["UNITY MULTIPURPOSE", "October 2026"], notes=["Printed by the officer"]), at=AT)
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page.title == "Deductions 2026 10"
    assert page.freeze_panes == "A4"
    assert [cell.value for cell in page[3]] == ["STAFF NO", "NAME", "JOINED", "MONTHS", "AMOUNT"]
    assert [cell.value for cell in page[4]] == ["060583", "OJO Emeka", datetime.datetime(2022, 7, 3), 3, 12500]  # noqa: DTZ001
    assert page["E4"].number_format.startswith("#,##0.00") and page["E4"].data_type == "n"
    assert [cell.value for cell in page[6]][3:] == [7, 11999.95]
    assert page["A6"].value == "TOTAL"
    assert page.column_dimensions["B"].width > 20


def test_our_own_export_comes_back_through_our_own_reader_to_the_kobo():
    book = read_workbook(xlsx_bytes(_sheet(), at=AT), filename="deductions.xlsx")
    assert book.sheets[0].rows[1] == ["060583", "OJO Emeka", datetime.date(2022, 7, 3), Decimal(3), Decimal(12500)]
    assert book.sheets[0].rows[3][-1] == Decimal("11999.95")


def test_a_risky_name_is_plain_text_in_xlsx_and_carries_an_apostrophe_in_csv():
    data = xlsx_bytes(_sheet(), at=AT)
    assert openpyxl.load_workbook(io.BytesIO(data)).active["B3"].data_type == "s"
    assert _formulas(data) == 0
    rows = list(csv.reader(io.StringIO(csv_bytes(_sheet()).decode("utf-8-sig"))))
    assert rows[2] == ["P10009", "'=cmd|' /C calc'!A0", "", "4", "-500.05"]
    assert rows[3] == ["TOTAL", "", "", "7", "11999.95"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\u200b=1", "|x"])
def test_text_that_would_run_is_neutralised(text: str):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["OJO Emeka", "UMCS/0001", "060583", "", "Ọlámidé", "5-10"])
def test_plain_text_is_left_as_it_is(text: str):
    assert neutralised(text) == text


@settings(max_examples=40)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_no_cell_of_any_export_is_a_formula(texts: list[str]):
    rows = [("1", text, None, 0, Decimal(0)) for text in texts]
    assert _formulas(xlsx_bytes(_sheet(rows), at=AT)) == 0
    for row in csv.reader(io.StringIO(csv_bytes(_sheet(rows)).decode("utf-8-sig"), newline="")):
        assert not row[1].lstrip(" \x00\u00a0\u200b\ufeff").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_same_rows_at_the_same_moment_give_the_same_bytes():
    assert xlsx_bytes(_sheet(), at=AT) == xlsx_bytes(_sheet(), at=AT)


def test_two_sheets_of_one_name_get_names_of_their_own():
    data = xlsx_bytes([_sheet(), _sheet()], at=AT)
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["Deductions 2026 10", "Deductions 2026 10 2"]


def test_a_row_that_does_not_fit_the_headings_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="3 cells under 5 headings"):
        xlsx_bytes(_sheet([("1", "2", "3")]), at=AT)
