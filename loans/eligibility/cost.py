"""What a loan on a product's terms costs, by the engine's schedules."""

from __future__ import annotations

from decimal import Decimal

from engine.money import KOBO, round_to
from engine.rates import effective_yearly_rate
from engine.schedules import Method, ScheduleTerms, build_schedule, level_instalment
from loans.eligibility.facts import Rules
from loans.eligibility.verdict import Cost

# The words of `InterestMethod`; a product with another word is a bug and a KeyError.
METHODS = {"reducing": Method.LEVEL_INSTALMENT, "flat": Method.FLAT}


def instalment_of(rules: Rules, amount: Decimal, term_months: int) -> Decimal:
    """The monthly instalment in naira: it never falls when the amount grows, nor grows with the term."""
    if METHODS[rules.method] is Method.LEVEL_INSTALMENT:
        return level_instalment(amount, rules.annual_rate_percent, term_months)
    return build_schedule(_terms(rules, amount, term_months))[0].total


def cost_of(rules: Rules, amount: Decimal, term_months: int) -> Cost:
    """The instalment, the interest and the yearly cost of a loan; the last instalment clears and may differ by kobo."""
    lines = build_schedule(_terms(rules, amount, term_months))
    interest = sum((line.interest for line in lines), Decimal("0.00"))
    return Cost(
        instalment=lines[0].total,
        last_instalment=lines[-1].total,
        total_interest=interest,
        total=amount + interest,
        yearly_percent=round_to(effective_yearly_rate(amount, [line.total for line in lines]), KOBO),
    )


def _terms(rules: Rules, amount: Decimal, term_months: int) -> ScheduleTerms:
    return ScheduleTerms(
        principal=amount,
        rate_percent=rules.annual_rate_percent,
        term=term_months,
        method=METHODS[rules.method],
    )
