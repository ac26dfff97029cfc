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

FIGURES = Table(
    "The loan before and after",
    Column("", "label", kind="lead"),
    Column("Before", "before", css="num"),
    Column("After", "told_after", css="num"),
)

LINES = Table(
    "Payments before and after, by due day",
    Column("Due", "due_on", kind="day"),
    Column("Before", "before", kind="money", empty="–"),
    Column("After", "told_after", css="num"),
)
