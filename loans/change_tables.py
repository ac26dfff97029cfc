"""The columns of the pages about changes of running loans."""

from __future__ import annotations

from django.urls import reverse

from core.tables import Column, Table
from loans.change_words import in_words


def _page(change) -> str:
    return reverse("loans:loan_change", args=[change.pk])


def _whose(change) -> str:
    return f"{change.loan.serial} · {change.loan.product}"


WAITING = Table(
    "Changes that wait for a second person, the oldest first",
    Column("Borrower", "loan.member.name", kind="lead", href=_page, small=_whose),
    Column("Change", "get_kind_display", small=in_words, css="c-2"),
    Column("Asked by", "asked_by.full_name"),
    Column("Asked", "asked_at", kind="date"),
)

DECIDED = Table(
    "Changes that were decided on, the newest first",
    Column("Borrower", "loan.member.name", kind="lead", href=_page, small=_whose),
    Column("Change", "get_kind_display", small=in_words, css="c-2"),
    Column("Asked", "asked_at", kind="date"),
    Column("State", "get_status_display", kind="pill", tone="status"),
)


def _both(without: str, with_it: str) -> dict[str, Table]:
    """The loan's figures and its payments, twice beside each other."""
    return {
        "figures": Table(
            "The loan twice, figure by figure",
            Column("Figure", "label", kind="lead", hide_label=True),
            Column(without, "told_before", kind="money"),
            Column(with_it, "told_after", kind="money"),
        ),
        "lines": Table(
            "The payments twice, by due day",
            Column("Due", "due_on", kind="day"),
            Column(without, "told_before", kind="money"),
            Column(with_it, "told_after", kind="money"),
        ),
    }


BOTH = _both("Before", "After")
TAKEN_BACK = _both("With it", "Without it")
