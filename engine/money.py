"""Amounts of money, and the only place that rounds.

Naira with two places outside, whole kobo (``int``) inside the loops: whole numbers and fractions are exact, so
each figure is rounded once and never from a figure that was itself cut off.

The house rule: to the kobo, half up; interest once per instalment; the last instalment clears; a sum is shared
by largest remainder; a statutory minimum is rounded up and a ceiling down. Other conventions exist so that the
published schedules of other systems can be reproduced (``Rounding``).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import StrEnum
from fractions import Fraction
from math import lcm

from engine.errors import BadAmount

KOBO = Decimal("0.01")
ZERO = Decimal("0.00")
NAIRA = Decimal(1)
LARGEST_AMOUNT = Decimal("999999999999999.99")  # a thousand times what numeric(14,2) holds

HALF_UP = ROUND_HALF_UP
HALF_EVEN = ROUND_HALF_EVEN
CEILING = ROUND_CEILING
FLOOR = ROUND_FLOOR

# Our own context, so that a caller's narrower one cannot cut an amount.
CONTEXT = Context(prec=38, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])

Amount = Decimal | int


def exact(amount: Amount, name: str = "amount") -> Decimal:
    """Return the amount as a finite Decimal; floats, text and booleans are refused (``BadAmount``)."""
    if type(amount) is Decimal:
        if amount.is_finite():
            return amount
        raise BadAmount(f"The {name} is not a number. Enter a figure in naira and kobo.")
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int)):
        raise BadAmount(f"The {name} came as {type(amount).__name__}. Give a Decimal or a whole number.")
    return Decimal(amount)


def naira(amount: Amount, name: str = "amount", *, at_least: Decimal | None = ZERO) -> Decimal:
    """Return the amount with exactly two places, refusing parts of a kobo, too much and too little."""
    value = exact(amount, name)
    if not -LARGEST_AMOUNT <= value <= LARGEST_AMOUNT:
        raise BadAmount(f"The {name} {value} is more than can be kept. Check the zeros.")
    if at_least is not None and value < at_least:
        raise BadAmount(f"The {name} is {value}. It must be at least {at_least}.")
    whole = CONTEXT.quantize(value, KOBO)
    if whole != value:
        raise BadAmount(f"The {name} {value} has parts of a kobo. Round it to two places first.")
    return whole or ZERO


def in_kobo(amount: Amount, name: str = "amount", *, at_least: Decimal | None = ZERO) -> int:
    """Return the amount as a whole number of kobo, refusing what ``naira`` refuses."""
    return int(naira(amount, name, at_least=at_least).scaleb(2, CONTEXT))


def from_kobo(kobo: int) -> Decimal:
    """Return the amount in naira, with two places, of a whole number of kobo."""
    return CONTEXT.multiply(KOBO, kobo)


def all_from_kobo(column: Iterable[int]) -> list[Decimal]:
    """Return ``from_kobo`` of each, for long columns."""
    with localcontext(CONTEXT):
        return [KOBO * kobo for kobo in column]


def divided(numerator: int, denominator: int, mode: str = ROUND_HALF_UP) -> int:
    """Return the quotient as a whole number, rounded once in the given mode of ``decimal``.

    Half up goes away from zero, so that a reversal rounds to the mirror of what it reverses.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(abs(numerator), denominator)
    if not remainder:
        up = False
    elif mode == ROUND_HALF_UP:
        up = 2 * remainder >= denominator
    elif mode == ROUND_HALF_EVEN:
        up = 2 * remainder > denominator or (2 * remainder == denominator and quotient % 2 == 1)
    elif mode == ROUND_HALF_DOWN:
        up = 2 * remainder > denominator
    elif mode == ROUND_CEILING:
        up = numerator > 0
    elif mode == ROUND_FLOOR:
        up = numerator < 0
    elif mode in (ROUND_UP, ROUND_DOWN):
        up = mode == ROUND_UP
    else:
        raise BadAmount(f"There is no way of rounding called {mode}. Use one of the modes of the decimal module.")
    return (quotient + up) * (-1 if numerator < 0 else 1)


def round_to(amount: Amount | Fraction, unit: Decimal, mode: str = ROUND_HALF_UP) -> Decimal:
    """Round to a multiple of ``unit`` (0.01, 1, 100 …) in the given mode; the result has the unit's places."""
    if unit <= 0:
        raise BadAmount(f"Cannot round to a multiple of {unit}. Give a unit above zero.")
    value = amount if isinstance(amount, Fraction) else Fraction(exact(amount))
    units = value / Fraction(unit)
    return CONTEXT.multiply(unit, divided(units.numerator, units.denominator, mode))


def to_kobo(amount: Amount | Fraction, mode: str = ROUND_HALF_UP) -> Decimal:
    """Round to the kobo, half up unless another mode of ``decimal`` is given."""
    return round_to(amount, KOBO, mode)


def at_least_kobo(amount: Amount | Fraction) -> Decimal:
    """Round a minimum (a statutory reserve) up to the kobo, so that it is never missed."""
    return round_to(amount, KOBO, ROUND_CEILING)


def at_most_kobo(amount: Amount | Fraction) -> Decimal:
    """Round a ceiling (a deduction limit) down to the kobo, so that it is never passed."""
    return round_to(amount, KOBO, ROUND_FLOOR)


def part_of(amount: Amount, share: Fraction, mode: str = ROUND_HALF_UP) -> Decimal:
    """Return that share of the amount, rounded once to the kobo; a Fraction keeps thirds and twelfths exact."""
    return to_kobo(Fraction(exact(amount)) * share, mode)


def percent_of(amount: Amount, percent: Amount, mode: str = ROUND_HALF_UP) -> Decimal:
    """Return so many percent of the amount, rounded once to the kobo."""
    return part_of(amount, Fraction(exact(percent, "percentage")) / 100, mode)


def percentage(part: Amount, whole: Amount, places: int = 2) -> Decimal | None:
    """Return part as a percentage of whole, or None where there is no whole to compare with."""
    if not exact(whole):
        return None
    return round_to(Fraction(exact(part)) * 100 / Fraction(exact(whole)), Decimal((0, (1,), -places)))


def decimal_from(fraction: Fraction) -> Decimal:
    """Return a fraction as a Decimal of 38 digits, for showing and for further unrounded work."""
    return CONTEXT.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))


def split(total: Amount, weights: Sequence[Amount]) -> list[Decimal]:
    """Share a sum of money by weights, exactly to the kobo, by largest remainder.

    Each share is within one kobo of its exact value and the shares add up to the total. The odd kobo go to the
    largest remainders; among equals the earlier one gets it. A negative total gives the mirror of the positive.

    Args:
        total: naira, whole kobo.
        weights: Decimals or whole numbers, none negative, at least one above zero.
    Raises:
        BadAmount: no weight above zero, a negative weight, or parts of a kobo in the total.
    """
    kobo = in_kobo(total, "sum to share", at_least=None)
    shares = split_kobo(abs(kobo), weights)
    return all_from_kobo(shares if kobo >= 0 else [-share for share in shares])


def split_kobo(kobo: int, weights: Sequence[Amount]) -> list[int]:
    """Share a whole number of kobo, not negative, as ``split`` does."""
    parts = _whole_weights(weights)
    whole = sum(parts)
    if any(part < 0 for part in parts):
        raise BadAmount("A share cannot have a negative weight. Leave it out or give it nothing.")
    if whole == 0:
        raise BadAmount("There is nobody to share the sum between. Give at least one weight above zero.")
    shares, remainders = [], []
    for part in parts:
        share, remainder = divmod(kobo * part, whole)
        shares.append(share)
        remainders.append(remainder)
    left_over = kobo - sum(shares)
    if left_over:
        for index in sorted(range(len(parts)), key=lambda i: -remainders[i])[:left_over]:
            shares[index] += 1
    return shares


def _whole_weights(weights: Sequence[Amount]) -> list[int]:
    ratios = [Fraction(exact(weight, "weight")) for weight in weights]
    common = lcm(*(ratio.denominator for ratio in ratios))
    return [int(ratio * common) for ratio in ratios]


class Remainder(StrEnum):
    """Which instalment takes what rounding leaves over, so that the loan is paid back to the kobo."""

    LAST = "last"  # the last one clears: the house rule
    FIRST = "first"  # the first one, so that all later ones are alike; equal parts only
    SPREAD = "spread"  # no one: equal parts by largest remainder, the level instalment nudged until its last fits


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a schedule rounds: the parts of each line, the level instalment, and where the remainder goes.

    ``mode`` and ``unit`` are for principal and interest of each line, ``instalment_mode`` and ``instalment_unit``
    for the level instalment: half even to the kobo, up to a whole naira, to the nearest hundred. Works in kobo.
    """

    mode: str = ROUND_HALF_UP
    unit: Decimal = KOBO
    instalment_mode: str = ROUND_HALF_UP
    instalment_unit: Decimal = KOBO
    remainder: Remainder = Remainder.LAST

    def part(self, numerator: int, denominator: int) -> int:
        """Return one part of a line (principal or interest), in kobo, from its exact quotient."""
        return _in_units(numerator, denominator, self.unit, self.mode)

    def instalment(self, numerator: int, denominator: int) -> int:
        """Return the level instalment, in kobo, that is asked for this exact quotient."""
        return _in_units(numerator, denominator, self.instalment_unit, self.instalment_mode)

    def interest_on(self, rate: Fraction) -> Callable[[int], int]:
        """Return the function from a balance, not negative, to its interest for one period, both in kobo."""
        numerator, denominator = rate.numerator, rate.denominator
        if self.unit == KOBO and self.mode == ROUND_HALF_UP:
            twice, half, double = 2 * numerator, denominator, 2 * denominator  # half up in three operations
            return lambda balance: (balance * twice + half) // double
        return lambda balance: self.part(balance * numerator, denominator)


def _in_units(numerator: int, denominator: int, unit: Decimal, mode: str) -> int:
    if unit is KOBO:
        return divided(numerator, denominator, mode)
    unit_kobo = int(unit * 100)
    return divided(numerator, denominator * unit_kobo, mode) * unit_kobo


HOUSE = Rounding()
FINERACT_PROGRESSIVE = Rounding(mode=ROUND_HALF_EVEN, instalment_mode=ROUND_HALF_EVEN, remainder=Remainder.SPREAD)
WHOLE_NAIRA_INSTALMENT = Rounding(instalment_mode=ROUND_CEILING, instalment_unit=NAIRA)
WHOLE_NAIRA = Rounding(unit=NAIRA, instalment_mode=ROUND_CEILING, instalment_unit=NAIRA)
NEAREST_HUNDRED = Rounding(unit=Decimal(100), instalment_unit=Decimal(100))
