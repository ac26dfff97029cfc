"""The general accounts that lending posts to, by code: read once for a whole batch."""

from __future__ import annotations

from ledger import chart
from ledger.services import accounts_by_code

INTO = {"bank": chart.BANK, "cash": chart.CASH}


def repayment_accounts() -> dict[str, int]:
    """What repayments credit."""
    return accounts_by_code(
        chart.INTEREST_INCOME, chart.FEE_INCOME, chart.PENALTIES, chart.RECOVERIES, chart.PROFIT_RECEIVABLE,
        chart.CHARITY_PAYABLE,
    )  # fmt: skip


def payout_accounts() -> dict[str, int]:
    """What payouts, fees and earnings touch."""
    return accounts_by_code(
        chart.FEE_INCOME, chart.INSURANCE_PAYABLE, chart.COMMISSIONS, chart.UNEARNED_INCOME, chart.PROFIT_RECEIVABLE,
        chart.GOODS, chart.INTEREST_INCOME, chart.MURABAHA_PROFIT,
    )  # fmt: skip
