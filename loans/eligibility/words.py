"""Numbers of by-laws as people say them."""

from __future__ import annotations

from decimal import Decimal

from core import display

TIMES = {Decimal("0.5"): "Half of", Decimal(1): "As much as", Decimal(2): "Twice"}
PARTS = {
    Decimal("33.33"): "a third of",
    Decimal("33.34"): "a third of",
    Decimal(50): "half of",
    Decimal("66.67"): "two thirds of",
    Decimal(100): "all of",
}


def naira(amount: Decimal) -> str:
    """`₦200,000`, with kobo only where there are any."""
    return display.naira(amount, kobo=False)


def times(multiple: Decimal) -> str:
    """`Twice`, `3 times`, `Half of`."""
    return TIMES.get(multiple) or f"{multiple.normalize():f} times"


def part(percent: Decimal) -> str:
    """`a third of`, `half of`, `45% of`."""
    return PARTS.get(percent) or f"{display.percent(percent, 2)} of"


def months(count: int) -> str:
    return display.plural(count, "month")
