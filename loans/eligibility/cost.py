"""What a loan on a product's terms costs: the schedule, the fees, what comes into hand, and the yearly cost of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from core.display import plural
from engine.day_counts import DayCount
from engine.due_dates import due_dates_every, monthly_due_dates
from engine.errors import BadAmount, BadTerms
from engine.fees import Collected, PayOut, pay_out
from engine.money import KOBO, ZERO, round_to
from engine.rates import (
    UnitPeriod,
    effective_apr,
    effective_yearly_rate,
    nominal_apr,
    unit_periods,
    years_between,
)
from engine.schedules import (
    PERIODS_PER_YEAR,
    Frequency,
    Line,
    Method,
    Moratorium,
    ScheduleTerms,
    build_schedule,
    level_instalment,
    upfront_interest,
)
from loans.eligibility.facts import Facts, FeeRule, Rules

# The words of `InterestMethod` and `DayCount` in the models; a product with another word is a bug and a KeyError.
METHODS = {"reducing": Method.LEVEL_INSTALMENT, "flat": Method.FLAT, **{
    str(method): method for method in (
        Method.EQUAL_PRINCIPAL, Method.FLAT_UPFRONT, Method.BULLET, Method.INTEREST_FREE, Method.MURABAHA,
    )
}}  # fmt: skip
DAY_COUNTS = {
    "equal_periods": DayCount.EQUAL_PERIODS,
    "actual_365": DayCount.ACTUAL_365,
    "actual_actual": DayCount.ACTUAL_ACTUAL,
    "thirty_360": DayCount.THIRTY_360,
}
# The most instalments that fall due in one calendar month: what the pay of such a month must bear.
MOST_IN_A_MONTH = {Frequency.MONTHLY: 1, Frequency.FORTNIGHTLY: 3, Frequency.WEEKLY: 5}
DAYS_BETWEEN = {Frequency.FORTNIGHTLY: 14, Frequency.WEEKLY: 7}
# How often an instalment falls due, and what so many of them are: "a month, for 12 months".
UNIT_WORDS = {
    Frequency.MONTHLY: ("a month", "month"),
    Frequency.FORTNIGHTLY: ("every two weeks", "payment"),
    Frequency.WEEKLY: ("a week", "week"),
}
RHYTHMS = {
    Frequency.MONTHLY: "each month", Frequency.FORTNIGHTLY: "every two weeks", Frequency.WEEKLY: "each week",
}  # fmt: skip
UNITS = {
    Frequency.MONTHLY: UnitPeriod.MONTH,
    Frequency.FORTNIGHTLY: UnitPeriod.FORTNIGHT,
    Frequency.WEEKLY: UnitPeriod.WEEK,
}


def periods(frequency: str, months: int) -> int:
    """How many whole instalments of a frequency fit into so many months: 12 months are 52 weeks, 1 month is 4."""
    return months * PERIODS_PER_YEAR[Frequency(frequency)] // 12


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee of one loan, in naira."""

    rule: FeeRule
    amount: Decimal

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def collected(self) -> Collected:
        return self.rule.collected

    @property
    def how(self) -> str:
        """How it is paid, for the member to read."""
        return HOW_PAID[self.rule.collected]


HOW_PAID = {
    Collected.AT_SOURCE: "kept back from the money",
    Collected.ADDED: "added to the loan",
    Collected.WITH_INSTALMENTS: "paid with the payments",
    Collected.PAID_APART: "paid at the office before you get the money",
    Collected.FROM_SAVINGS: "taken from your savings",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """What a loan costs and brings, in naira; percentages per cent a year.

    `principal` is what is lent: what was asked for and the fees added to it. `nominal_percent` is the annual percentage
    rate of 12 CFR 1026 Appendix J, `effective_percent` that of 2008/48/EC, both unrounded, on `in_hand`: the cash left
    after all that is kept back or paid before. Periods count as equal (12 CFR 1026.17(c)(4) lets an odd first one
    pass), but for products that count days.
    """

    asked: Decimal
    term_months: int
    rules: Rules
    money: PayOut
    fees: tuple[FeeLine, ...]
    lines: tuple[Line, ...]
    nominal_percent: Decimal
    effective_percent: Decimal

    @property
    def principal(self) -> Decimal:
        return self.money.principal

    @property
    def received(self) -> Decimal:
        """What the treasurer pays out."""
        return self.money.received

    @property
    def in_hand(self) -> Decimal:
        return self.money.cash_in_hand

    @property
    def kept_back(self) -> Decimal:
        return self.money.kept_back

    @property
    def upfront(self) -> Decimal:
        """Interest taken from the money paid out."""
        return self.money.upfront_interest

    @property
    def instalment(self) -> Decimal:
        """The regular instalment: the first after a moratorium; for a bullet its one payment."""
        return regular_instalment(self.lines, self.rules)

    @property
    def last_instalment(self) -> Decimal:
        return self.lines[-1].total

    @property
    def a_month(self) -> Decimal:
        """The most that falls due in one month."""
        return self.instalment * MOST_IN_A_MONTH[Frequency(self.rules.frequency)]

    @property
    def total_interest(self) -> Decimal:
        """Interest or profit in all, that taken at the start among it."""
        return sum((line.interest for line in self.lines), self.upfront)

    @property
    def total_fees(self) -> Decimal:
        return sum((fee.amount for fee in self.fees), ZERO)

    @property
    def cost(self) -> Decimal:
        """What the member pays beyond what he asked for."""
        return self.total_interest + self.total_fees

    @property
    def total(self) -> Decimal:
        """All that is paid back in instalments."""
        return sum((line.total for line in self.lines), ZERO)

    @property
    def paid_before(self) -> Decimal:
        """Fees that the member pays out of his own money before he has the loan."""
        before = (Collected.PAID_APART, Collected.FROM_SAVINGS)
        return sum((fee.amount for fee in self.fees if fee.collected in before), ZERO)

    @property
    def yearly_percent(self) -> Decimal:
        return round_to(self.effective_percent, KOBO)

    @property
    def nominal_yearly_percent(self) -> Decimal:
        return round_to(self.nominal_percent, KOBO)

    @property
    def charge_word(self) -> str:
        return charge_word(self.rules.method)

    @property
    def rhythm(self) -> str:
        """When it is paid back, after the amount of one payment: `each month, 12 times`."""
        if len(self.lines) == 1:
            return f"once, after {plural(self.term_months, 'month')}"
        return f"{RHYTHMS[Frequency(self.rules.frequency)]}, {len(self.lines)} times"

    def plain(self) -> dict[str, Any]:
        """The quote as an application keeps it: amounts as text, so that they come back to the kobo."""
        return {
            "asked": str(self.asked),
            "principal": str(self.principal),
            "term_months": self.term_months,
            "annual_rate_percent": str(self.rules.annual_rate_percent),
            "received": str(self.received),
            "in_hand": str(self.in_hand),
            "instalment": str(self.instalment),
            "a_month": str(self.a_month),
            "instalments": len(self.lines),
            "last_instalment": str(self.last_instalment),
            "interest": str(self.total_interest),
            "interest_at_source": str(self.upfront),
            "fees": [
                {"name": fee.name, "amount": str(fee.amount), "collected": str(fee.collected)} for fee in self.fees
            ],
            "cost": str(self.cost),
            "total": str(self.total),
            "charge": self.charge_word,
            "nominal_percent": str(self.nominal_yearly_percent),
            "effective_percent": str(self.yearly_percent),
        }


def charge_word(method: str) -> str:
    """What the price of a loan is called: a murabaha has a profit and never interest."""
    return "profit" if method == "murabaha" else "interest"


def regular_instalment(lines: Sequence[Line], rules: Rules) -> Decimal:
    """The instalment that a loan is known by: the first one after a moratorium, in naira."""
    return lines[periods(rules.frequency, rules.moratorium_months) if len(lines) > 1 else 0].total


def rated(rules: Rules, facts: Facts, amount: Decimal) -> Rules:
    """The rules with the one rate that an amount in naira would have, given what is owed and saved already."""
    return at_rate(rules, rate_for(rules, amount, facts.savings, facts.owed.get(rules.code, ZERO)))


def at_rate(rules: Rules, annual_rate_percent: Decimal) -> Rules:
    if annual_rate_percent == rules.annual_rate_percent and not rules.tiers:
        return rules
    return replace(rules, annual_rate_percent=annual_rate_percent, tiers=())


def rate_for(rules: Rules, amount: Decimal, savings: Decimal, owed: Decimal) -> Decimal:
    """The rate of a loan in per cent a year: that of the highest tier above whose multiple of savings it takes him."""
    rate = rules.annual_rate_percent
    for multiple, tier_rate in rules.tiers:
        if amount + owed > savings * multiple:
            rate = tier_rate
    return rate


def instalment_of(rules: Rules, amount: Decimal, term_months: int, *, starts_on: date | None = None) -> Decimal:
    """The most that falls due in a month, in naira: it never falls when the amount grows."""
    if _is_plain(rules):
        return level_instalment(amount, rules.annual_rate_percent, term_months)
    _, lines = _schedule(rules, amount, term_months, starts_on=starts_on)
    return regular_instalment(lines, rules) * MOST_IN_A_MONTH[Frequency(rules.frequency)]


def quote(
    rules: Rules, amount: Decimal, term_months: int, *, starts_on: date | None = None,
    due_dates: Sequence[date] | None = None,
) -> Quote:  # fmt: skip
    """What an amount in naira over so many months costs by rules that have one rate (`rated`).

    `starts_on` is the day of the payout: products that count days need it, and without due dates take the same day of
    each month that follows. Raises BadAmount and BadTerms when there is no such loan: its fees would eat it up.
    """
    money, lines = _schedule(rules, amount, term_months, starts_on=starts_on, due_dates=due_dates)
    fees = tuple(FeeLine(rule, rule.on(amount)) for rule in rules.fees)
    nominal, effective = yearly_costs(
        rules, money.cash_in_hand, [(line.total, line.due_on) for line in lines], term_months, starts_on
    )
    return Quote(amount, term_months, rules, money, fees, tuple(lines), nominal, effective)


def quote_near(rules: Rules, amount: Decimal, term_months: int, *, starts_on: date) -> Quote:
    """The quote, or where no such loan can be that of the nearest amount and term the product knows."""
    try:
        return quote(rules, amount, term_months, starts_on=starts_on)
    except (BadAmount, BadTerms):
        within = min(max(term_months, rules.min_term_months), rules.max_term_months)
        return quote(rules, max(amount, rules.min_amount), within, starts_on=starts_on)


def terms_of(
    rules: Rules, principal: Decimal, term_months: int, *, fee: Decimal = ZERO, starts_on: date | None = None,
    due_dates: Sequence[date] | None = None,
) -> ScheduleTerms:  # fmt: skip
    """The engine's terms of a loan of so much principal; `fee` in naira is collected with the instalments."""
    if DAY_COUNTS[rules.day_count] is DayCount.EQUAL_PERIODS:
        starts_on = None
    elif due_dates is None:
        due_dates = _default_dates(rules, starts_on, term_months)
    return ScheduleTerms(
        principal=principal,
        rate_percent=rules.annual_rate_percent,
        term=periods(rules.frequency, term_months),
        method=METHODS[rules.method],
        frequency=Frequency(rules.frequency),
        due_dates=due_dates,
        starts_on=starts_on,
        day_count=DAY_COUNTS[rules.day_count],
        moratorium=Moratorium(rules.moratorium),
        moratorium_periods=periods(rules.frequency, rules.moratorium_months),
        fee=fee,
    )


def _schedule(
    rules: Rules, amount: Decimal, term_months: int, *, starts_on: date | None = None,
    due_dates: Sequence[date] | None = None,
) -> tuple[PayOut, list[Line]]:  # fmt: skip
    fees = [rule.fee for rule in rules.fees]
    money = pay_out(amount, fees)
    terms = terms_of(
        rules, money.principal, term_months, fee=money.with_instalments, starts_on=starts_on, due_dates=due_dates
    )
    if terms.method is Method.FLAT_UPFRONT:
        money = pay_out(amount, fees, upfront_interest(terms))
    return money, build_schedule(terms)


def _is_plain(rules: Rules) -> bool:
    """Whether the level instalment can be had without a schedule."""
    return (
        METHODS[rules.method] is Method.LEVEL_INSTALMENT
        and rules.frequency == Frequency.MONTHLY
        and rules.day_count == "equal_periods"
        and not rules.moratorium_months
        and not any(fee.collected in (Collected.ADDED, Collected.WITH_INSTALMENTS) for fee in rules.fees)
    )


def _default_dates(rules: Rules, starts_on: date | None, term_months: int) -> Sequence[date]:
    if starts_on is None:
        raise BadTerms("Interest by days needs the day on which it starts. Give the day of the payout.")
    count = periods(rules.frequency, term_months)
    if rules.frequency == Frequency.MONTHLY:
        return monthly_due_dates(starts_on, count + 1)[1:]
    days = DAYS_BETWEEN[Frequency(rules.frequency)]
    return due_dates_every(days, starts_on, count + 1)[1:]


class Terms(Protocol):
    """What of a product's rules decides how its yearly cost is reckoned: words of the models' choices."""

    method: str
    frequency: str
    day_count: str


def yearly_costs(
    rules: Terms, in_hand: Decimal, payments: Sequence[tuple[Decimal, date | None]], term_months: int,
    starts_on: date | None,
) -> tuple[Decimal, Decimal]:  # fmt: skip
    """The yearly cost of what comes into hand, in per cent, unrounded: nominal (Appendix J), effective (2008/48/EC).

    `payments` are naira with their due days, in order; the days matter only to a product that counts by them.
    """
    frequency = Frequency(rules.frequency)
    per_year, totals = PERIODS_PER_YEAR[frequency], [total for total, _ in payments]
    if METHODS[rules.method] is Method.BULLET:
        count = periods(frequency, term_months)
        years, rest = divmod(count, per_year)
        # App. J (b)(5)(vi) to (viii): under a year the term is the unit period, from a year on the year is.
        nominal = (
            nominal_apr(in_hand, totals, whole_periods=years, odd_period=Fraction(rest, per_year), periods_per_year=1)
            if years
            else nominal_apr(in_hand, totals, periods_per_year=Fraction(per_year, count))
        )
        return nominal, effective_apr(in_hand, [(totals[0], Fraction(count, per_year))])
    first = payments[0][1]
    if DAY_COUNTS[rules.day_count] is DayCount.EQUAL_PERIODS or starts_on is None or first is None:
        return (
            nominal_apr(in_hand, totals, periods_per_year=per_year),
            effective_yearly_rate(in_hand, totals, per_year),
        )
    whole, odd = unit_periods(starts_on, first, UNITS[frequency])
    nominal = nominal_apr(in_hand, totals, whole_periods=whole, odd_period=odd, periods_per_year=per_year)
    flows = [(total, years_between(starts_on, due_on)) for total, due_on in payments if due_on]
    return nominal, effective_apr(in_hand, flows)
