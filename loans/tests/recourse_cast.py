"""The cast of recourse: a loan that is late, whose guarantors stand for half of it each; and days that go by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection

from ledger import chart
from ledger.entries import credit, debit
from ledger.models import AccountBalance
from ledger.services import account, post_entry
from ledger.tests.factories import deposit
from loans.models import Guarantee, HoldPolicy, Loan, Recourse
from loans.services.recourse import charge_guarantors, give_notice, offset_savings
from loans.tests.factories import AT, make_member, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer

LATE = date(2027, 1, 10)  # two instalments of a loan paid out on 26 October 2026 have passed
FREE = date(2027, 1, 24)  # when 14 days of notice given then are over


def late_loan(*, savings: str = "50000", guarantors: int = 2, policy: str = HoldPolicy.UNTIL_CLOSED, **fields) -> Loan:
    """A loan of 200,000 that nobody has paid anything on; the borrower has something saved by now."""
    member = make_member(savings="500000")
    loan = make_active(member=member, guarantors=guarantors, **fields)
    set_rules(hold_policy=policy)
    take_all(member, leave=savings)
    return loan


def take_all(member, *, leave: str) -> None:
    gone = AccountBalance.objects.get(account=member.savings_account).balance - Decimal(leave)
    if gone > 0:
        post_entry(
            reference=f"test/gone/{member.pk}", kind="test.gone", narration="Gone", on=date(2026, 10, 26), by=None,
            lines=[debit(member.savings_account_id, gone), credit(account(chart.BANK).pk, gone)],
        )  # fmt: skip
    elif gone < 0:
        deposit(member.savings_account, -gone)


def promises(loan) -> list[Guarantee]:
    return list(Guarantee.objects.filter(loan=loan).select_related("guarantor", "hold").order_by("pk"))


def notice(loan, *, by=None, on: date = LATE) -> Recourse:
    return give_notice(loan=loan, reason="Nothing came for two months", by=by or make_officer(), on=on, at=AT)


def days_go_by(days: int = 14) -> None:
    """Let the notices grow old, as only the tables' owner can: the site cannot choose when it recorded something.

    In the test's own transaction the owner sees its uncommitted rows.
    """
    with connection.cursor() as cursor:
        cursor.execute('SET ROLE "cooploan_owner"')
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE loans_recoursenotice DISABLE TRIGGER loans_recoursenotice_final")
        cursor.execute("UPDATE loans_recoursenotice SET recorded_at = recorded_at - make_interval(days => %s)", [days])
        cursor.execute("ALTER TABLE loans_recoursenotice ENABLE ALWAYS TRIGGER loans_recoursenotice_final")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute('SET ROLE "cooploan_app"')


def taken(loan, *, on: date = FREE) -> Recourse:
    """Notice given, days gone by, own savings and guarantors charged."""
    recourse = notice(loan)
    days_go_by()
    treasurer = make_treasurer()
    offset_savings(recourse=recourse, by=treasurer, on=on, at=AT)
    recourse.refresh_from_db()
    return charge_guarantors(recourse=recourse, by=treasurer, on=on, at=AT)
