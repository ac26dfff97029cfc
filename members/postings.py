"""Business event → journal lines. An accountant can review the members' room from this file alone."""

from __future__ import annotations

from decimal import Decimal

from ledger.entries import Line, credit, debit, without_zeros
from members.models import Member


def contribution(
    member: Member, from_account_id: int, *, savings: Decimal, christmas: Decimal, voluntary: Decimal, shares: Decimal
) -> tuple[Line, ...]:
    """Dr where the money came from (bank, cash, unallocated remittances) · Cr the member's own accounts."""
    return without_zeros(
        [
            debit(from_account_id, savings + christmas + voluntary + shares),
            credit(member.savings_account_id, savings, "Savings"),
            credit(member.christmas_account_id, christmas, "Christmas savings"),
            credit(member.voluntary_account_id, voluntary, "Voluntary savings"),
            credit(member.shares_account_id, shares, "Shares"),
        ]
    )


def withdrawal(member: Member, bank_id: int, amount: Decimal) -> tuple[Line, ...]:
    """Dr the member's savings · Cr bank."""
    return (debit(member.savings_account_id, amount, "Withdrawal"), credit(bank_id, amount))
