"""The level instalment on a reducing balance: its amount, its lines, and sums over a stretch of it."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import chain, count, repeat
from operator import add, sub

from engine.errors import BadTerms
from engine.money import (
    CONTEXT,
    FLOOR,
    HOUSE,
    ZERO,
    Amount,
    Rounding,
    all_from_kobo,
    decimal_from,
    divided,
    exact,
    from_kobo,
    in_kobo,
    naira,
)
from engine.schedules.terms import Columns, Line, check_rate, check_term, period_rate


def level_instalment(
    principal: Amount,
    annual_rate_percent: Amount,
    term_months: int,
    *,
    rounding: Rounding = HOUSE,
    in_advance: bool = False,
) -> Decimal:
    """Return the level monthly instalment, in naira, that repays a loan on the reducing balance.

    ``P r (1+r)^n / ((1+r)^n - 1)``, P / n without interest (the annuity formula, PMT in spreadsheets), rounded
    once from the exact quotient.

    Args:
        principal: naira.
        annual_rate_percent: nominal yearly rate in percent; a twelfth is charged each month.
        term_months: number of instalments.
        rounding: to the kobo half up unless another convention is asked for.
        in_advance: each instalment falls due at the start of its month.
    Raises:
        BadTerms, BadAmount: a figure is out of range.
    """
    check_rate(annual_rate_percent)
    check_term(term_months)
    rate = period_rate(exact(annual_rate_percent))
    numerator, denominator = payment_per_unit(rate, term_months)
    if in_advance:
        numerator, denominator = numerator * rate.denominator, denominator * (rate.denominator + rate.numerator)
    return from_kobo(rounding.instalment(in_kobo(principal, "loan") * numerator, denominator))


def largest_principal(instalment: Amount, annual_rate_percent: Amount, term_months: int) -> Decimal:
    """Return the largest loan, in naira, whose level monthly instalment is not more than this one.

    Rounded down to the kobo, so that ``level_instalment`` of it is never above ``instalment``.
    """
    check_rate(annual_rate_percent)
    check_term(term_months)
    numerator, denominator = payment_per_unit(period_rate(exact(annual_rate_percent)), term_months)
    return from_kobo(divided(in_kobo(instalment, "instalment") * denominator, numerator, FLOOR))


def shortest_term(principal: Amount, annual_rate_percent: Amount, instalment: Amount, most_months: int) -> int | None:
    """Return the fewest months in which a level instalment of at most this much repays the loan.

    None when even ``most_months`` asks for more than ``instalment``.
    """
    check_term(most_months)
    wanted = naira(instalment, "instalment")

    def fits(term: int) -> bool:
        return level_instalment(principal, annual_rate_percent, term) <= wanted

    if not fits(most_months):
        return None
    return bisect_left(range(1, most_months + 1), True, key=fits) + 1


@lru_cache(maxsize=4096)
def payment_per_unit(rate: Fraction, term: int) -> tuple[int, int]:
    """Return numerator and denominator of the exact level payment for a loan of one, at this rate per period."""
    if not rate:
        return 1, term
    unit, part = rate.denominator, rate.numerator
    growth, base = (unit + part) ** term, unit**term
    return part * growth, unit * (growth - base)


def payment_per_unit_at(rates: Sequence[Fraction]) -> tuple[int, int]:
    """Return the same for rates that differ from period to period: one over the value of payments of one."""
    value, base = 0, 1  # value/base is what the payments after this period are worth at its end
    for rate in reversed(rates):
        value, base = (value + base) * rate.denominator, base * (rate.denominator + rate.numerator)
    return base, value


def level_columns(
    principal: int,
    rate: Fraction,
    instalment: int,
    due_dates: Sequence[date | None],
    rounding: Rounding = HOUSE,
) -> Columns:
    """Return the columns of a loan repaid by a given instalment at one rate per period; the last one clears.

    The loop takes the plain case (each instalment covers its interest and the balance lasts to the end) without
    a test in it; the outcome shows whether that held, and only then is the careful way taken.
    """
    last = len(due_dates)
    principals, interests, closings = [], [], []
    add_principal, add_interest, add_closing = principals.append, interests.append, closings.append
    interest_on, balance = rounding.interest_on(rate), principal
    for _ in range(last - 1):
        interest = interest_on(balance)
        repaid = instalment - interest
        balance -= repaid
        add_principal(repaid)
        add_interest(interest)
        add_closing(balance)
    if balance < 0 or (principals and principals[0] < 0):
        return _careful_level_columns(principal, rate, instalment, due_dates, rounding)
    add_principal(balance)
    add_interest(interest_on(balance))
    add_closing(0)
    return Columns(due_dates, principals, interests, (0,) * last, closings)


def _careful_level_columns(
    principal: int, rate: Fraction, instalment: int, due_dates: Sequence[date | None], rounding: Rounding
) -> Columns:
    interest_on, balance, last = rounding.interest_on(rate), principal, len(due_dates)
    columns = Columns(due_dates, [], [], (0,) * last, [])
    for number in range(1, last + 1):
        interest = interest_on(balance)
        repaid = balance if number == last else min(max(instalment - interest, 0), balance)
        balance -= repaid
        columns.principal.append(repaid)
        columns.interest.append(interest)
        columns.closing.append(balance)
    return columns


def spread_remainder(instalment: int, term: int, rounding: Rounding, last_of: Callable[[int], int]) -> int:
    """Return the level instalment, in kobo, nudged until the last one is as near to the others as it can be.

    Apache Fineract's rule for progressive schedules: while the last instalment, ``last_of(instalment)``, is off by
    more kobo than half the number of instalments, spread the difference over all of them, and keep the result if it
    is better.
    """
    gap = last_of(instalment) - instalment
    while abs(gap) > term // 2:
        nudged = rounding.instalment(instalment * term + gap, term)
        smaller_gap = last_of(nudged) - nudged
        if abs(smaller_gap) >= abs(gap):
            break
        instalment, gap = nudged, smaller_gap
    return instalment


def as_lines(principal: int, columns: Columns, first_number: int = 1) -> list[Line]:
    """Return the lines, in naira, of a schedule given in kobo column by column."""
    balances = all_from_kobo(chain((principal,), columns.closing))
    interests = all_from_kobo(columns.interest)
    with localcontext(CONTEXT):
        # Taking differences of Decimals costs half as much as turning whole numbers into them.
        closings = balances[1:]
        principals = list(map(sub, balances, closings))
        totals: Iterable[Decimal] = map(add, principals, interests)
        fees: Iterable[Decimal] = repeat(ZERO)
        if any(columns.fee):
            fees = all_from_kobo(columns.fee)
            totals = map(add, totals, fees)
        rows = zip(
            count(first_number), columns.due_on, balances, principals, interests, fees, closings, totals, strict=False
        )
        return list(map(tuple.__new__, repeat(Line), rows))  # Line(*row) done in C, at a third of the time


def interest_between(
    principal: Amount, annual_rate_percent: Amount, term_months: int, first: int = 1, last: int | None = None
) -> Decimal:
    """Return the unrounded interest in the instalments from ``first`` to ``last``, both counted, in naira.

    Closed form of the exact annuity (CUMIPMT in spreadsheets, with its sign turned): so many payments less what
    the balance fell. A schedule in kobo differs by its roundings.
    """
    check_rate(annual_rate_percent)
    check_term(term_months)
    last = term_months if last is None else last
    if not 1 <= first <= last <= term_months:
        raise BadTerms(f"Instalments {first} to {last} are not in a term of {term_months}. Give a range inside it.")
    amount, rate = Fraction(exact(principal, "loan")), period_rate(exact(annual_rate_percent))
    payment = amount * Fraction(*payment_per_unit(rate, term_months))

    def balance(after: int) -> Fraction:
        growth = (1 + rate) ** after
        return amount * growth - payment * ((growth - 1) / rate if rate else after)

    return decimal_from(payment * (last - first + 1) - (balance(first - 1) - balance(last)))
