"""Cells are read as people write them, repairs are told, and what has two readings is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import (
    CellUnreadable,
    as_date,
    as_money,
    as_number,
    as_phone,
    as_sided_money,
    as_staff_number,
    as_text,
    as_whole_number,
)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("₦12,500.00", "12500.00"),
        ("N5,000", "5000.00"),
        ("N 5,000.00", "5000.00"),
        ("NGN 1,234,567.89", "1234567.89"),
        ("=N=500", "500.00"),
        ("#500", "500.00"),
        ("30,000.00", "30000.00"),
        ("(1,200.00)", "-1200.00"),
        ("(₦1,200.00)", "-1200.00"),
        ("-500", "-500.00"),
        ("₦-500", "-500.00"),
        ("500-", "-500.00"),
        ("−500", "-500.00"),
        ("5,000:00", "5000.00"),
        ("5,000.00K", "5000.00"),
        ("5,000/=", "5000.00"),
        ("12 500", "12500.00"),
        (".50", "0.50"),
        ("0", "0.00"),
    ],
)
def test_an_amount_in_text_is_read_and_told_as_a_repair(cell: str, amount: str):
    read = as_money(cell)
    assert (read.value, read.repaired) == (Decimal(amount), "was text, not a number")
    assert read.value.as_tuple().exponent == -2


@pytest.mark.parametrize("cell", [None, "", "-", " - ", "–", "nil", "NIL", "N/A"])
def test_a_blank_or_a_dash_is_no_amount_and_no_repair(cell: str | None):
    assert as_money(cell) == as_money(None)
    assert as_money(cell).value is None


def test_a_number_is_taken_to_the_kobo_and_only_a_true_rounding_is_told():
    assert as_money(Decimal("29892.879999999997")).repaired is None
    assert as_money(Decimal("29892.879999999997")).value == Decimal("29892.88")
    assert as_money(Decimal("10.125")) == as_money(Decimal("10.125"))
    assert (as_money(Decimal("10.125")).value, as_money(Decimal("10.125")).repaired) == (
        Decimal("10.13"),
        "was rounded to the kobo",
    )


@pytest.mark.parametrize(
    "cell",
    ["12.500,00", "1,20,000", "12,5000", "500k", "five thousand", "5,000 and 6,000", "1e5", "N", "₦", "12/09",
     date(2026, 9, 30), Decimal("1e15"), "12,500.00DR"],
)  # fmt: skip
def test_an_amount_with_no_reading_or_two_is_refused(cell):
    with pytest.raises(CellUnreadable):
        as_money(cell)


def test_a_side_in_the_cell_is_handed_on_where_the_column_can_take_it():
    assert as_sided_money("12,500.00DR").value == (Decimal("12500.00"), "DR")
    assert as_sided_money("N500 Cr.").value == (Decimal("500.00"), "CR")
    assert as_sided_money(Decimal(7)).value == (Decimal("7.00"), "")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_written_with_commas_comes_back(amount: Decimal):
    for text in (f"₦{amount:,.2f}", f"N{amount:,}", f"{amount:,}"):
        assert as_money(text).value == amount


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("30/09/2026", date(2026, 9, 30)),
        ("3/4/2026", date(2026, 4, 3)),
        ("02.02.11", date(2011, 2, 2)),
        ("30-9-26", date(2026, 9, 30)),
        ("30TH SEPTEMBER 2026", date(2026, 9, 30)),
        ("1st of October, 2026", date(2026, 10, 1)),
        ("12-Oct-24", date(2024, 10, 12)),
        ("18-Feb-2013", date(2013, 2, 18)),
        ("30 Sept. 2026", date(2026, 9, 30)),
        ("September 30, 2026", date(2026, 9, 30)),
        ("Fri 27 Nov 2026", date(2026, 11, 27)),
        ("2026-09-30", date(2026, 9, 30)),
        ("2026-09-30 00:00:00", date(2026, 9, 30)),
        ("29/02/2024", date(2024, 2, 29)),
        ("1/1/70", date(1970, 1, 1)),
    ],
)
def test_a_date_in_text_is_read_day_first(cell: str, day: date):
    assert (as_date(cell).value, as_date(cell).repaired) == (day, "was text, not a date")


def test_a_date_cell_needs_no_repair_and_a_day_number_is_told():
    assert as_date(date(2026, 9, 30)).repaired is None
    assert as_date(Decimal(46295)).value == date(2026, 9, 30)
    assert as_date(Decimal(46295)).repaired == "was a day number, not a date"
    assert as_date("-").value is None


@pytest.mark.parametrize(
    "cell", ["09/30/2026", "31/04/2026", "29/02/2023", "2026-30-09", "SEPT 2026", "30 Smarch 2026", "soon", "32/1/26",
             "0/1/2026", Decimal("2026"), Decimal("46295.5"), "30/09", "30 Mayor 2026"],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused(cell):
    with pytest.raises(CellUnreadable):
        as_date(cell)


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31)))
def test_every_date_comes_back_in_each_way_of_writing(day: date):
    for pattern in ("%d/%m/%Y", "%d-%m-%y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d"):
        assert as_date(day.strftime(pattern)).value == day


def test_a_staff_number_is_text_whatever_the_cell_was():
    assert as_staff_number(Decimal("250468.0")).value == "250468"
    assert as_staff_number("250468.0").value == "250468"
    assert as_staff_number("060583") == as_staff_number("060583")
    assert as_staff_number("060583").repaired is None
    assert as_staff_number("khb / 2005 / 0001").value == "KHB/2005/0001"
    assert as_staff_number("'060583").value == "060583"
    assert as_staff_number("-").value is None
    with pytest.raises(CellUnreadable):
        as_staff_number(Decimal("12.5"))


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (Decimal("9059238128"), "09059238128"),
        ("9059238128.0", "09059238128"),
        ("08132645033", "08132645033"),
        ("+234 813 264 5033", "08132645033"),
        ("234-813-264-5033", "08132645033"),
        ("+234 (0)813 264 5033", "08132645033"),
        ("0813 264 5033", "08132645033"),
        ("08132645033/07033455491", "08132645033"),
    ],
)
def test_a_phone_number_gets_its_eleven_figures(cell, phone: str):
    assert as_phone(cell).value == phone


def test_a_phone_number_as_it_should_be_needs_no_repair():
    assert as_phone("08132645033").repaired is None
    assert as_phone(Decimal("9059238128")).repaired == "was a number and had lost its first zero"


@pytest.mark.parametrize("cell", ["12345", "O8132645033", "081326450333", Decimal("12"), "00442079460000"])
def test_a_phone_number_that_is_not_one_is_refused(cell):
    with pytest.raises(CellUnreadable):
        as_phone(cell)


def test_rates_and_counts_are_read_with_their_words():
    assert as_number("12% p.a.").value == Decimal(12)
    assert as_number("7.5 %").value == Decimal("7.5")
    assert as_whole_number("36 months").value == 36
    assert as_whole_number(Decimal("36")).repaired is None
    for refused in (Decimal("1.5"), "a year"):
        with pytest.raises(CellUnreadable):
            as_whole_number(refused)


def test_any_cell_is_text_where_text_is_asked():
    assert as_text(Decimal("1E+3")).value == "1000"
    assert as_text(Decimal("2.50")).value == "2.50"
    assert as_text(date(2026, 9, 30)).value == "2026-09-30"
    assert as_text(" - ").value is None
