"""Business event → journal lines. An accountant can review the lending room from this file alone.

Interest is earned when it is received (cash basis): nothing is posted when an
instalment falls due, and interest that an early pay-off saves was never posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.servicing import Effect
from ledger import chart
from ledger.entries import Line, credit, debit, without_zeros
from ledger.services import accounts_by_code
from loans.models import Loan

NOTHING = Decimal("0.00")
PAID_OUT = "loan.paid_out"
REPAID = "loan.repaid"
TAKEN_OVER = "loan.taken_over"
WRITTEN_OFF = "loan.written_off"


def payout(*, loan_account_id: int, bank_id: int, amount: Decimal) -> tuple[Line, ...]:
    """Dr the loan · Cr bank."""
    return (debit(loan_account_id, amount, "Loan paid out"), credit(bank_id, amount))


def accounts() -> dict[str, int]:
    """The accounts that repayments credit, by code: read once for a whole batch."""
    return accounts_by_code(chart.INTEREST_INCOME, chart.FEE_INCOME, chart.PENALTIES, chart.RECOVERIES)


def repayment(
    *, from_account_id: int, loan: Loan, accounts: Mapping[str, int], effect: Effect, surplus: Decimal = NOTHING
) -> tuple[Line, ...]:
    """Dr where the money came from (bank, cash, unallocated remittances, savings) · Cr interest, fee, penalty, loan.

    Interest below zero was paid in advance for months that the loan did not live to see: Dr interest income. What came
    in after a write-off: Cr recoveries. `surplus`: Cr the member's voluntary savings.
    """
    interest_id = accounts[chart.INTEREST_INCOME]
    return without_zeros(
        [
            debit(from_account_id, effect.applied + surplus),
            debit(interest_id, max(-effect.interest, NOTHING), "Interest paid in advance, given back"),
            credit(accounts[chart.PENALTIES], effect.penalty, "Penalty"),
            credit(accounts[chart.FEE_INCOME], effect.fee, "Fee"),
            credit(interest_id, max(effect.interest, NOTHING), "Interest"),
            credit(loan.account_id, effect.principal, "Paid back"),
            credit(accounts[chart.RECOVERIES], effect.recovered, "Recovered after the write-off"),
            credit(loan.member.voluntary_account_id, surplus, "Not needed by the loan"),
        ]
    )


def written_off(*, allowance_id: int, loan_account_id: int, lost: Decimal) -> tuple[Line, ...]:
    """Dr the allowance for loan losses with the principal that is given up · Cr the loan."""
    return (debit(allowance_id, lost, "Written off"), credit(loan_account_id, lost))


def taken_over(*, loan_account_id: int, against_id: int, balance: Decimal) -> tuple[Line, ...]:
    """Dr the loan with what is still owed · Cr the account that the society's opening books are set against."""
    return (debit(loan_account_id, balance, "Balance taken over"), credit(against_id, balance))
