"""Interest on savings and dividends: what was saved when, what it earns, and what tax is kept back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.errors import BadTable
from engine.money import ZERO, Amount, exact, percent_of, round_to, to_kobo


class MonthWeight(StrEnum):
    """For how many months a month's contribution earns. Both are in use, so it is a society's setting."""

    OWN_MONTH = "own_month"  # January 12/12 … December 1/12: paid in at the start of the month
    NEXT_MONTH = "next_month"  # January 11/12 … December 0: payroll money arrives at the end of the month


@dataclass(frozen=True, slots=True)
class Earnings:
    """Naira: what is earned, the tax kept back, and what is paid."""

    gross: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        """What is paid to the member."""
        return self.gross - self.tax


def interest_on_savings(
    opening: Amount, contributions: Sequence[Amount], rate_percent: Amount, weighting: MonthWeight
) -> Decimal:
    """Return a year's interest on savings, weighted by month and rounded once.

    Args:
        opening: balance at the start of the year, naira; it earns for the whole year.
        contributions: what was added in each of the twelve months, naira; a withdrawal is negative.
        rate_percent: percent a year.
        weighting: the society's rule.
    Raises:
        BadTable: not twelve months.
    """
    if len(contributions) != 12:
        raise BadTable(f"A year has 12 months; {len(contributions)} were given. Put zero where nothing was paid in.")
    first = 12 if weighting is MonthWeight.OWN_MONTH else 11
    weighted = Fraction(exact(opening))
    for month, amount in enumerate(contributions):
        weighted += Fraction(exact(amount)) * Fraction(first - month, 12)
    return to_kobo(weighted * Fraction(exact(rate_percent, "rate")) / 100)


def daily_interest(balance: Amount, annual_rate_percent: Amount, unit: Decimal, days_in_year: int = 365) -> Decimal:
    """Return one day's interest on savings, rounded to ``unit`` (a thousandth, where parts of a kobo are kept)."""
    yearly = Fraction(exact(balance)) * Fraction(exact(annual_rate_percent, "rate")) / 100
    return round_to(yearly / days_in_year, unit)


def dividend_on_shares(shares: Amount, rate_percent: Amount) -> Decimal:
    """Return the dividend on a share balance, naira."""
    return percent_of(shares, rate_percent)


def after_withholding(gross: Amount, tax_percent: Amount = ZERO) -> Earnings:
    """Return earnings with the tax kept back, half up to the kobo."""
    amount = to_kobo(gross)
    return Earnings(amount, percent_of(amount, tax_percent))
