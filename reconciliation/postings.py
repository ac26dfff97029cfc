"""Business event → journal lines. An accountant can review reconciliation from this file alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ledger import chart
from ledger.entries import Line, credit, debit, without_zeros


def receipt(accounts: Mapping[str, int], bank_credit: Decimal, charge: Decimal) -> tuple[Line, ...]:
    """Dr bank (what it credited), Dr bank charges (what it kept) · Cr unallocated remittances (what the file says).

    Each line of the file then goes from there to its member (`members.postings`, `loans.postings`); what stays is the
    suspense.
    """
    return without_zeros(
        [
            debit(accounts[chart.BANK], bank_credit),
            debit(accounts[chart.BANK_CHARGES], charge, "Kept by the bank"),
            credit(accounts[chart.SUSPENSE], bank_credit + charge),
        ]
    )
