"""How much of a month's pay may go in deductions."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.errors import BadAmount
from engine.money import ZERO, Amount, at_most_kobo, exact, naira

ONE_THIRD = Fraction(1, 3)
TWO_THIRDS = Fraction(2, 3)  # Kenya, Employment Act 2007 s.19(3): at least a third of the wages is taken home


@dataclass(frozen=True, slots=True)
class Headroom:
    """Naira a month: the most that may be deducted, what already is, and what room is left (never negative)."""

    ceiling: Decimal
    existing: Decimal

    @property
    def room(self) -> Decimal:
        """What may still be deducted."""
        return max(self.ceiling - self.existing, ZERO)


def deduction_headroom(
    pay: Amount, share: Fraction, existing: Amount = ZERO, *, take_home_floor: Amount = ZERO
) -> Headroom:
    """Return what may be deducted from a month's pay.

    The ceiling is that share of the pay, rounded down to the kobo so that it is never passed, and lower where the
    member would take home less than the floor.

    Args:
        pay: the pay the rule is about (gross, net or basic, as the society's rule says), naira a month.
        share: the part that may be deducted; a percentage is ``Fraction(percent) / 100``.
        existing: deductions running or already promised, naira a month.
        take_home_floor: the least that must be left, naira a month.
    """
    if not 0 <= share <= 1:
        raise BadAmount("Between nothing and all of the pay can be deducted. Give a share from 0 to 1.")
    amount, floor = naira(pay, "pay"), naira(take_home_floor, "floor")
    ceiling = min(at_most_kobo(Fraction(exact(amount)) * share), max(amount - floor, ZERO))
    return Headroom(ceiling, naira(existing, "deductions"))
