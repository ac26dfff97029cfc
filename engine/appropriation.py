"""How a year's surplus is parted before anything may be paid out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import BadTable
from engine.money import CEILING, ZERO, Amount, exact, naira, percent_of


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund that takes so many percent of the net surplus; a statutory minimum is rounded up to the kobo."""

    name: str
    percent: Decimal
    statutory: bool = False


@dataclass(frozen=True, slots=True)
class Appropriation:
    """What each fund takes, in the order given, and what is left to distribute; together the net surplus."""

    funds: tuple[tuple[str, Decimal], ...]
    remainder: Decimal


def appropriate(net_surplus: Amount, funds: Sequence[Fund]) -> Appropriation:
    """Part a net surplus among the funds, each a percentage of the whole surplus.

    Args:
        net_surplus: naira, not negative: a loss is not distributed.
        funds: the reserve first (Nigeria, Co-operative Societies Act s.34: at least a quarter), then the others.
    Raises:
        BadAmount: the surplus is negative. BadTable: the funds ask for more than there is.
    """
    surplus = naira(net_surplus, "net surplus")
    if sum((exact(fund.percent, "percentage") for fund in funds), ZERO) > 100 or any(f.percent < 0 for f in funds):
        raise BadTable("The funds take more than the whole surplus, or less than nothing. Change their percentages.")
    taken = []
    left = surplus
    for fund in funds:
        amount = percent_of(surplus, fund.percent, CEILING) if fund.statutory else percent_of(surplus, fund.percent)
        amount = min(amount, left)  # rounding may ask for a kobo more than is left of all
        taken.append((fund.name, amount))
        left -= amount
    return Appropriation(tuple(taken), left)
