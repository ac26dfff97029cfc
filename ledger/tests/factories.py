"""Accounts and entries for tests of the ledger and of the rooms above it."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

from ledger import chart
from ledger.entries import credit, debit
from ledger.models import Account, JournalEntry
from ledger.services import account, open_sub_accounts, post_entry

numbers = itertools.count(1)
OCTOBER = date(2026, 10, 26)


def savings_account(balance: Decimal | str = "0", *, code: str = chart.SAVINGS) -> Account:
    """A member's account with money on it that came from the bank."""
    number = next(numbers)
    opened = open_sub_accounts(under=account(code), owners=[(f"T{number}", f"Test saver {number}")])[0]
    if Decimal(balance):
        deposit(opened, balance)
    return opened


def deposit(into: Account, amount: Decimal | str, *, on: date = OCTOBER, reference: str = "") -> JournalEntry:
    amount = Decimal(amount)
    return post_entry(
        reference=reference or f"test/deposit/{next(numbers)}",
        kind="test.deposit",
        narration="Paid in",
        on=on,
        lines=[debit(account(chart.BANK).pk, amount), credit(into.pk, amount)],
        by=None,
    )
