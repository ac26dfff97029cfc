"""Shaped reads of the books: balances, an account's statement with its running balance, the trial balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Case, F, Sum, When
from django.db.models.functions import Coalesce

from core.sql import load_sql
from ledger.models import Account, AccountBalance, JournalLine, Side

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of an account's statement; `change` and `balance` are on the account's normal side."""

    line_id: int
    entry_id: int
    effective_on: date
    kind: str
    narration: str
    change: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    account_id: int
    code: str
    name: str
    kind: str
    debit: Decimal
    credit: Decimal


def balance_of(account: Account, *, as_of: date | None = None) -> Decimal:
    """What stands on an account, on its normal side; of a control account, what stands on all under it.

    With `as_of`, only what counts on or before that day.
    """
    if account.is_control:
        lines = JournalLine.objects.filter(account__control=account)
        if as_of is None:
            return AccountBalance.objects.filter(account__control=account).aggregate(
                s=Coalesce(Sum("balance"), NOTHING)
            )["s"]
    else:
        if as_of is None and account.control_id:
            return AccountBalance.objects.values_list("balance", flat=True).get(account=account)
        lines = JournalLine.objects.filter(account=account)
    if as_of is not None:
        lines = lines.filter(effective_on__lte=as_of)
    debits_less_credits = lines.aggregate(s=Coalesce(Sum(F("debit") - F("credit")), NOTHING))["s"]
    return debits_less_credits if account.normal_side == Side.DEBIT else -debits_less_credits


def general_balance(code: str) -> Decimal:
    """What stands on a general account that takes lines itself, on its normal side, in one query."""
    sums = (
        JournalLine.objects.filter(account__code=code)
        .values_list("account__normal_side")
        .annotate(total=Sum(F("debit") - F("credit")))
    )
    for side, total in sums:
        return total if side == Side.DEBIT else -total
    return NOTHING


def stored_balances(ids: Iterable[int]) -> dict[int, AccountBalance]:
    """The stored balance and the held part of many sub-accounts, in one query."""
    return AccountBalance.objects.in_bulk(list(ids))


def statement(account: Account, *, limit: int = 25, before: StatementLine | None = None) -> list[StatementLine]:
    """The newest lines of a sub-account, newest first, each with the balance after it.

    It costs the lines shown and no more: the balance of the first is the stored one, and
    each older one is less what came after. Pass the last line of a page as `before` for the next page.
    """
    after = before.balance - before.change if before else balance_of(account)
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("ledger", "statement"),
            {
                "account": account.pk,
                "sign": 1 if account.normal_side == Side.DEBIT else -1,
                "after": after,
                "before_on": before.effective_on if before else None,
                "before_id": before.line_id if before else None,
                "limit": limit,
            },
        )
        return [StatementLine(*row) for row in cursor.fetchall()]


def trial_balance(*, as_of: date) -> list[TrialBalanceLine]:
    """Every general account with lines on or before `as_of`, its balance in the debit or the credit column.

    Sub-accounts are summed into their control account. The two columns have equal totals.
    """
    with connection.cursor() as cursor:
        cursor.execute(load_sql("ledger", "trial_balance"), {"as_of": as_of})
        return [TrialBalanceLine(*row) for row in cursor.fetchall()]


def control_totals() -> dict[str, Decimal]:
    """For each control account code, the sum of its sub-accounts' stored balances."""
    rows = (
        AccountBalance.objects.values("account__control__code")
        .annotate(total=Sum("balance"))
        .values_list("account__control__code", "total")
    )
    return dict(rows)


def totals_by_code(*, batch: str) -> dict[str, Decimal]:
    """What the entries of a batch moved on each general or control account, debits less credits."""
    rows = (
        JournalLine.objects.filter(entry__batch=batch)
        .annotate(
            code=Case(
                When(account__control__isnull=False, then=F("account__control__code")), default=F("account__code")
            )
        )
        .values("code")
        .annotate(moved=Sum(F("debit") - F("credit")))
        .values_list("code", "moved")
    )
    return dict(rows)
