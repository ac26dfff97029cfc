"""A quote as an application keeps it, read back: what the member was told on the day when he sent it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.fees import Collected
from loans.eligibility.cost import HOW_PAID

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ToldFee:
    name: str
    amount: Decimal
    how: str


@dataclass(frozen=True, slots=True)
class ToldQuote:
    """The figures of `Quote.plain`; amounts in naira, percentages per cent a year."""

    asked: Decimal
    in_hand: Decimal
    instalment: Decimal
    instalments: int
    interest: Decimal
    fees: tuple[ToldFee, ...]
    cost: Decimal
    total: Decimal
    nominal_yearly_percent: Decimal
    yearly_percent: Decimal
    charge_word: str

    @property
    def total_interest(self) -> Decimal:
        return self.interest

    @property
    def total_fees(self) -> Decimal:
        return sum((fee.amount for fee in self.fees), NOTHING)


def told_quote(kept: Mapping[str, Any] | None) -> ToldQuote | None:
    """The quote of an application; None where it was sent in before there were any."""
    if not kept:
        return None
    return ToldQuote(
        asked=Decimal(kept["asked"]),
        in_hand=Decimal(kept["in_hand"]),
        instalment=Decimal(kept["instalment"]),
        instalments=kept["instalments"],
        interest=Decimal(kept["interest"]),
        fees=tuple(
            ToldFee(fee["name"], Decimal(fee["amount"]), HOW_PAID[Collected(fee["collected"])]) for fee in kept["fees"]
        ),
        cost=Decimal(kept["cost"]),
        total=Decimal(kept["total"]),
        nominal_yearly_percent=Decimal(kept["nominal_percent"]),
        yearly_percent=Decimal(kept["effective_percent"]),
        charge_word=kept.get("charge", "interest"),
    )
