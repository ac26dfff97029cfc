"""A new loan that first clears the old one of its kind: whether it may, and what is left of it for the member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.money import percent_of
from loans.eligibility.facts import NOTHING, Facts, OldLoan, Rules

WHOLE = Decimal(100)
NO_MONEY = "murabaha"  # goods are handed over: there is no money that could clear anything


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a new loan does before any of it reaches the member, naira: `received = in_hand - clears - commission`."""

    old: OldLoan
    clears: Decimal
    commission: Decimal
    received: Decimal


def old_loan(facts: Facts, rules: Rules) -> OldLoan | None:
    """The running loan that a new one of this kind would clear; None where there is none, or it may not be cleared yet.

    Only where one loan of the kind may run at a time: who may have two need not clear the first.
    """
    old = facts.old.get(rules.code)
    if old is None or not rules.one_running or rules.method == NO_MONEY or rules.top_up_after_percent >= WHOLE:
        return None
    return old if old.repaid_percent >= rules.top_up_after_percent else None


def commission_on(old: OldLoan, rules: Rules) -> Decimal:
    """The society's charge for clearing: per cent of the principal that is owed of the old loan."""
    return percent_of(old.owed, rules.top_up_commission_percent)


def clearing(facts: Facts, rules: Rules, in_hand: Decimal) -> Clearing | None:
    """What becomes of the money that would be paid out, if the loan clears an old one."""
    old = old_loan(facts, rules)
    if old is None:
        return None
    commission = commission_on(old, rules)
    return Clearing(old, old.pay_off, commission, in_hand - old.pay_off - commission)


def as_if_repaid(facts: Facts, rules: Rules) -> tuple[Facts, Rules]:
    """Facts and rules with the old loan counted as paid back, and the new one at least what clears it."""
    old = old_loan(facts, rules)
    if old is None:
        return facts, rules
    owed = {code: sum_ for code, sum_ in facts.owed.items() if code != rules.code}
    least = old.pay_off + commission_on(old, rules)
    return (
        replace(facts, owed=owed, monthly_instalments=max(facts.monthly_instalments - old.a_month, NOTHING)),
        replace(rules, min_amount=max(rules.min_amount, least)),
    )
