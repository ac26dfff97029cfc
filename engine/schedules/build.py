"""From terms to instalments, for each method of repayment. Works in whole kobo throughout."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from operator import sub

from engine.money import Remainder, Rounding, all_from_kobo, from_kobo, in_kobo, split_kobo
from engine.schedules.level import as_lines, level_columns, payment_per_unit, payment_per_unit_at, spread_remainder
from engine.schedules.terms import FIXED_CHARGE_METHODS, Columns, Line, Method, Moratorium, ScheduleTerms

Parts = tuple[list[int], list[int]]  # principal and interest of each instalment


def build_schedule(terms: ScheduleTerms) -> list[Line]:
    """Return the instalments of a loan.

    Interest is rounded once per instalment, one instalment takes what rounding leaves (the last, unless the rounding
    says otherwise), the principal parts add up to the principal to the kobo and no amount is negative. A bullet has
    one line; every other method has ``term`` lines.

    Raises:
        BadDates: the frequency has no dates of its own and none were given.
    """
    return as_lines(terms.principal_kobo(), schedule_columns(terms))


def schedule_columns(terms: ScheduleTerms) -> Columns:
    """Return the figures of ``build_schedule`` column by column in kobo, for many loans at once."""
    dates = terms.dates()
    if terms.method is Method.LEVEL_INSTALMENT and terms.is_plain():
        return _plain_level(terms, dates)
    principal = terms.principal_kobo()
    if terms.method is Method.BULLET:
        dates, principals, interests = dates[-1:], [principal], [_total_charge(terms)]
    else:
        principals, interests = _PARTS[terms.method](terms)
    fees = split_kobo(in_kobo(terms.fee), [1] * len(dates))
    closings = list(accumulate(principals, sub, initial=principal))[1:]
    return Columns(dates, principals, interests, fees, closings)


def upfront_interest(terms: ScheduleTerms) -> Decimal:
    """Return the interest taken from the money paid out, in naira: nothing but for the up-front method."""
    return from_kobo(_total_charge(terms) if terms.method is Method.FLAT_UPFRONT else 0)


def earned_each_period(terms: ScheduleTerms) -> list[Decimal]:
    """Return how interest collected up front is earned, in equal parts to the kobo, one per period."""
    return all_from_kobo(split_kobo(in_kobo(upfront_interest(terms)), [1] * terms.term))


def _plain_level(terms: ScheduleTerms, dates: Sequence[date | None]) -> Columns:
    principal, rate, rounding = terms.principal_kobo(), terms.even_period_rate(), terms.rounding
    numerator, denominator = payment_per_unit(rate, terms.term)
    instalment = rounding.instalment(principal * numerator, denominator)

    def attempt(instalment: int) -> Columns:
        return level_columns(principal, rate, instalment, dates, rounding)

    def last_of(instalment: int) -> int:
        columns = attempt(instalment)
        return columns.principal[-1] + columns.interest[-1]

    if rounding.remainder is Remainder.SPREAD:
        instalment = spread_remainder(instalment, terms.term, rounding, last_of)
    return attempt(instalment)


def _level(terms: ScheduleTerms) -> Parts:
    numerator, denominator = payment_per_unit_at(terms.period_rates()[terms.moratorium_periods :])
    instalment = terms.rounding.instalment(terms.principal_kobo() * numerator, denominator)

    def attempt(instalment: int) -> Parts:
        return _reducing(terms, lambda _, interest: instalment - interest)

    def last_of(instalment: int) -> int:
        return sum(column[-1] for column in attempt(instalment))

    if terms.rounding.remainder is Remainder.SPREAD:
        instalment = spread_remainder(instalment, terms.term, terms.rounding, last_of)
    return attempt(instalment)


def _equal_principal(terms: ScheduleTerms) -> Parts:
    shares = _equal_parts(terms.principal_kobo(), terms.term - terms.moratorium_periods, terms.rounding)
    return _reducing(terms, lambda place, _: shares[place])


def _reducing(terms: ScheduleTerms, wanted: Callable[[int, int], int]) -> Parts:
    """Run the balance down, ``wanted(place, interest)`` being the principal asked of an instalment."""
    balance, rates, rounding = terms.principal_kobo(), terms.period_rates(), terms.rounding
    waiting = [rounding.interest_on(rate)(balance) for rate in rates[: terms.moratorium_periods]]
    principals, interests = [0] * len(waiting), []
    paying = rates[terms.moratorium_periods :]
    for place, rate in enumerate(paying):
        interest = rounding.interest_on(rate)(balance)
        part = balance if place == len(paying) - 1 else min(max(wanted(place, interest), 0), balance)
        principals.append(part)
        interests.append(interest)
        balance -= part
    return principals, _with_moratorium(terms.moratorium, waiting, interests)


def _with_moratorium(kind: Moratorium, waiting: list[int], interests: list[int]) -> list[int]:
    if kind is Moratorium.NONE or kind is Moratorium.PRINCIPAL:
        return waiting + interests
    if kind is Moratorium.FULL_WITH_INTEREST:
        # Spread, not added to the first instalment: one huge deduction would break the ceiling on the pay slip.
        later = split_kobo(sum(waiting), [1] * len(interests))
        interests = [own + share for own, share in zip(interests, later, strict=True)]
    return [0] * len(waiting) + interests


def _flat(terms: ScheduleTerms) -> Parts:
    waits, rounding = terms.moratorium_periods, terms.rounding
    paying = terms.term - waits
    principals = [0] * waits + _equal_parts(terms.principal_kobo(), paying, rounding)
    if terms.method is Method.FLAT_UPFRONT:
        return principals, [0] * terms.term
    charge = _total_charge(terms)
    if terms.moratorium is Moratorium.NONE or terms.moratorium is Moratorium.PRINCIPAL:
        return principals, _equal_parts(charge, terms.term, rounding)
    return principals, [0] * waits + _equal_parts(charge, paying, rounding)


def _total_charge(terms: ScheduleTerms) -> int:
    """Return simple interest on the whole principal for all periods in which it runs, rounded once."""
    rates = terms.period_rates()
    if terms.moratorium is Moratorium.FULL_WITHOUT_INTEREST:
        rates = rates[terms.moratorium_periods :]
    charge = terms.principal_kobo() * sum(rates, Fraction(0))
    return terms.rounding.part(charge.numerator, charge.denominator)


def _equal_parts(total: int, parts: int, rounding: Rounding) -> list[int]:
    """Return equal rounded parts of a total, one taking the rest; none negative when rounding up uses it early."""
    if rounding.remainder is Remainder.SPREAD:
        return split_kobo(total, [1] * parts)
    share, left, column = rounding.part(total, parts), total, []
    for _ in range(parts - 1):
        column.append(min(share, left))
        left -= column[-1]
    return [left, *reversed(column)] if rounding.remainder is Remainder.FIRST else [*column, left]


_PARTS = {
    Method.LEVEL_INSTALMENT: _level,
    Method.EQUAL_PRINCIPAL: _equal_principal,
    Method.INTEREST_FREE: _equal_principal,
    **dict.fromkeys(FIXED_CHARGE_METHODS, _flat),
}
