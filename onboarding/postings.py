"""Business event → journal lines. An accountant can review how the old books come in from this file alone.

Every opening balance stands against one account, the opening differences: when
all is in, what is left on it is exactly what the workbook itself did not tie.
"""

from __future__ import annotations

from decimal import Decimal

from ledger import chart
from ledger.entries import Line, credit, debit, without_zeros

OPENING = "onboarding.opening"
TRIAL_BALANCE = "onboarding.trial_balance"
FIRST_MONEY = "onboarding.first_money"

# The members' own accounts by what the analysis calls them.
MEMBER_CONTROLS = {
    "savings": chart.SAVINGS,
    "voluntary": chart.VOLUNTARY_SAVINGS,
    "christmas": chart.CHRISTMAS_SAVINGS,
    "shares": chart.SHARES,
}

# What a line of the trial balance opens; control accounts open from the members' own figures instead.
GENERAL = {
    "bank": chart.BANK,
    "cash": chart.CASH,
    "reserve": chart.STATUTORY_RESERVE,
    "surplus": chart.UNDISTRIBUTED_SURPLUS,
    "investments": "1500",
    "fixed_assets": "1600",
    "receivable": "1100",
    "payable": "2100",
    "loan_provision": "1290",
    "interest_income": chart.INTEREST_INCOME,
    "fee_income": chart.FEE_INCOME,
    "bank_charges": chart.BANK_CHARGES,
    "expense": "5200",
}


def trial_line(
    account_id: int, difference_id: int, *, debit_amount: Decimal, credit_amount: Decimal
) -> tuple[Line, ...]:
    """Dr or Cr the account as the trial balance has it · the opposite on the opening differences."""
    return without_zeros(
        [
            debit(account_id, debit_amount),
            credit(account_id, credit_amount),
            debit(difference_id, credit_amount),
            credit(difference_id, debit_amount),
        ]
    )


def first_money(*, bank_id: int, cash_id: int, against_id: int, bank: Decimal, cash: Decimal) -> tuple[Line, ...]:
    """Dr bank · Dr cash · Cr the undistributed surplus, or the opening differences."""
    return without_zeros([debit(bank_id, bank), debit(cash_id, cash), credit(against_id, bank + cash)])
