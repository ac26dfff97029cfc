"""The cast of arrears: loans that came with the books, with due days and penalty rules as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import chart
from ledger.entries import credit, debit
from ledger.models import JournalEntry
from ledger.services import account, open_sub_accounts, post_entry
from loans.models import (
    ChangeKind,
    Installment,
    Loan,
    LoanChange,
    LoanOrigin,
    LoanPause,
    LoanProduct,
    PauseReason,
    ProductVersion,
)
from loans.services.arrears import refresh_arrears
from loans.states import ChangeStatus, LoanStatus
from loans.tests.factories import make_member, make_product_rules
from members.models import Member
from users.roles import Role
from users.testing import make_user

NIGHT = datetime(2026, 11, 1, 0, 20, tzinfo=UTC)
GRANTED = date(2026, 1, 1)
ONE_DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def make_rules(**penalty) -> ProductVersion:
    """A kind of loan of its own with these penalty rules (`percent=2, per_days=30, grace_days=3` and so on)."""
    normal = make_product_rules()["normal"]
    number = LoanProduct.objects.count()
    product = LoanProduct.objects.create(
        code=f"late{number}", name=f"Late {number}", control_code=normal.product.control_code
    )
    normal.pk, normal._state.adding = None, True
    normal.product = product
    for name, value in penalty.items():
        setattr(normal, f"penalty_{name}", value)
    normal.save()
    return normal


def make_late_loan(
    instalments: Sequence[tuple[date, Decimal | int, Decimal | int]], *, version: ProductVersion | None = None,
    member: Member | None = None,
) -> Loan:  # fmt: skip
    """A running loan with these instalments (due day, principal, interest), nothing paid of them."""
    version = version or make_rules()
    member = member or make_member()
    number = Loan.objects.count() + 5000
    principal = sum(Decimal(part) for _, part, _ in instalments)
    opened = open_sub_accounts(under=account(chart.LOANS_NORMAL), owners=[(f"A{number}", member.surname)])[0]
    loan = Loan.objects.create(
        serial=f"OLD/2026/{number:05}", serial_year=2026, serial_number=number, origin=LoanOrigin.OPENING,
        member=member, product=version.product, version=version, principal=principal,
        annual_rate_percent=version.annual_rate_percent, method=version.method, term_months=len(instalments),
        instalment=Decimal(instalments[0][1]) + Decimal(instalments[0][2]), granted_on=GRANTED, registered_on=GRANTED,
        scheduled_principal=principal, status=LoanStatus.ACTIVE, account=opened,
    )  # fmt: skip
    Installment.objects.bulk_create(
        Installment(loan=loan, number=number, due_on=due_on, principal=Decimal(part), interest=Decimal(interest))
        for number, (due_on, part, interest) in enumerate(instalments, start=1)
    )
    post_entry(
        reference=f"test/late/{loan.pk}", kind="test.loan", narration="Lent", on=GRANTED, by=None,
        lines=[debit(opened.pk, principal), credit(account(chart.BANK).pk, principal)],
    )  # fmt: skip
    return loan


def mark_paid(installment: Installment, *, principal: Decimal | int = 0, interest: Decimal | int = 0) -> None:
    """Write on an instalment that so much more of it was paid; of the entry, what the loan then owes less."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loans_installment SET principal_paid = principal_paid + %s, interest_paid = interest_paid + %s "
            "WHERE id = %s",
            [principal, interest, installment.pk],
        )
    if principal:
        post_entry(
            reference=f"test/paid/{JournalEntry.objects.count()}", kind="test.paid", narration="Paid", on=GRANTED,
            lines=[debit(account(chart.BANK).pk, Decimal(principal)),
                   credit(installment.loan.account_id, Decimal(principal))],
            by=None,
        )  # fmt: skip


def pause(loan: Loan, first: date, until: date | None = None, why: str = PauseReason.DISPUTE) -> LoanPause:
    """Pause a loan from a day on, until the day before another."""
    return LoanPause.objects.create(loan=loan, span=DateRange(first, until), why=why, reason="As agreed")


def watch(loan: Loan, first: date, until: date, days: int) -> LoanChange:
    """Put a loan under watch, as new terms do that changed nothing else."""
    asking, deciding = (make_user(roles=[role]) for role in (Role.OFFICER, Role.TREASURER))
    return LoanChange.objects.create(
        loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=first, terms={"months": 1}, reason="Less pay",
        status=ChangeStatus.APPROVED, asked_by=asking, asked_at=NIGHT, decided_by=deciding, decided_at=NIGHT,
        watched_until=until, watch_days=days,
    )  # fmt: skip


def night(on: date | str, **how):
    """The nightly pass of a day."""
    return refresh_arrears(as_of=day(on) if isinstance(on, str) else on, at=NIGHT, **how)


def nights(first: date | str, last: date | str) -> None:
    """Every night from one day to another."""
    today, last = (day(one) if isinstance(one, str) else one for one in (first, last))
    while today <= last:
        night(today)
        today += ONE_DAY
