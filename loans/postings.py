"""Business event → journal lines. An accountant can review the lending room from this file alone.

Interest is earned when it is received (cash basis): nothing is posted when an
instalment falls due, and interest that an early pay-off saves was never posted.
"""

from __future__ import annotations

from decimal import Decimal

from ledger.entries import Line, credit, debit, without_zeros

NOTHING = Decimal("0.00")
PAID_OUT = "loan.paid_out"
REPAID = "loan.repaid"
TAKEN_OVER = "loan.taken_over"


def payout(*, loan_account_id: int, bank_id: int, amount: Decimal) -> tuple[Line, ...]:
    """Dr the loan · Cr bank."""
    return (debit(loan_account_id, amount, "Loan paid out"), credit(bank_id, amount))


def repayment(
    *, from_account_id: int, loan_account_id: int, income_id: int, principal: Decimal, interest: Decimal
) -> tuple[Line, ...]:
    """Dr where the money came from (bank, cash, unallocated remittances) · Cr interest income · Cr the loan.

    Interest below zero was paid in advance for months that the loan did not live to see: Dr interest income.
    """
    return without_zeros(
        [
            debit(from_account_id, principal + interest),
            debit(income_id, max(-interest, NOTHING), "Interest paid in advance, given back"),
            credit(income_id, max(interest, NOTHING), "Interest"),
            credit(loan_account_id, principal, "Paid back"),
        ]
    )


def taken_over(*, loan_account_id: int, against_id: int, balance: Decimal) -> tuple[Line, ...]:
    """Dr the loan with what is still owed · Cr the account that the society's opening books are set against."""
    return (debit(loan_account_id, balance, "Balance taken over"), credit(against_id, balance))
