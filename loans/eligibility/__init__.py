"""May this member have this loan? One pure function, asked by the live figures on the form and again on sending."""

from __future__ import annotations

from decimal import Decimal

from loans.eligibility.cost import FeeLine, Quote, quote, quote_near, rated
from loans.eligibility.facts import Facts, FeeRule, OldLoan, Rules
from loans.eligibility.nearest import STEP, nearest
from loans.eligibility.rules import FIXED, RULES, Case, limit
from loans.eligibility.top_up import Clearing, as_if_repaid, clearing, old_loan
from loans.eligibility.verdict import Nearest, RuleResult, Verdict

__all__ = [
    "STEP",
    "Clearing",
    "Facts",
    "FeeLine",
    "FeeRule",
    "Nearest",
    "OldLoan",
    "Quote",
    "RuleResult",
    "Rules",
    "Verdict",
    "check",
    "old_loan",
    "quote",
    "rated",
]


def check(facts: Facts, rules: Rules, amount: Decimal, term_months: int) -> Verdict:
    """Ask every rule about an amount in naira (above 0) for so many months (1 or more).

    A refusal carries the nearest amount and term that no rule refuses, unless none would help. Whether enough
    guarantors can be found is not asked here. What lies outside the product's limits has the cost of what lies in them
    where it can have none of its own. An old loan that the new one clears counts as paid back. Raises the engine's
    BadAmount or BadTerms for figures that are none.
    """
    given, (facts, rules) = (facts, rules), as_if_repaid(facts, rules)
    cost = quote_near(rated(rules, facts, amount), amount, term_months, starts_on=facts.on)
    case = Case(facts, rules, amount, term_months, cost.a_month)
    results = tuple(rule(case) for rule in RULES)
    refused = {result.code for result in results if result.passed is False}
    helped = refused and not refused & FIXED
    return Verdict(
        amount=amount,
        term_months=term_months,
        rules=results,
        cost=cost,
        limit=limit(facts, rules),
        nearest=nearest(facts, rules, amount, term_months) if helped else None,
        clearing=clearing(*given, cost.in_hand),
    )
