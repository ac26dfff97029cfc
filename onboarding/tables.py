"""The columns of the lists."""

from __future__ import annotations

from django.urls import reverse

from core.tables import Column, Table

IMPORTS = Table(
    "Workbooks that were brought in",
    Column(
        "Workbook", "file_name", kind="lead", small=lambda row: f"brought by {row.brought_by.full_name}",
        href=lambda row: reverse("onboarding:book", args=[row.pk]),
    ),
    Column("Standing", "get_status_display", kind="pill", tone="status"),
    Column("Day of the books", "as_at", kind="date", empty="not said"),
    Column("Members", lambda row: int(row.members), kind="number"),
    Column("Savings", "savings", kind="money"),
    Column("Brought", "brought_at", kind="stamp"),
)  # fmt: skip

COLUMNS = Table(
    "The columns of this sheet and what each holds",
    Column("Column", "heading", kind="lead", small="samples"),
    Column("Holds", "control", css="c-2"),
    Column("How sure", "sureness", kind="pill", tone="tone"),
    Column("Why", "reason", kind="full"),
)

ACCOUNTS = Table(
    "The accounts of the trial balance and what each is here",
    Column("Account", "name", kind="lead", small="row"),
    Column("Debit", "debit", kind="money"),
    Column("Credit", "credit", kind="money"),
    Column("Here it is", "control", css="c-2"),
)

ROWS = Table(
    "Rows that are no data",
    Column("Row", "row", kind="lead", small="said"),
    Column("It is", "control", css="c-2"),
)

PROBLEMS = Table(
    "Problems of this workbook",
    Column("Problem", "title", kind="lead", small="stops"),
    Column("What it is and what to do", "message", kind="full"),
    Column("Grade", "grade_label", kind="pill", tone="tone"),
    Column("Sheet", "sheet", empty="the file"),
    Column("Cell", "cell", empty="all of it"),
    Column("Member", "member"),
    Column("Loan", "loan"),
)

TIE_OUT = Table(
    "The workbook held against the books",
    Column("Account", "label", kind="lead", small="code"),
    Column("Members in the workbook", "members", kind="money"),
    Column("Trial balance", "control", kind="money", empty="no such line"),
    Column("Difference", "difference", kind="money", empty="cannot be told"),
    Column("In our books", "posted", kind="money", empty="not posted yet"),
    Column("Standing", "standing", kind="pill", tone="tone"),
)

GENERAL = Table(
    "What the trial balance opens beside the members' own accounts",
    Column("Our account", "account", kind="lead", small="lines"),
    Column("Debit", "debit", kind="money"),
    Column("Credit", "credit", kind="money"),
    Column("In our books", "posted", kind="money", empty="not posted yet"),
)
