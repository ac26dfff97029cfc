"""The yearly cost of credit: nominal (Regulation Z), effective (European directives), and what solves for them.

Rates come back unrounded, in percent; ``money.round_to`` rounds them for showing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from engine.due_dates import add_months
from engine.errors import BadDates, BadTerms, NoSolution
from engine.money import CONTEXT, Amount, decimal_from, exact

_ONE = Decimal(1)
_PRECISION = 30
_CLOSE_ENOUGH = Decimal("1E-18")
_LOWEST, _HIGHEST = Decimal("-0.999999"), Decimal("1E12")


class UnitPeriod(StrEnum):
    """The regular interval of payments in Regulation Z."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    SEMIMONTH = "semimonth"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_DAYS = {UnitPeriod.WEEK: 7, UnitPeriod.FORTNIGHT: 14}
_MONTHS = {UnitPeriod.MONTH: 1, UnitPeriod.QUARTER: 3, UnitPeriod.HALF_YEAR: 6, UnitPeriod.YEAR: 12}
UNIT_PERIODS_PER_YEAR = {
    UnitPeriod.WEEK: 52,
    UnitPeriod.FORTNIGHT: 26,
    UnitPeriod.SEMIMONTH: 24,
    UnitPeriod.MONTH: 12,
    UnitPeriod.QUARTER: 4,
    UnitPeriod.HALF_YEAR: 2,
    UnitPeriod.YEAR: 1,
}


def nominal_apr(
    advance: Amount,
    payments: Sequence[Amount],
    *,
    whole_periods: int = 1,
    odd_period: Fraction = Fraction(0),
    periods_per_year: Fraction | int = 12,
) -> Decimal:
    """Return the nominal annual percentage rate of a single advance repaid once every unit period, in percent.

    The actuarial method of 12 CFR 1026 (Regulation Z), Appendix J, general equation (b)(8) with one advance:
    ``A = sum P_j / ((1 + f i) (1 + i)^t_j)``; the rate is ``i`` times the unit periods in a year.

    Args:
        advance: cash really received, naira.
        payments: one per unit period, beginning with the first payment; zero where one is left out.
        whole_periods: whole unit periods from the advance to the first payment (``t``).
        odd_period: the fraction of one beside them (``f``); see ``unit_periods``.
        periods_per_year: unit periods in a year; 365/255 for a single payment after 255 days.
    Raises:
        NoSolution: no advance, no payment, or no rate fits them.
    """
    amounts = _positive_flows(advance, payments)
    odd = decimal_from(odd_period)

    def excess(rate: Decimal) -> Decimal:
        discount = _ONE / (_ONE + rate)
        value = _level_value(amounts[1:], discount) * discount**whole_periods / (_ONE + odd * rate)
        return value - amounts[0]

    with localcontext(CONTEXT) as context:
        context.prec = _PRECISION
        return _solve(excess) * 100 * decimal_from(Fraction(periods_per_year))


def unit_periods(start: date, end: date, unit: UnitPeriod) -> tuple[int, Fraction]:
    """Return whole unit periods and the odd fraction between two dates.

    12 CFR 1026 App. J (b)(5): months are counted back from the later date, the days that remain are thirtieths of a
    month; for semimonths and for several months each whole month counts thirty days; a year's remainder counts in
    whole months as twelfths where it can, else in days as 365ths; weeks are counted in days.
    """
    if end < start:
        raise BadDates(f"The payment on {end} is before the advance on {start}. Put the dates in order.")
    if unit in _DAYS:
        whole, days = divmod((end - start).days, _DAYS[unit])
        return whole, Fraction(days, _DAYS[unit])
    months, days = _months_back(start, end)
    if unit is UnitPeriod.YEAR:
        years, months = divmod(months, 12)
        if not days:
            return years, Fraction(months, 12)
        return years, Fraction((add_months(end, -12 * years) - start).days, 365)
    if unit is UnitPeriod.MONTH:
        return months, Fraction(days, 30)
    length = 15 if unit is UnitPeriod.SEMIMONTH else 30 * _MONTHS[unit]
    whole, rest = divmod(30 * months + days, length)
    return whole, Fraction(rest, length)


def single_payment_unit(start: date, end: date) -> tuple[int, Fraction, Fraction]:
    """Return whole periods, odd fraction and periods per year for one advance repaid by one payment.

    12 CFR 1026 App. J (b)(5)(vi) to (viii): a term under a year is one unit period, of whole months where it can be
    counted in them, else of days; a longer one is counted in years.
    """
    months, days = _months_back(start, end)
    if months >= 12:
        whole, odd = unit_periods(start, end, UnitPeriod.YEAR)
        return whole, odd, Fraction(1)
    if not days and months:
        return 1, Fraction(0), Fraction(12, months)
    if end <= start:
        raise BadDates("The payment is not after the advance. Put the dates in order.")
    return 1, Fraction(0), Fraction(365, (end - start).days)


class TimeUnit(StrEnum):
    """In what the time between a drawdown and a payment is counted for the European effective rate."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


def effective_apr(advance: Amount, flows: Iterable[tuple[Amount, Fraction | Decimal | int]]) -> Decimal:
    """Return the effective annual percentage rate of charge of one drawdown, in percent.

    Directives 98/7/EC Annex III and 2008/48/EC Annex I: ``C = sum D_l (1 + X)^-s_l``. The directives show it with
    one decimal, half up.

    Args:
        advance: cash really received, naira.
        flows: each payment in naira and its time from the drawdown in years (``years_between``).
    Raises:
        NoSolution: no rate fits the figures.
    """
    pairs = [(amount, decimal_from(Fraction(years))) for amount, years in flows]
    amounts = _positive_flows(advance, [amount for amount, _ in pairs])
    times = [years for _, years in pairs]

    def excess(rate: Decimal) -> Decimal:
        growth = (_ONE + rate).ln()
        values = (amount * (-growth * time).exp() for amount, time in zip(amounts[1:], times, strict=True))
        return sum(values, Decimal(0)) - amounts[0]

    with localcontext(CONTEXT) as context:
        context.prec = _PRECISION
        return _solve(excess) * 100


def years_between(drawdown: date, payment: date, unit: TimeUnit = TimeUnit.MONTH) -> Fraction:
    """Return the time from drawdown to payment in years, by the European rule for mixed intervals.

    2008/48/EC Annex I remark (c) and the Commission's guidelines: whole months (weeks, years) are counted back from
    the payment; each of the days that remain is a 365th of a year, or a 366th where the year that ends on the last
    of them has 366 days.
    """
    if payment < drawdown:
        raise BadDates(f"The payment on {payment} is before the drawdown on {drawdown}. Put the dates in order.")
    if unit is TimeUnit.WEEK:
        weeks, days = divmod((payment - drawdown).days, 7)
        return Fraction(weeks, 52) + _days_in_years(days, payment - timedelta(weeks=weeks))
    if unit is TimeUnit.DAY:
        return _days_in_years((payment - drawdown).days, payment)
    months, days = _months_back(drawdown, payment)
    if unit is TimeUnit.YEAR:
        years = months // 12
        rest = add_months(payment, -12 * years)
        return years + _days_in_years((rest - drawdown).days, rest)
    return Fraction(months, 12) + _days_in_years(days, add_months(payment, -months))


def internal_rate(advance: Amount, payments: Sequence[Amount]) -> Decimal:
    """Return the rate per period, as a share of one, at which equally spaced payments repay the advance.

    Args:
        advance: cash received, naira.
        payments: one per period in arrears.
    Raises:
        NoSolution: no rate fits the figures.
    """
    return nominal_apr(advance, payments, periods_per_year=1) / 100


def nominal_yearly_rate(advance: Amount, payments: Sequence[Amount], periods_per_year: int = 12) -> Decimal:
    """Return the internal rate times the periods in a year, in percent: what is often miscalled effective."""
    return nominal_apr(advance, payments, periods_per_year=periods_per_year)


def effective_yearly_rate(received: Amount, payments: Sequence[Amount], periods_per_year: int = 12) -> Decimal:
    """Return the yearly cost of a loan on the cash really received, compounded, in percent.

    ``(1 + i)^m - 1`` with ``i`` the internal rate of one of ``m`` equal periods; the European effective rate when
    all periods are alike.

    Args:
        received: what came into the borrower's hand: principal less fees and interest taken at source, naira.
        payments: what he pays each period, fees included.
        periods_per_year: 12 monthly, 26 fortnightly, 52 weekly.
    """
    if periods_per_year < 1:
        raise BadTerms("There must be at least one period in a year. Give 12 for monthly payments.")
    rate = internal_rate(received, payments)
    with localcontext(CONTEXT) as context:
        context.prec = _PRECISION
        return ((_ONE + rate) ** periods_per_year - _ONE) * 100


def _months_back(start: date, end: date) -> tuple[int, int]:
    """Return the whole months counted back from the end, and the days that remain after the start."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(end, -months) < start:
        months -= 1
    return months, (add_months(end, -months) - start).days


def _days_in_years(days: int, last: date) -> Fraction:
    return Fraction(days, (last - add_months(last, -12)).days)


def _positive_flows(advance: Amount, payments: Sequence[Amount]) -> list[Decimal]:
    amounts = [exact(advance, "advance"), *(exact(payment, "payment") for payment in payments)]
    if amounts[0] <= 0 or min(amounts) < 0 or not any(amounts[1:]):
        raise NoSolution("There is no rate without money received and money paid back. Check the amounts.")
    return amounts


def _level_value(payments: Sequence[Decimal], discount: Decimal) -> Decimal:
    """Return the value, at the first payment, of payments one period apart (Horner's rule)."""
    value = Decimal(0)
    for payment in reversed(payments):
        value = value * discount + payment
    return value


def _solve(excess: Callable[[Decimal], Decimal]) -> Decimal:
    """Return the rate at which a falling function is zero: bracketed, then by the Illinois variant of false position.

    The bracket is widened from zero, so it is never wider than twice the answer and the search never leaves it.
    """
    low = high = Decimal(0)
    at_low = at_high = excess(low)
    if not at_low:
        return low
    step = Decimal("0.005")
    while at_high > 0:
        low, at_low = high, at_high
        high, step = high + step, step * 2
        if high > _HIGHEST:
            raise NoSolution("No rate fits these figures: far more is paid back than was received. Check them.")
        at_high = excess(high)
    while at_low < 0:
        high, at_high = low, at_low
        low = (low - 1) / 2 if low > _LOWEST else low
        if low <= _LOWEST:
            raise NoSolution("No rate fits these figures: almost nothing is paid back. Check them.")
        at_low = excess(low)
    kept, last = 0, high
    for _ in range(200):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if not low < middle < high:
            middle = (low + high) / 2
        at_middle = excess(middle)
        if not at_middle or abs(middle - last) <= _CLOSE_ENOUGH * max(_ONE, abs(middle)):
            return middle
        # An end that stays twice running has its height halved, else it would hold the search back.
        if at_middle > 0:
            low, at_low = middle, at_middle
            at_high, kept = (at_high / 2 if kept > 0 else at_high), 1
        else:
            high, at_high = middle, at_middle
            at_low, kept = (at_low / 2 if kept < 0 else at_low), -1
        last = middle
    raise NoSolution("No rate could be found for these figures. Check the amounts and dates.")
