"""Income tax on pay in Nigeria, for estimating what a member takes home; a pay slip's own figure is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.errors import BadAmount
from engine.money import ZERO, Amount, naira, percent_of


@dataclass(frozen=True, slots=True)
class Band:
    """So many percent on the next ``width`` of yearly taxable income; no width means all the rest."""

    width: Decimal | None
    percent: Decimal


def _bands(*rows: tuple[int | None, int]) -> tuple[Band, ...]:
    return tuple(Band(None if width is None else Decimal(width), Decimal(percent)) for width, percent in rows)


# Nigeria Tax Act 2025, from 1 January 2026.
NIGERIA_2026 = _bands((800_000, 0), (2_200_000, 15), (9_000_000, 18), (13_000_000, 21), (25_000_000, 23), (None, 25))
# Personal Income Tax Act, to 31 December 2025.
NIGERIA_TO_2025 = _bands((300_000, 7), (300_000, 11), (500_000, 15), (500_000, 19), (1_600_000, 21), (None, 24))

_NEW_ACT_FROM = date(2026, 1, 1)
RENT_RELIEF_PERCENT = Decimal(20)
RENT_RELIEF_CAP = Decimal("500000.00")


def bands_on(day: date) -> tuple[Band, ...]:
    """Return the bands in force on a day."""
    return NIGERIA_2026 if day >= _NEW_ACT_FROM else NIGERIA_TO_2025


def income_tax(taxable: Amount, bands: Sequence[Band]) -> Decimal:
    """Return a year's tax on taxable income, naira, each band rounded half up to the kobo."""
    left, tax = naira(taxable, "taxable income"), ZERO
    for band in bands:
        in_band = left if band.width is None else min(left, band.width)
        tax += percent_of(in_band, band.percent)
        left -= in_band
    if left:
        raise BadAmount("The tax bands end below this income. Let the last band have no width.")
    return tax


def rent_relief(rent: Amount) -> Decimal:
    """Return the relief for rent paid in the year: 20%, at most 500,000 (Nigeria Tax Act 2025, s.30(2))."""
    return min(percent_of(naira(rent, "rent"), RENT_RELIEF_PERCENT), RENT_RELIEF_CAP)


def taxable_2026(
    gross: Amount, *, pension: Amount = ZERO, other_reliefs: Amount = ZERO, rent: Amount = ZERO
) -> Decimal:
    """Return a year's taxable income under the Nigeria Tax Act 2025, naira, never negative.

    Args:
        gross: a year's pay.
        pension: the employee's contributions of the year.
        other_reliefs: NHF, NHIS, interest on an owner-occupied house, life premium.
        rent: rent paid and declared.
    """
    reliefs = naira(pension, "pension") + naira(other_reliefs, "reliefs") + rent_relief(rent)
    return max(naira(gross, "pay") - reliefs, ZERO)


def taxable_to_2025(gross: Amount, *, pension: Amount = ZERO, relief_on_net_of_pension: bool = False) -> Decimal:
    """Return a year's taxable income under the former Personal Income Tax Act, naira, never negative.

    The consolidated relief is the greater of 200,000 and 1% of gross, and 20% of gross; since the Finance Act 2020
    the 20% is of gross less pension, though many payrolls kept gross.
    """
    pay, saved = naira(gross, "pay"), naira(pension, "pension")
    base = pay - saved if relief_on_net_of_pension else pay
    relief = max(Decimal("200000.00"), percent_of(pay, Decimal(1))) + percent_of(base, Decimal(20))
    return max(pay - saved - relief, ZERO)
