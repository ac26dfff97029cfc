"""From a refusal to the nearest loan that would be given."""

from __future__ import annotations

from decimal import Decimal

from loans.eligibility.cost import instalment_of, rated
from loans.eligibility.facts import Facts, Rules
from loans.eligibility.rules import instalment_room, limit
from loans.eligibility.verdict import Nearest

STEP = Decimal(1000)  # naira: an amount that was lowered is a whole number of these


def nearest(facts: Facts, rules: Rules, amount: Decimal, term_months: int) -> Nearest | None:
    """The loan nearest to the one asked for that its amount and term rules let through, or None.

    The amount is lowered to the limit, and the term kept inside the product's. Where the instalment is still too much
    for the pay the term is made longer first, by as little as helps; only at the longest term the amount is lowered
    again. A lowered amount is rounded down to the step, but never below the product's least.
    """
    most = limit(facts, rules)
    if most < rules.min_amount:
        return None
    if amount < rules.min_amount:
        amount = rules.min_amount
    elif amount > most:
        amount = _rounded(most, rules)
    term = min(max(term_months, rules.min_term_months), rules.max_term_months)
    room = instalment_room(facts, rules)
    if room is None:
        return Nearest(amount, term, _instalment(facts, rules, amount, term))
    for months in range(term, rules.max_term_months + 1):
        instalment = _instalment(facts, rules, amount, months)
        if instalment <= room:
            return Nearest(amount, months, instalment)
    return _lowered_to(room, facts, rules, amount)


def _instalment(facts: Facts, rules: Rules, amount: Decimal, term_months: int) -> Decimal:
    return instalment_of(rated(rules, facts, amount), amount, term_months, starts_on=facts.on)


def _lowered_to(room: Decimal, facts: Facts, rules: Rules, amount: Decimal) -> Nearest | None:
    """The largest amount below this one whose instalment over the longest term fits into the room.

    The instalment never falls when the amount grows, so the steps are halved until one is left.
    """
    # A payment in one sum only grows with the months.
    term = rules.min_term_months if rules.method == "bullet" else rules.max_term_months
    fits, too_many = int(rules.min_amount // STEP), -int(-amount // STEP)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _instalment(facts, rules, middle * STEP, term) <= room:
            fits = middle
        else:
            too_many = middle
    found = max(fits * STEP, rules.min_amount)
    instalment = _instalment(facts, rules, found, term)
    return Nearest(found, term, instalment) if instalment <= room else None


def _rounded(most: Decimal, rules: Rules) -> Decimal:
    return max(most // STEP * STEP, rules.min_amount)
