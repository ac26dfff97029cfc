"""What a loan costs besides interest, and what the borrower really receives."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.errors import BadAmount
from engine.money import ZERO, Amount, exact, naira, percent_of


class Collected(StrEnum):
    """How a fee is collected."""

    AT_SOURCE = "at_source"  # kept back from the money paid out
    ADDED = "added_to_loan"  # lent on top, and repaid with it
    WITH_INSTALMENTS = "with_instalments"
    PAID_APART = "paid_apart"
    FROM_SAVINGS = "from_savings"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee on a loan: so much, or so many percent of the principal; exactly one of the two (``BadAmount``)."""

    name: str
    collected: Collected
    amount: Decimal | None = None
    percent: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.percent is None):
            raise BadAmount(f"The fee {self.name} needs either an amount or a percentage. Give one of the two.")
        if exact(self.amount if self.amount is not None else self.percent, self.name) < 0:  # type: ignore[arg-type]
            raise BadAmount(f"The fee {self.name} is negative. Give nothing or more.")

    def on(self, principal: Amount) -> Decimal:
        """Return the fee on a loan of this principal, naira, half up to the kobo."""
        if self.amount is not None:
            return naira(self.amount, self.name)
        return percent_of(naira(principal, "loan"), self.percent)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PayOut:
    """What is lent, kept back and paid out; ``received = principal - kept back - interest taken at source``.

    ``cash_in_hand`` also takes off what the borrower pays apart or out of savings: the yearly cost is reckoned on it.
    """

    asked: Decimal
    principal: Decimal  # asked, and the fees lent on top
    kept_back: Decimal
    upfront_interest: Decimal
    received: Decimal
    cash_in_hand: Decimal
    with_instalments: Decimal


def pay_out(asked: Amount, fees: Iterable[Fee], upfront_interest: Amount = ZERO) -> PayOut:
    """Return what a borrower receives of the loan he asked for.

    Percentages are of the amount asked for. A fee added to the loan is lent on top and kept back at once, so that it
    is not among the cash received.

    Args:
        asked: naira.
        fees: the product's fees.
        upfront_interest: interest taken at source, naira.
    Raises:
        BadAmount: the fees eat up the loan.
    """
    wanted, sums = naira(asked, "loan"), dict.fromkeys(Collected, ZERO)
    for fee in fees:
        sums[fee.collected] += fee.on(wanted)
    principal, interest = wanted + sums[Collected.ADDED], naira(upfront_interest, "interest taken at source")
    kept_back = sums[Collected.AT_SOURCE] + sums[Collected.ADDED]
    received = principal - kept_back - interest
    cash_in_hand = received - sums[Collected.PAID_APART] - sums[Collected.FROM_SAVINGS]
    if cash_in_hand <= 0:
        raise BadAmount("Fees and interest taken at source leave nothing to pay out. Lower them or lend more.")
    return PayOut(
        asked=wanted,
        principal=principal,
        kept_back=kept_back,
        upfront_interest=interest,
        received=received,
        cash_in_hand=cash_in_hand,
        with_instalments=sums[Collected.WITH_INSTALMENTS],
    )
