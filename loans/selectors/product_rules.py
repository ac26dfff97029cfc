"""A product's rules in plain words, each with its name: what a member is told, and what an officer reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.display import naira, percent, plural
from loans.eligibility import FeeRule
from loans.eligibility.cost import HOW_PAID, charge_word
from loans.eligibility.words import part, times
from loans.models import HoldPolicy, InterestMethod, Moratorium, PenaltyBase, ProductVersion, Rebate, RunningMonth

Tiers = Sequence[tuple[Decimal, Decimal]]
ELEMENT_WORDS = {"penalty": "penalty", "fee": "fees", "principal": "principal"}
PENALTY_BASES = {PenaltyBase.PRINCIPAL: "the principal that is late", PenaltyBase.SCHEDULED: "all that is late"}
PER_DAYS = {1: "a day", 30: "a month of 30 days", 365: "a year"}


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one kind under their heading."""

    title: str
    rules: tuple[Rule, ...]


def in_words(version: ProductVersion, tiers: Tiers = (), fees: Iterable[FeeRule] = ()) -> tuple[Rules, ...]:
    """Every rule of a version in words; no query."""
    return (
        Rules("How much, and how long", _size(version)),
        Rules("What it costs", (*_price(version, tiers), *_fees(fees))),
        Rules("Who can have it", _who(version)),
        Rules("Guarantors", _guarantors(version)),
        Rules("Paying it back", _paying(version)),
        Rules("Being late", being_late(version)),
        Rules("Paying it off early", paying_off(version)),
        Rules("Changes in mid-life", _changes(version)),
    )


def _size(version: ProductVersion) -> tuple[Rule, ...]:
    most = f"to {naira(version.max_amount, False)}" if version.max_amount else "with no upper limit of its own"
    return (
        Rule("Amount", f"From {naira(version.min_amount, False)} {most}"),
        Rule("By savings", f"{times(version.savings_multiple)} the member's savings may be owed on this kind of loan"),
        Rule("Months", f"{version.min_term_months} to {plural(version.max_term_months, 'month')}"),
    )


def _price(version: ProductVersion, tiers: Tiers) -> tuple[Rule, ...]:
    if version.method == InterestMethod.INTEREST_FREE:
        return (Rule("Interest", "None"),)
    word = charge_word(version.method)
    rules = [Rule("Rate", rate_in_words(version)), Rule("How it is reckoned", method_in_words(version))]
    rules += [
        Rule(f"Above {times(multiple).lower()} the savings", f"{percent(rate, 3)} a year, on the whole loan")
        for multiple, rate in sorted(tiers)
    ]
    rules.append(Rule("By which days", f"{version.get_day_count_display()}"))
    if version.moratorium != Moratorium.NONE:
        rules.append(
            Rule(
                f"First {plural(version.moratorium_months, 'month')}",
                version.get_moratorium_display().replace("interest", word),
            )
        )
    return tuple(rules)


def rate_in_words(version: ProductVersion) -> str:
    """`12% a year`, or `1% a month (12% a year)`."""
    yearly = f"{percent(version.annual_rate_percent, 3)} a year"
    if version.rate_per == "month":
        return f"{percent(version.quoted_rate_percent, 3)} a month ({yearly})"
    return yearly


def method_in_words(version: ProductVersion) -> str:
    return InterestMethod(version.method).label


def _fees(fees: Iterable[FeeRule]) -> tuple[Rule, ...]:
    told = tuple(
        Rule(fee.name, f"{_fee_amount(fee)}, {HOW_PAID[fee.collected]}{_given_back(fee)}") for fee in fees
    )  # fmt: skip
    return told or (Rule("Fees", "None"),)


def _fee_amount(fee: FeeRule) -> str:
    return naira(fee.amount) if fee.amount is not None else f"{percent(fee.percent, 3)} of the amount asked for"


def _given_back(fee: FeeRule) -> str:
    return "; given back if the loan is cancelled before it is paid out" if fee.refundable else ""


def _who(version: ProductVersion) -> tuple[Rule, ...]:
    return (
        Rule("Member for", f"At least {plural(version.min_membership_months, 'month')}"),
        Rule("Deductions from pay", f"All together at most {part(version.deduction_ceiling_percent)} the monthly pay"),
        Rule("At one time", "One loan of this kind" if version.one_running else "Several loans of this kind"),
    )


def _guarantors(version: ProductVersion) -> tuple[Rule, ...]:
    if not version.guarantors_required:
        return (Rule("How many", "None are needed"),)
    return (
        Rule("How many", plural(version.guarantors_required, "guarantor")),
        Rule("Together they stand for", f"{percent(version.cover_percent, 2)} of the loan"),
        Rule("Their savings", hold_in_words(version.hold_policy)),
    )


def hold_in_words(policy: str) -> str:
    """When a promise ends, or how it falls."""
    return HoldPolicy(policy).label


def order_in_words(elements: str, charge: str = "interest") -> str:
    """`penalty, then fees, then interest, then principal`."""
    return ", then ".join(ELEMENT_WORDS.get(one, charge) for one in elements.split(","))


def _paying(version: ProductVersion) -> tuple[Rule, ...]:
    order = order_in_words(version.elements, charge_word(version.method))
    return (
        Rule("How often", version.get_frequency_display()),
        Rule("A payment pays", f"{version.get_spread_display()}. In it: {order}"),
        Rule("From the borrower's savings", version.get_offset_from_savings_display()),
    )


def being_late(version: ProductVersion) -> tuple[Rule, ...]:
    """The penalty: rate, base, grace, caps."""
    if not version.penalty_percent:
        return (Rule("Penalty", "None"),)
    rate = f"{percent(version.penalty_percent, 2)} {PER_DAYS[version.penalty_per_days]}"
    grace = plural(version.penalty_grace_days, "day") if version.penalty_grace_days else "None"
    caps = []
    if version.penalty_cap_percent is not None:
        caps.append(f"{percent(version.penalty_cap_percent, 2)} of what was lent")
    if version.penalty_in_duplum:
        caps.append("what is still owed of the principal")
    return (
        Rule("Penalty", f"{rate} of {PENALTY_BASES[PenaltyBase(version.penalty_base)]}, never of a penalty"),
        Rule("Days of grace after the due day", grace),
        Rule("At most", " and ".join(caps) or "No cap"),
    )


def paying_off(version: ProductVersion) -> tuple[Rule, ...]:
    """What of the interest or profit is not asked for when the loan is paid off early."""
    word = charge_word(version.method)
    if version.method == InterestMethod.INTEREST_FREE:
        return (Rule("What is asked", "The principal that is left"),)
    running = f"{word.capitalize()} of the running month"
    rules = [Rule(running, RunningMonth(version.running_month).label)]
    fixed = (InterestMethod.FLAT, InterestMethod.FLAT_UPFRONT, InterestMethod.MURABAHA)
    if version.method in fixed:
        back = Rebate(version.rebate).label
        if version.rebate != Rebate.NONE and version.rebate_percent != 100:
            back += f"; {percent(version.rebate_percent, 2)} of it"
        rules.append(Rule(f"{word.capitalize()} not yet earned is given back", back))
    return tuple(rules)


def _changes(version: ProductVersion) -> tuple[Rule, ...]:
    commission = f", for {percent(version.top_up_commission_percent, 2)}" if version.top_up_commission_percent else ""
    return (
        Rule("A new loan on top", f"Once {percent(version.top_up_after_percent, 2)} is paid back{commission}"),
        Rule("New terms", f"At most {plural(version.most_restructures, 'time')} in the life of a loan"),
        Rule("Watched after new terms", plural(version.watch_months, "month")),
    )
