"""The columns of the month's lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from core.display import month as spoken_month
from core.markup import text
from core.tables import Column, Table
from reconciliation.papers import fate
from reconciliation.states import SuspenseStatus

CAUSE_WORDS = {
    "exact": "As asked",
    "short": "Short",
    "over": "More than asked",
    "double_month": "Two months",
    "twice": "Twice",
    "stranger": "Unknown",
    "wrong_number": "Other number",
    "misspelt": "Other spelling",
    "misspelt_and_wrong_number": "Other number and spelling",
    "number_shared_in_register": "Number of two members",
}


RETURN_TONES = {"matched": "warn", "posting": "info", "posted": "good", "dropped": "idle"}


def _line_url(row) -> str:
    return reverse("reconciliation:line", args=[row.pk])


def _wrote(row) -> str:
    return " ".join(part for part in (row.name, row.staff_number) if part) or "Nobody named"


def _cause(row) -> str:
    return CAUSE_WORDS[row.cause]


def _difference(row):
    return row.amount - row.expected if row.member and row.amount != row.expected else None


RETURNS = Table(
    "Payroll returns",
    Column(
        "Employer and month", lambda row: f"{row.schedule.employer}, {spoken_month(row.schedule.month)}", kind="lead",
        small="file_name", href=lambda row: reverse("reconciliation:workspace", args=[row.pk]),
    ),
    Column("File", "file_total", kind="money", strong=True),
    Column("Bank credit", "bank_credit", kind="money"),
    Column("Charge", lambda row: row.charge or None, kind="money", empty="–"),
    Column("To explain", lambda row: row.gap or None, kind="money", empty="nothing"),
    Column("Credited", "received_on", kind="date"),
    Column("Standing", "get_status_display", kind="pill", tone=lambda row: RETURN_TONES[row.status]),
)  # fmt: skip

SCHEDULES = Table(
    "Deduction schedules",
    Column(
        "Employer", "employer.name", kind="lead", href=lambda row: reverse("reconciliation:schedule", args=[row.pk]),
        small=lambda row: row.number or f"Draft, version {row.version}",
    ),
    Column("Month", lambda row: spoken_month(row.month)),
    Column("Members", "members", kind="number"),
    Column("To deduct", "total", kind="money", strong=True),
    Column("Prepared by", "prepared_by.full_name"),
    Column("Standing", "get_status_display", kind="pill", tone="status"),
    Column("Return", lambda row: "came in" if row.has_return else None, empty="not yet"),
)  # fmt: skip


def _made_of(row) -> str:
    # The row of totals is a mapping and opens nothing.
    return "" if isinstance(row, dict) else reverse("reconciliation:deduction", args=[row.schedule_id, row.pk])


def _some(name: str) -> Callable[[Any], Decimal | None]:
    """An amount where there is one: a list is read sooner without its zeros."""
    return lambda row: (row[name] if isinstance(row, dict) else getattr(row, name)) or None


def _loans_url(row) -> str:
    return _made_of(row) if _some("loans")(row) else ""


DEDUCTIONS = Table(
    "What each member is to be deducted",
    Column("Member", "member.name", kind="lead", small="member.number", href=_made_of),
    Column("Staff number", "staff_number", empty="not settled"),
    Column("Savings", _some("savings"), kind="money", empty="–"),
    Column("Christmas", _some("christmas"), kind="money", empty="–"),
    Column("Loans", _some("loans"), kind="money", empty="–", href=_loans_url),
    Column("Total", "total", kind="money", strong=True),
)


def deductions_total(figures: dict) -> dict:
    """The last row of a schedule: the sums of all its members, whatever page is shown."""
    return {
        "member": {"name": f"{figures['members']:,} members", "number": ""}, "staff_number": " ", **figures,
    }  # fmt: skip


LINES = Table(
    "Lines of the return",
    Column("Member", "member.name", kind="lead", small="member.number", href=_line_url),
    Column("On the return", _wrote, css="c-2", small=lambda row: f"row {row.row}"),
    Column("Came in", "amount", kind="money", strong=True),
    Column("We asked for", "expected", kind="money"),
    Column("Difference", _difference, kind="money", empty="–"),
    Column("What it is", _cause, kind="pill", tone="cause"),
)

SECOND = Table(
    "Lines of members who have a line already",
    Column("Member", "member.name", kind="lead", small="member.number", href=_line_url),
    Column("On the return", _wrote, css="c-2", small=lambda row: f"row {row.row}"),
    Column("Came in", "amount", kind="money", strong=True),
    Column("We asked for", "expected", kind="money"),
    Column("Why it waits", lambda row: row.reasons[0]["text"] if row.reasons else "", css="c-2"),
)

MISSING = Table(
    "Members who are not in the return",
    Column("Member", "member.name", kind="lead", small="member.number", href=_made_of),
    Column("Staff number", "staff_number", empty="not settled"),
    Column("Savings", _some("savings"), kind="money", empty="–"),
    Column("Christmas", _some("christmas"), kind="money", empty="–"),
    Column("Loans", _some("loans"), kind="money", empty="–"),
    Column("We asked for", "total", kind="money", strong=True),
)


def _item_url(row) -> str:
    return reverse("reconciliation:suspense_item", args=[row.pk])


def _parked_url(row) -> str:
    return _item_url(row.suspense) if row.state == "suspense" else _line_url(row)


def _parked_standing(row) -> str:
    return SuspenseStatus(row.suspense.status).label if row.state == "suspense" else "To be posted"


def _parked_tone(row) -> str:
    return "good" if row.state == "suspense" and row.suspense.status == "cleared" else "warn"


PARKED = Table(
    "Lines in suspense",
    Column("On the return", _wrote, kind="lead", small=lambda row: f"row {row.row}", href=_parked_url),
    Column("Came in", "amount", kind="money", strong=True),
    Column("Why", lambda row: row.suspense.reason if row.state == "suspense" else fate(row), css="c-2"),
    Column("Nearest member", "member.name", empty="nobody", css="c-2"),
    Column("Standing", _parked_standing, kind="pill", tone=_parked_tone),
)  # fmt: skip

SURE = Table(
    "Suggestions that may be taken together",
    Column("On the return", _wrote, kind="lead", small=lambda row: f"row {row.row}", href=_line_url),
    Column("Came in", "amount", kind="money"),
    Column("Member", "member.name", small="member.number", css="c-2", strong=True),
    Column("We asked for", "expected", kind="money"),
    Column("Sure", "confidence", kind="percent"),
)

FOUND = Table(
    "Members of this employer",
    Column("Member", "name", kind="lead", small="number"),
    Column("Staff number", "staff_number", empty="not settled"),
    Column("We asked for", "asked", kind="money"),
    Column("In this return", lambda row: "has a line" if row.has_line else None, empty="no line yet"),
    Column(
        "Choose",
        lambda row: SafeString("") if row.has_line else _choose(row), hide_label=True, css="c-2",
    ),
)  # fmt: skip

OWNERS = Table(
    "Members found",
    Column("Member", "name", kind="lead", small="number"),
    Column("Employer", "employer.name", css="c-2"),
    Column("Staff number", "staff_number", empty="not settled"),
    Column("Choose", lambda row: _choose(row), hide_label=True, css="c-2"),
)


def _choose(row) -> SafeString:
    return SafeString(
        f'<button class="btn btn-s btn-2" name="member" value="{row.pk}">It is this one'
        f'<span class="vh">: {text(row.name)}</span></button>'
    )


PROBLEMS = Table(
    "What stands in the way",
    Column("What is wrong and what to do", "message", kind="lead"),
    Column("Sheet", "sheet", empty="the file"),
    Column("Row", "row", kind="number", empty="all of it"),
    Column("Column", "column", empty="–"),
)

REMARKS = Table(
    "How the file was read",
    Column("What was noticed", "message", kind="lead"),
    Column("Sheet", "sheet", empty="the file"),
    Column("Row", "row", kind="number", empty="all of it"),
    Column("Column", "column", empty="–"),
    Column(
        "Grade", lambda row: {"repaired": "Repaired", "warning": "Worth a look"}.get(row["grade"], row["grade"]),
        kind="pill", tone="grade",
    ),
)  # fmt: skip


def _came_from(row) -> str:
    schedule = row.line.remittance.schedule
    return f"{schedule.employer}, {spoken_month(schedule.month)}"


SUSPENSE = Table(
    "Money in suspense",
    Column(
        "On the return", lambda row: _wrote(row.line), kind="lead", href=_item_url,
        small=_came_from,
    ),
    Column("Amount", "amount", kind="money", strong=True),
    Column("Waits since", "opened_on", kind="date", small="waited"),
    Column("Why", "reason", css="c-2"),
    Column(
        "Owner proposed", "member.name", empty="nobody yet",
        small=lambda row: row.proposed_by and f"by {row.proposed_by.full_name}",
    ),
)  # fmt: skip

CLEARED = Table(
    "Cleared from suspense",
    Column(
        "On the return", lambda row: _wrote(row.line), kind="lead", href=_item_url,
        small=_came_from,
    ),
    Column("Amount", "amount", kind="money", strong=True),
    Column("Credited to", "member.name", small="member.number"),
    Column("Proposed by", "proposed_by.full_name"),
    Column("Agreed by", "cleared_by.full_name"),
    Column("On", "cleared_at", kind="stamp"),
)  # fmt: skip
