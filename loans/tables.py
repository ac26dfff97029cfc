"""The columns of the register's lists."""

from functools import cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString

from core.display import day, naira, plural
from core.markup import text
from core.tables import Column, Table
from loans.addresses import in_address


@cache
def _before_the_serial() -> str:
    """What all addresses of loans share: asking for each of 25 of them anew costs more than drawing the rows."""
    return reverse("loans:loan", args=["LH/2026/001"]).removesuffix("LH/2026/001/")


def loan_url(loan) -> str:
    return f"{_before_the_serial()}{quote(in_address(loan.serial))}/"


def _serial_and_number(loan) -> str:
    return f"{loan.serial} · {loan.member_number}"


def _due_day(line) -> str:
    return day(line.installment.due_on)


def _next(loan) -> SafeString | str:
    if loan.next_due_on is None or loan.status != "active":
        return ""
    return SafeString(f"{text(day(loan.next_due_on))}<small>{text(naira(loan.next_amount))}</small>")


REGISTER = Table(
    "Loans in the register",
    Column("Borrower", "borrower", kind="lead", href=loan_url, small=_serial_and_number),
    Column("Kind", "product"),
    Column("Lent", "principal", kind="naira"),
    Column("Owed", "owed", kind="money", strong=True),
    Column("Next payment", _next, css="date", empty="–"),
    Column("Standing", "standing", kind="pill", tone=lambda loan: "bad" if loan.is_late else loan.status),
)

WAITING = Table(
    "Approved applications that are not in the register",
    Column(
        "Applicant", "member.name", kind="lead", small=lambda row: f"{row.number} · {row.member.employer}",
        href=lambda row: reverse("loans:register_one", args=[row.number]),
    ),
    Column("Loan", lambda row: f"{row.product}, {row.approval.term_months} months", kind="full"),
    Column("Approved amount", "approval.amount", kind="money", strong=True),
    Column("Approved on", "approval.approved_at", kind="date"),
)  # fmt: skip

QUEUE = Table(
    "Loans in the queue, in the order in which they will be let out",
    Column("Borrower", "member.name", kind="lead", href=loan_url, small="serial"),
    Column("Kind", "product.name"),
    Column("Amount", "principal", kind="money", strong=True),
    Column("Approved on", "application.approval.approved_at", kind="date"),
    Column("Registered on", "registered_on", kind="date"),
)

PAYOUTS = Table(
    "Loans that are ready to be paid out",
    Column(
        "Borrower", "member.name", kind="lead", small=lambda loan: f"{loan.serial} · {loan.member.employer}",
        href=lambda loan: reverse("loans:payout", args=[loan.serial]),
    ),
    Column("Kind", "product.name"),
    Column("Amount", "principal", kind="money", strong=True),
    Column("Ready since", "released_on", kind="date"),
    Column("Pay before", "first_due_on", kind="day"),
    Column("Approved by", "application.approval.approved_by.full_name", css="c-2"),
)  # fmt: skip


def _schedule(charge: str) -> Table:
    return Table(
        "Payments of this loan, by their due days",
        Column("Due", _due_day, kind="lead", small=lambda line: f"No. {line.installment.number}", href="url"),
        Column("Principal", "installment.principal", kind="money"),
        Column(charge, "installment.interest", kind="money"),
        Column("Payment", "installment.due", kind="money", strong=True),
        Column("Paid", lambda line: line.installment.paid or None, kind="money", empty="–"),
        Column("Owed after it", "closing", kind="money"),
        Column("State", "words", kind="pill", tone=lambda line: STATE_TONES[line.state]),
    )


# By what the price of the loan is called.
SCHEDULES = {"interest": _schedule("Interest"), "profit": _schedule("Profit")}
STATE_TONES = {"paid": "good", "part": "warn", "late": "bad", "due": "info", "later": "idle", "waived": "idle"}

ACCOUNT = Table(
    "Lines of this loan's account, newest first",
    Column("Day", "effective_on", kind="date"),
    Column("What", "narration", kind="lead"),
    Column("Change", "change", kind="money"),
    Column("Owed after it", "balance", kind="money", strong=True),
)

PRODUCTS = Table(
    "Kinds of loan",
    Column(
        "Kind", "product.name", kind="lead", small=lambda row: row.product.purpose,
        href=lambda row: reverse("loans:product", args=[row.product.code]),
    ),
    Column("Rate", "rate", empty="No rules in force"),
    Column("Reckoned", lambda row: row.version.get_method_display() if row.version else "", css="c-2"),
    Column("Up to", lambda row: plural(row.version.max_term_months, "month") if row.version else ""),
    Column("Since", "version.valid.lower", kind="date"),
    Column("Standing", "standing", kind="pill", tone=lambda row: "good" if row.product.is_open else "idle"),
    Column("Waits", lambda row: "New rules" if row.waits else "", empty="–"),
)  # fmt: skip


def uncovered(*, may_replace: bool) -> Table:
    """Promises without cover; each leads to asking another guarantor, or only to its loan for who may not ask."""
    return Table(
        "Promises without cover",
        Column(
            "Guarantor",
            "guarantor.name",
            kind="lead",
            small=lambda row: f"for {row.loan.member.name}, {row.loan.serial}",
            href=lambda row: reverse("loans:replace_guarantor", args=[row.pk]) if may_replace else loan_url(row.loan),
        ),
        Column("Needed", "needed", kind="money"),
        Column("Held", "held", kind="money"),
        Column("Not covered", "uncovered", kind="money", strong=True),
        Column("Membership", "guarantor.get_status_display"),
    )


def late_loans(*, may_propose: bool) -> Table:
    """Loans that are late; each leads to giving notice, or only to its arrears for who may not give any."""
    page = "loans:give_notice" if may_propose else "loans:arrears_of"
    return Table(
        "Loans that are late",
        Column(
            "Borrower",
            "loan.member.name",
            kind="lead",
            small=lambda row: row.loan.serial,
            href=lambda row: reverse(page, args=[row.loan.serial]),
        ),
        Column("Late", lambda row: plural(row.health.days_late, "day")),
        Column("Overdue", "health.overdue", kind="money", strong=True),
        Column("Others stand for", "pledged", kind="money"),
        Column("Notice", lambda row: "Given" if row.has_notice else "", empty="–"),
    )


RECOURSES = Table(
    "Notices given",
    Column(
        "Borrower",
        "loan.member.name",
        kind="lead",
        small=lambda row: row.loan.serial,
        href=lambda row: reverse("loans:recourse", args=[row.pk]),
    ),
    Column("Given on", "given_on", kind="date"),
    Column("Not before", "free_on", kind="date"),
    Column("Owed then", "owed", kind="money"),
    Column("Standing", "get_status_display", kind="pill", tone=lambda row: TONES.get(row.status, "idle")),
)
TONES = {"notice_given": "warn", "savings_offset": "warn", "guarantors_charged": "info", "settled": "good"}

CONTAGION = Table(
    "Members who would pay",
    Column("Member", "member.name", kind="lead", small=lambda row: row.member.number),
    Column("For himself and others", "pays", kind="money"),
    Column("Of it for others", "for_others", kind="money"),
    Column("Left free", "left", kind="money", strong=True),
    Column("Pulled down", lambda row: f"In round {row.in_round}" if row.is_down else "", empty="–"),
)
