"""The columns of the reports' lists."""

from django.urls import reverse

from core.tables import Column, Table


def _entry(row) -> str:
    return reverse("reports:entry", args=[row.entry_id]) if row.entry_id else ""


def _account(row) -> str:
    return reverse("reports:account", args=[row.account_id]) if row.account_id else ""


def _statement(caption: str, paid_in: str, paid_out: str, balance: str) -> Table:
    return Table(
        caption,
        Column("Date", "on", kind="date"),
        Column("What happened", "narration", kind="full", href=_entry),
        Column(paid_in, "paid_in", kind="money"),
        Column(paid_out, "paid_out", kind="money"),
        Column(balance, "balance", kind="money", strong=True),
    )


SAVINGS = _statement("What came in and went out", "In", "Out", "Balance")
LOAN = _statement("What was lent and paid back", "Paid back", "Lent", "Owed")

TRIAL_BALANCE = Table(
    "Trial balance",
    Column("Account", "name", kind="lead", small="code", href=_account),
    Column("Debit", lambda row: row.debit or None, kind="money"),
    Column("Credit", lambda row: row.credit or None, kind="money"),
)

ACCOUNT = Table(
    "Lines of the account, newest first",
    Column("Date", "effective_on", kind="date"),
    Column("What happened", "narration", kind="full", href=_entry),
    Column("Debit", "debit", kind="money"),
    Column("Credit", "credit", kind="money"),
    Column("Balance", "balance", kind="money", strong=True),
)

SUB_ACCOUNTS = Table(
    "Accounts of members and loans",
    Column(
        "Account", "name", kind="lead", small="code", href=lambda row: reverse("reports:account", args=[row.pk])
    ),
    Column("Debit", lambda row: max(row.debits_less_credits, 0) or None, kind="money"),
    Column("Credit", lambda row: max(-row.debits_less_credits, 0) or None, kind="money"),
)  # fmt: skip

ENTRY = Table(
    "Lines of the entry",
    Column("Account", "name", kind="lead", small="narration"),
    Column("Debit", lambda row: row.debit or None, kind="money"),
    Column("Credit", lambda row: row.credit or None, kind="money"),
)

OFFICE_ENTRY = Table(
    "Lines of the entry",
    Column("Account", "name", kind="lead", small=lambda row: row.narration or row.code, href=_account),
    Column("Debit", lambda row: row.debit or None, kind="money"),
    Column("Credit", lambda row: row.credit or None, kind="money"),
)

INVARIANTS = Table(
    "Rules that the books must keep",
    Column("Rule", "invariant.title", kind="lead", small="invariant.code"),
    Column("Seen", "finding.counted", kind="number"),
    Column("Broken", lambda row: len(row.finding.broken), kind="number"),
    Column("Difference", "finding.difference", kind="money"),
    Column("Standing", lambda row: "Holds" if row.holds else "Broken", kind="pill", hide_label=True,
           tone=lambda row: "good" if row.holds else "bad", css="c-2"),
)  # fmt: skip
