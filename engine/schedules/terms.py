"""What a loan's schedule is made from (``ScheduleTerms``) and made of (``Line``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from engine.day_counts import DayCount, year_fraction
from engine.due_dates import MOST_DUE_DATES, due_dates_every, monthly_due_dates
from engine.errors import BadDates, BadTerms
from engine.money import HOUSE, ZERO, Remainder, Rounding, exact, in_kobo, naira

HIGHEST_RATE = Decimal(1000)  # percent a year or a month: more than that is a slip of the finger
FINEST_RATE_PLACES = 8


class Method(StrEnum):
    """How interest is reckoned and principal repaid."""

    LEVEL_INSTALMENT = "level_instalment"  # reducing balance, the same instalment each time
    EQUAL_PRINCIPAL = "equal_principal"  # reducing balance, the same principal each time
    FLAT = "flat"  # interest on the whole principal for the whole term
    FLAT_UPFRONT = "flat_upfront"  # flat interest taken from the money paid out
    BULLET = "bullet"  # principal and interest in one payment at the end
    INTEREST_FREE = "interest_free"  # qard hasan: principal alone, and at most a fee for real cost
    MURABAHA = "murabaha"  # cost in ``principal``, profit in ``interest``, both fixed at the sale


FIXED_CHARGE_METHODS = frozenset({Method.FLAT, Method.FLAT_UPFRONT, Method.MURABAHA})


class RatePer(StrEnum):
    """What the quoted rate is for."""

    YEAR = "year"
    MONTH = "month"
    TERM = "term"  # "5% for the whole loan"; flat, up-front, murabaha and bullet only


class Frequency(StrEnum):
    """How often an instalment falls due."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


PERIODS_PER_YEAR = {
    Frequency.WEEKLY: 52,
    Frequency.FORTNIGHTLY: 26,
    Frequency.SEMIMONTHLY: 24,
    Frequency.MONTHLY: 12,
    Frequency.QUARTERLY: 4,
    Frequency.YEARLY: 1,
}


class Moratorium(StrEnum):
    """What is let off for the first instalments, which count in the term."""

    NONE = "none"
    PRINCIPAL = "principal"  # interest is paid, principal waits
    FULL_WITH_INTEREST = "full_with_interest"  # nothing is paid; the interest is spread over the later instalments
    FULL_WITHOUT_INTEREST = "full_without_interest"  # nothing is paid and no interest is charged


class Line(NamedTuple):
    """One instalment; all amounts in naira with two places, ``total = principal + interest + fee``."""

    number: int
    due_on: date | None
    opening: Decimal  # principal owed before this instalment
    principal: Decimal
    interest: Decimal
    fee: Decimal
    closing: Decimal  # principal owed after it
    total: Decimal


class Columns(NamedTuple):
    """A schedule column by column in whole kobo, as a bulk insert wants it; all are equally long."""

    due_on: Sequence[date | None]
    principal: list[int]
    interest: list[int]
    fee: Sequence[int]
    closing: list[int]  # principal owed after each instalment


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """The terms of a loan; contradictions are refused with ``BadTerms`` or ``BadDates``.

    Args:
        principal: naira; for a murabaha the cost of the goods.
        rate_percent: percent per ``rate_per``.
        term: number of instalments (for a bullet, of periods until its one payment).
        method: how interest is reckoned.
        first_due_on: first due date; the later ones follow by frequency.
        due_day: pay day from 1 to 31 for monthly dates; 31 is the month's end.
        due_dates: all due dates, instead of ``first_due_on``.
        starts_on: when interest begins to run; only day counts by date need it.
        day_count: equal periods, or a convention by date.
        moratorium, moratorium_periods: what is let off at the start, and for how many instalments.
        fee: naira collected with the instalments in equal parts (``fees.py`` has the others).
        rounding: the house rule unless another system's schedule is to be matched.
    """

    principal: Decimal
    rate_percent: Decimal
    term: int
    method: Method = Method.LEVEL_INSTALMENT
    rate_per: RatePer = RatePer.YEAR
    frequency: Frequency = Frequency.MONTHLY
    first_due_on: date | None = None
    due_day: int | None = None
    due_dates: Sequence[date] | None = None
    starts_on: date | None = None
    day_count: DayCount = DayCount.EQUAL_PERIODS
    moratorium: Moratorium = Moratorium.NONE
    moratorium_periods: int = 0
    fee: Decimal = ZERO
    rounding: Rounding = HOUSE

    def __post_init__(self) -> None:
        check_term(self.term)
        check_rate(self.rate_percent)
        if naira(self.principal, "loan") == ZERO:
            raise BadTerms("A loan of nothing has no schedule. Enter the amount of the loan.")
        if self.method is not Method.LEVEL_INSTALMENT:
            self._check_method()
        if self.rate_per is RatePer.TERM and self.method not in FIXED_CHARGE_METHODS | {Method.BULLET}:
            raise BadTerms("A rate for the whole term needs a flat method. Give the rate per year or per month.")
        if self.fee:
            naira(self.fee, "fee")
        if self.due_dates is not None:
            self._check_due_dates(self.due_dates)
        if self.day_count is not DayCount.EQUAL_PERIODS:
            self._check_day_count()
        if self.moratorium is not Moratorium.NONE or self.moratorium_periods:
            self._check_moratorium()

        if self.rounding.remainder is not Remainder.LAST:
            self._check_remainder(self.rounding.remainder)

    def is_plain(self) -> bool:
        """Return whether all periods are alike: no moratorium, no fee in the instalments, no counting of days."""
        return self.moratorium is Moratorium.NONE and not self.fee and self.day_count is DayCount.EQUAL_PERIODS

    def _check_method(self) -> None:
        if self.method is Method.INTEREST_FREE and self.rate_percent:
            raise BadTerms("An interest-free loan has no rate. Set the rate to 0, or choose another method.")

    def _check_due_dates(self, due_dates: Sequence[date]) -> None:
        if self.first_due_on is not None or self.due_day is not None:
            raise BadDates("Give either the first due date or all due dates, not both.")
        if len(due_dates) != self.term:
            raise BadDates(f"{self.term} instalments need {self.term} due dates; {len(due_dates)} were given.")
        if any(later <= earlier for earlier, later in pairwise(due_dates)):
            raise BadDates("The due dates are not in order. Each must be later than the one before it.")

    def _check_day_count(self) -> None:
        if self.rate_per is RatePer.TERM:
            raise BadTerms("A rate for the whole term does not depend on days. Choose equal periods.")
        if self.starts_on is None or (self.first_due_on is None and self.due_dates is None):
            raise BadDates("Interest by days needs the day it starts and the due dates. Give both.")
        if self.starts_on >= (self.due_dates[0] if self.due_dates else self.first_due_on):
            raise BadDates("The first instalment is not after the day the loan starts. Move the first due date.")

    def _check_moratorium(self) -> None:
        if self.moratorium is Moratorium.NONE or self.moratorium_periods < 1:
            raise BadTerms("A moratorium needs both its kind and how many instalments it covers.")
        if self.moratorium_periods >= self.term:
            raise BadTerms("The moratorium covers the whole term. Leave at least one instalment to repay in.")
        if self.method is Method.BULLET:
            raise BadTerms("A loan repaid in one payment at the end needs no moratorium. Lengthen its term.")

    def _check_remainder(self, remainder: Remainder) -> None:
        level = self.method is Method.LEVEL_INSTALMENT
        if remainder is Remainder.FIRST and level:
            raise BadTerms(
                "A level instalment's odd kobo cannot go into the first one. Choose the last, or spread them."
            )
        if remainder is Remainder.SPREAD and level and self.moratorium is not Moratorium.NONE:
            raise BadTerms("Odd kobo are not spread over a moratorium. Let the last instalment take them.")

    def dates(self) -> Sequence[date | None]:
        """Return the due dates, or as many blanks when the terms have none."""
        if self.due_dates is not None:
            return self.due_dates
        if self.first_due_on is None:
            return (None,) * self.term
        if self.frequency is Frequency.WEEKLY or self.frequency is Frequency.FORTNIGHTLY:
            return due_dates_every(7 if self.frequency is Frequency.WEEKLY else 14, self.first_due_on, self.term)
        if self.frequency is Frequency.SEMIMONTHLY:
            raise BadDates("Due dates twice a month are the employer's own. Give them all in due_dates.")
        months = 12 // PERIODS_PER_YEAR[self.frequency]
        return monthly_due_dates(self.first_due_on, self.term, self.due_day, months)

    def principal_kobo(self) -> int:
        """Return the principal in whole kobo."""
        return in_kobo(self.principal)

    def period_rates(self) -> list[Fraction]:
        """Return the rate of each period as a share of one, by the day count."""
        if self.day_count is DayCount.EQUAL_PERIODS:
            return [self.even_period_rate()] * self.term
        yearly = _yearly_rate(self.rate_percent, self.rate_per)
        starts = [self.starts_on, *self.dates()]
        return [
            yearly * year_fraction(start, end, self.day_count)  # type: ignore[arg-type]
            for start, end in pairwise(starts)
        ]

    def even_period_rate(self) -> Fraction:
        """Return the rate of one of the equal periods as a share of one."""
        if self.rate_per is RatePer.TERM:
            return Fraction(self.rate_percent) / 100 / self.term
        return period_rate(self.rate_percent, self.rate_per, self.frequency)


@lru_cache(maxsize=4096)
def period_rate(
    rate_percent: Decimal, rate_per: RatePer = RatePer.YEAR, frequency: Frequency = Frequency.MONTHLY
) -> Fraction:
    """Return the rate of one period as a share of one: 12% a year is 1/100 a month; 2% a month is 24/5200 a week."""
    return _yearly_rate(rate_percent, rate_per) / PERIODS_PER_YEAR[frequency]


def _yearly_rate(rate_percent: Decimal, rate_per: RatePer) -> Fraction:
    return Fraction(rate_percent) / 100 * (12 if rate_per is RatePer.MONTH else 1)


def check_term(term: int) -> None:
    """Refuse a number of instalments that is not whole or out of range (``BadTerms``)."""
    if type(term) is not int or not 1 <= term <= MOST_DUE_DATES:
        raise BadTerms(f"The term is {term!r}. Give a whole number of instalments from 1 to {MOST_DUE_DATES}.")


def check_rate(rate_percent: Decimal | int) -> None:
    """Refuse a rate that is negative, absurdly high or finer than eight places (``BadTerms``)."""
    _check_rate(exact(rate_percent, "rate"))


@lru_cache(maxsize=1024)  # a society has a handful of rates
def _check_rate(rate: Decimal) -> None:
    if not 0 <= rate <= HIGHEST_RATE:
        raise BadTerms(f"The rate is {rate} percent. Give a rate from 0 to {HIGHEST_RATE}.")
    if -int(rate.as_tuple().exponent) > FINEST_RATE_PLACES:
        raise BadTerms(f"The rate {rate} has too many places. Give at most {FINEST_RATE_PLACES}.")
