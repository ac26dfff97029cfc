"""Schedules that start from a balance: loans taken over in mid-life, and what a prepayment leaves."""

from collections.abc import Callable, Sequence
from datetime import date

from engine.errors import BadDates, NoSolution
from engine.money import HOUSE, Amount, Rounding, exact, in_kobo
from engine.schedules.build import schedule_columns
from engine.schedules.level import as_lines, level_columns, payment_per_unit
from engine.schedules.terms import (
    Columns,
    Frequency,
    Line,
    Method,
    RatePer,
    ScheduleTerms,
    check_rate,
    check_term,
    period_rate,
)


def running_schedule(
    balance: Amount,
    annual_rate_percent: Amount,
    instalment: Amount,
    remaining: int,
    first_number: int,
    due_dates: Sequence[date],
) -> list[Line]:
    """Return the instalments left of a loan that runs with an agreed monthly instalment.

    Each month ``interest = balance * rate / 1200``, half up to the kobo; the member pays the agreed instalment, or
    what is left when that is less; the last instalment by number clears the loan whatever it comes to. Where the
    agreed instalment does not even cover the interest, no principal is repaid and the unpaid interest waits,
    without interest of its own, for an instalment with room or for the last. A balance that ends early ends the
    list: there are never lines with nothing to pay.

    Args:
        balance: principal owed now, naira.
        annual_rate_percent: nominal yearly rate in percent.
        instalment: the agreed monthly instalment, naira.
        remaining: instalments left by the loan's own count.
        first_number: number of the next instalment.
        due_dates: one date for each remaining instalment, in order.
    Raises:
        BadAmount, BadTerms, BadDates: a figure is out of range, or the dates are not as many as the instalments.
    """
    check_rate(annual_rate_percent)
    interest_on = HOUSE.interest_on(period_rate(exact(annual_rate_percent)))
    return _run_down(balance, instalment, remaining, first_number, due_dates, lambda owed, _: interest_on(owed))


def running_flat_schedule(
    principal: Amount,
    balance: Amount,
    annual_rate_percent: Amount,
    instalment: Amount,
    term_months: int,
    remaining: int,
    first_number: int,
    due_dates: Sequence[date],
) -> list[Line]:
    """Return the instalments left of a loan with interest on the whole amount, at its agreed monthly instalment.

    The charge is ``principal * rate / 100 * term / 12``, rounded once, and each instalment of the term carries an equal
    part of it, the last of the term the rest: the same parts as in the loan's schedule from its first day. Beyond the
    term no interest is left. The agreed instalment covers its part first and principal with what is over; for the rest
    it goes as in ``running_schedule``: the last clears, interest that an instalment does not cover waits, and with the
    principal the list ends, so months that are not needed cost nothing.

    Args:
        principal: what was lent, naira.
        balance: principal owed now, naira.
        annual_rate_percent: flat yearly rate in percent.
        instalment: the agreed monthly instalment, naira.
        term_months: all instalments of the loan by its own count.
        remaining: instalments left.
        first_number: number of the next instalment.
        due_dates: one date for each remaining instalment, in order.
    Raises:
        BadAmount, BadTerms, BadDates: a figure is out of range, or the dates are not as many as the instalments.
    """
    terms = ScheduleTerms(principal, annual_rate_percent, term_months, method=Method.FLAT)
    parts = schedule_columns(terms).interest

    def charged(owed: int, number: int) -> int:
        return parts[number - 1] if owed and number <= term_months else 0

    return _run_down(balance, instalment, remaining, first_number, due_dates, charged)


def _run_down(
    balance: Amount,
    instalment: Amount,
    remaining: int,
    first_number: int,
    due_dates: Sequence[date],
    charged: Callable[[int, int], int],
) -> list[Line]:
    """Pay a balance down by a given instalment; ``charged(owed, number)`` is the interest of an instalment, in kobo."""
    check_term(remaining)
    if len(due_dates) != remaining:
        raise BadDates(f"{remaining} instalments need {remaining} due dates; {len(due_dates)} were given.")
    start, agreed = in_kobo(balance, "balance"), in_kobo(instalment, "instalment")
    principals, interests, closings = [], [], []
    owed, waiting = start, 0  # waiting: interest charged that no instalment has covered yet
    for left in range(remaining, 0, -1):
        waiting += charged(owed, first_number + remaining - left)
        if not owed and not waiting:
            break
        interest = waiting if left == 1 else min(waiting, agreed)
        repaid = owed if left == 1 else min(agreed - interest, owed)
        owed -= repaid
        waiting -= interest
        principals.append(repaid)
        interests.append(interest)
        closings.append(owed)
    used = len(closings)
    return as_lines(start, Columns(due_dates[:used], principals, interests, (0,) * used, closings), first_number)


def instalments_needed(
    balance: Amount, annual_rate_percent: Amount, instalment: Amount, rounding: Rounding = HOUSE
) -> int:
    """Return how many instalments of this size repay the balance, the last one perhaps a smaller one.

    Raises:
        NoSolution: the instalment does not cover a month's interest.
        BadTerms: the loan would outlive everyone.
    """
    check_rate(annual_rate_percent)
    owed, paid = in_kobo(balance, "balance"), in_kobo(instalment, "instalment")
    interest_on, needed = rounding.interest_on(period_rate(exact(annual_rate_percent))), 0
    while owed > 0:
        interest = interest_on(owed)
        if paid <= interest:
            raise NoSolution("This instalment never repays the loan: it does not cover the interest. Raise it.")
        owed -= paid - interest
        needed += 1
        check_term(needed)
    return needed


def keep_instalment(
    balance: Amount,
    annual_rate_percent: Amount,
    instalment: Amount,
    first_number: int,
    due_dates: Sequence[date | None],
    rounding: Rounding = HOUSE,
) -> list[Line]:
    """Return the lines of a balance repaid by the same instalment until it is gone: a shorter term.

    Args:
        due_dates: at least as many dates as will be needed; the old schedule's own dates will do.
    Raises:
        NoSolution: the instalment does not cover the interest.
        BadDates: too few dates.
    """
    needed = instalments_needed(balance, annual_rate_percent, instalment, rounding)
    if not needed:
        return []
    if len(due_dates) < needed:
        raise BadDates(f"Repaying this takes {needed} instalments; {len(due_dates)} due dates were given. Add some.")
    owed, rate = in_kobo(balance), period_rate(exact(annual_rate_percent))
    return as_lines(owed, level_columns(owed, rate, in_kobo(instalment), due_dates[:needed], rounding), first_number)


def keep_term(
    balance: Amount,
    rate_percent: Amount,
    first_number: int,
    due_dates: Sequence[date | None],
    *,
    rate_per: RatePer = RatePer.YEAR,
    frequency: Frequency = Frequency.MONTHLY,
    rounding: Rounding = HOUSE,
) -> list[Line]:
    """Return the lines of a balance spread again over the instalments that are left: a smaller instalment.

    Args:
        balance: principal owed now, naira.
        rate_percent: percent per ``rate_per``.
        first_number: number of the next instalment.
        due_dates: the dates of the instalments left.
    """
    owed = in_kobo(balance, "balance")
    if not owed:
        return []
    check_term(len(due_dates))
    check_rate(rate_percent)
    rate = period_rate(exact(rate_percent), rate_per, frequency)
    numerator, denominator = payment_per_unit(rate, len(due_dates))
    instalment = rounding.instalment(owed * numerator, denominator)
    return as_lines(owed, level_columns(owed, rate, instalment, due_dates, rounding), first_number)
