"""Schedules that other systems publish, each reproduced to the last figure by its own conventions.

``published_schedules.json`` gives for each the address, the name or number of the case there, and which rounding, day
count and place for the remainder it was made with. All of these are choices of ``ScheduleTerms``.
"""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import money
from engine.day_counts import DayCount
from engine.money import HALF_EVEN, Remainder, Rounding, round_to
from engine.schedules import Method, ScheduleTerms, build_schedule

Case = dict[str, Any]
CASES: list[Case] = json.loads((Path(__file__).parent / "published_schedules.json").read_text())["cases"]
NAMES = [case["id"] for case in CASES]


def terms_of(case: Case) -> ScheduleTerms:
    due = [date.fromisoformat(day) for day in case["due"]] if "due" in case else None
    return ScheduleTerms(
        principal=Decimal(case["principal"]),
        rate_percent=Decimal(case["annual_rate_percent"]),
        term=case.get("term") or len(due),
        due_dates=due,
        starts_on=date.fromisoformat(case["starts_on"]) if "starts_on" in case else None,
        day_count=DayCount(case.get("day_count", DayCount.EQUAL_PERIODS)),
        rounding=getattr(money, case["rounding"]),
    )


def figures(case: Case, terms: ScheduleTerms) -> list[list[Decimal]]:
    lines = build_schedule(terms)[: len(case["rows"])]
    return [[getattr(line, column) for column in case["columns"]] for line in lines]


def published(case: Case) -> list[list[Decimal]]:
    return [[Decimal(cell) for cell in row] for row in case["rows"]]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_published_schedule_comes_out_to_the_last_figure(case: Case) -> None:
    terms = terms_of(case)
    if "rows" in case:
        assert figures(case, terms) == published(case)
    lines = build_schedule(terms)
    for column, total in (("interest", "total_interest"), ("total", "total_payment")):
        if total in case:  # printed to the whole unit
            assert round_to(sum(getattr(line, column) for line in lines), Decimal(1)) == Decimal(case[total])
    if "instalment" in case:
        assert lines[0].total == Decimal(case["instalment"])


def test_each_names_where_it_stands() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(case["source"].startswith("https://github.com/") and case["case"] for case in CASES)


def other(case_id: str, **changes: Any) -> tuple[list[list[Decimal]], list[list[Decimal]]]:
    """Our figures with another convention, and the published ones."""
    case = next(case for case in CASES if case["id"] == case_id)
    return figures(case, replace(terms_of(case), **changes)), published(case)


@pytest.mark.parametrize(
    ("case_id", "changes"),
    [
        ("fineract-actual-actual-12", {"day_count": DayCount.ACTUAL_ACTUAL}),
        ("fineract-365-actual-12", {"day_count": DayCount.THIRTY_360}),
        ("fineract-month-end-rolls-over", {"day_count": DayCount.EQUAL_PERIODS}),
        ("fineract-actual-actual-iterated", {"rounding": Rounding(HALF_EVEN, instalment_mode=HALF_EVEN)}),
        ("frappe-1000000-first-instalment", {"rounding": money.HOUSE}),
    ],
)
def test_another_convention_gives_other_figures_so_the_choice_matters(case_id: str, changes: dict[str, Any]) -> None:
    ours, theirs = other(case_id, **changes)
    assert ours != theirs


@pytest.mark.parametrize("remainder", Remainder)
def test_the_odd_kobo_of_equal_parts_go_where_the_rounding_says(remainder: Remainder) -> None:
    terms = ScheduleTerms(
        principal=Decimal(100),
        rate_percent=Decimal(0),
        term=6,
        method=Method.FLAT,
        rounding=Rounding(remainder=remainder),
    )
    parts = [line.principal for line in build_schedule(terms)]
    assert sum(parts) == 100
    few, more = Decimal("16.65"), Decimal("16.67")
    expected = {
        Remainder.LAST: [more] * 5 + [few],
        Remainder.FIRST: [few] + [more] * 5,
        Remainder.SPREAD: [more] * 4 + [Decimal("16.66")] * 2,
    }
    assert parts == expected[remainder]
