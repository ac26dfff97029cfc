"""Lists drawn row by row in Python."""

import timeit
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString

from core.tables import Column, Table

LOANS = Table(
    "Running loans",
    Column("Member", "member.name", kind="lead", href=lambda row: f"/loans/{row.pk}/", small="reference"),
    Column("Product", "product", kind="full"),
    Column("Balance", "balance", kind="money"),
    Column("Asked", "asked", kind="naira", strong=True),
    Column("Due", "due_on", kind="date", empty="not yet"),
    Column("Of pay", "share", kind="percent"),
    Column("Standing", "get_standing_display", kind="pill", tone="standing"),
)


def loan(**changes: object) -> SimpleNamespace:
    values = {
        "pk": 7,
        "member": SimpleNamespace(name="Adaeze <Okonkwo>"),
        "reference": "LH/2026/007",
        "product": "Normal",
        "balance": Decimal("1234567.80"),
        "asked": Decimal("500000.00"),
        "due_on": date(2026, 11, 27),
        "share": Decimal("31.00"),
        "standing": "on_time",
        "get_standing_display": lambda: "On time",
    }
    return SimpleNamespace(**values | changes)


def test_each_kind_of_column_shows_its_value_as_it_should():
    shown = LOANS.render([loan()])
    assert '<b><a href="/loans/7/">Adaeze &lt;Okonkwo&gt;</a></b><small>LH/2026/007</small>' in shown
    assert '<td role="cell" class="num" data-l="Balance">₦1,234,567.80</td>' in shown
    assert "<b>₦500,000</b>" in shown and "27 Nov 2026" in shown and ">31%<" in shown
    assert 'class="pill pill-good"' in shown and "On time" in shown


def test_a_value_that_is_not_there_is_told_in_words_and_breaks_nothing():
    shown = LOANS.render([loan(due_on=None, member=None)])
    assert 'data-l="Due">not yet</td>' in shown


def test_a_misspelt_attribute_is_still_an_error():
    with pytest.raises(AttributeError):
        Table("Wrong", Column("Name", "nmae")).render([loan()])


def test_a_row_may_be_a_mapping_and_a_value_a_function():
    table = Table("Sums", Column("Name", "name"), Column("Twice", lambda row: row["n"] * 2, kind="number"))
    assert ">2,400<" in table.render([{"name": "a", "n": 1200}])


def test_only_markup_that_was_made_safe_is_let_through():
    table = Table("Marks", Column("Mark", "mark"))
    assert "<i>" in table.render([{"mark": SafeString("<i>x</i>")}])
    assert "<i>" not in table.render([{"mark": "<i>x</i>"}])


def test_the_head_keeps_its_roles_so_that_cards_are_still_a_table():
    shown = LOANS.render([])
    assert shown.count('role="columnheader" scope="col"') == 7
    assert '<caption class="vh">Running loans</caption>' in shown


def test_the_current_row_is_marked_and_the_total_stands_below_the_line():
    first, second = loan(), loan(pk=8)
    shown = Template("{% load ui %}{% table table rows current=row total=total %}").render(
        Context({"table": LOANS, "rows": [first, second], "row": second, "total": loan(pk=9)})
    )
    assert shown.index('class="cur"') > shown.index("/loans/7/")
    assert shown.index("<tfoot") > shown.index("/loans/8/")


def test_a_column_that_cannot_work_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="no kind of column"):
        Column("Balance", "balance", kind="monney")
    with pytest.raises(ValueError, match="needs a tone"):
        Column("Standing", "standing", kind="pill")
    with pytest.raises(ValueError, match="needs a heading"):
        Column("", "standing")


def test_a_page_of_rows_costs_a_fraction_of_its_budget():
    """25 rows of seven columns take a third of a millisecond; the bound is six times that."""
    rows = [loan(pk=number) for number in range(25)]
    LOANS.render(rows)
    best = min(timeit.repeat(lambda: LOANS.render(rows), number=5, repeat=7)) / 5
    assert best < 0.002, f"{best * 1000:.2f} ms"
