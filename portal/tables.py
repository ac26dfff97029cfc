"""The columns of the register's lists."""

from django.urls import reverse

from core.tables import Column, Table

MEMBERS = Table(
    "Members of the society",
    Column(
        "Member", "name", kind="lead", small="number",
        href=lambda row: reverse("portal:member", args=[row.pk]),
    ),
    Column("Employer", "employer.code"),
    Column("Staff number", "staff_number", empty="not settled"),
    Column("Savings", "savings_account.stored.balance", kind="money"),
    Column("Free to promise", "savings_account.stored.free", kind="money"),
    Column("Standing", "get_status_display", kind="pill", tone="status"),
)  # fmt: skip

WITHDRAWALS = Table(
    "Savings to be paid out",
    Column(
        "Member", "member.name", kind="lead", small="member.number",
        href=lambda row: reverse("portal:withdrawal", args=[row.pk]),
    ),
    Column("Amount", "amount", kind="money", strong=True),
    Column("Asked", "requested_at", kind="stamp"),
)  # fmt: skip
