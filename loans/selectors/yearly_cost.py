"""What a running loan costs a year, on the money that its member really had in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from engine.errors import NoSolution
from engine.money import KOBO, round_to
from loans.eligibility.cost import yearly_costs
from loans.models import Disbursement, FeeCollected, Installment, Loan, LoanFee

NOTHING = Decimal("0.00")
FROM_HIS_OWN = (FeeCollected.PAID_APART, FeeCollected.FROM_SAVINGS)


@dataclass(frozen=True, slots=True)
class YearlyCost:
    """Per cent a year to two places: nominal (12 CFR 1026 Appendix J) and effective (2008/48/EC), with their flows.

    `in_hand` is what was paid out less the fees that the member paid himself before; `payments` are as agreed.
    """

    paid_out: Decimal
    in_hand: Decimal
    starts_on: date
    payments: tuple[tuple[Decimal, date], ...]
    nominal: Decimal
    effective: Decimal


def yearly_cost(
    loan: Loan, payout: Disbursement | None, agreed: Sequence[Installment], fees: Sequence[LoanFee]
) -> YearlyCost | None:  # fmt: skip
    """The yearly cost of a loan that was paid out here; None where the money in hand is not known."""
    if payout is None or loan.version is None:
        return None
    in_hand = payout.amount - sum((fee.amount for fee in fees if fee.collected in FROM_HIS_OWN), NOTHING)
    payments = tuple((one.due, one.due_on) for one in agreed)
    version = loan.version
    try:
        nominal, effective = _solved(
            _Terms(version.method, version.frequency, version.day_count), in_hand, payments, loan.term_months,
            payout.disbursed_on,
        )  # fmt: skip
    except NoSolution:
        return None
    return YearlyCost(payout.amount, in_hand, payout.disbursed_on, payments, nominal, effective)


@dataclass(frozen=True, slots=True)
class _Terms:
    method: str
    frequency: str
    day_count: str


@lru_cache(maxsize=2000)
def _solved(
    terms: _Terms, in_hand: Decimal, payments: tuple[tuple[Decimal, date], ...], term_months: int, starts_on: date
) -> tuple[Decimal, Decimal]:  # fmt: skip
    """Solved once for the same flows: a page that is opened again does not pay for it again."""
    nominal, effective = yearly_costs(terms, in_hand, payments, term_months, starts_on)
    return round_to(nominal, KOBO), round_to(effective, KOBO)
