"""The rules of a loan, one function each: the facts and the product's numbers in, a `RuleResult` out.

To add a rule write its function, put it into `RULES`, and where the amount or the term decides it into `nearest.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core import display
from engine.due_dates import add_months
from engine.money import FLOOR, percent_of, to_kobo
from loans.eligibility.facts import NOTHING, Facts, Rules
from loans.eligibility.verdict import RuleResult
from loans.eligibility.words import months, naira, part, times


@dataclass(frozen=True, slots=True)
class Case:
    """One question: these facts, these rules, this amount in naira for so many months at this monthly instalment."""

    facts: Facts
    rules: Rules
    amount: Decimal
    term_months: int
    instalment: Decimal


def membership_months(joined_on: date, on: date) -> int:
    """Whole months from the day of joining to a day."""
    count = (on.year - joined_on.year) * 12 + on.month - joined_on.month
    return max(count if add_months(joined_on, count) <= on else count - 1, 0)


def multiple_room(facts: Facts, rules: Rules) -> Decimal:
    """What the member may still owe on the product: the multiple of his savings less what he owes on it, never below 0.

    A part of a kobo is dropped.
    """
    most = to_kobo(facts.savings * rules.savings_multiple, FLOOR)
    return max(most - facts.owed.get(rules.code, NOTHING), NOTHING)


def limit(facts: Facts, rules: Rules) -> Decimal:
    """The largest amount that the savings and the product allow, whatever the pay."""
    room = multiple_room(facts, rules)
    return room if rules.max_amount is None else min(room, rules.max_amount)


def deduction_limit(facts: Facts, rules: Rules) -> Decimal | None:
    """What all deductions of a month together may take, or None while the pay is not known."""
    if facts.monthly_pay is None:
        return None
    return percent_of(facts.monthly_pay, rules.deduction_ceiling_percent, FLOOR)


def instalment_room(facts: Facts, rules: Rules) -> Decimal | None:
    """The largest instalment that fits under the deduction ceiling, or None while the pay is not known."""
    most = deduction_limit(facts, rules)
    return None if most is None else most - deductions_now(facts)


def deductions_now(facts: Facts) -> Decimal:
    """What is taken from the member's pay each month without the new loan, as far as it is known."""
    return facts.monthly_contributions + facts.monthly_instalments + (facts.other_deductions or NOTHING)


def active_member(case: Case) -> RuleResult:
    if case.facts.is_active:
        return RuleResult("active_member", True, 1, 1, "You are an active member", "Your membership is open.")
    words = "Your membership is not open. Ask at the office what to do."
    return RuleResult("active_member", False, 1, 0, "You are not an active member", words)


def membership(case: Case) -> RuleResult:
    joined, needed = case.facts.joined_on, case.rules.min_membership_months
    been = membership_months(joined, case.facts.on)
    passed = been >= needed
    title, words = f"Member for {months(needed)} or more", f"You joined in {display.month(joined)}."
    if not passed:
        title = f"Member for less than {months(needed)}"
        words = f"{words} You can ask from {display.dmy(add_months(joined, needed))}."
    return RuleResult("membership_months", passed, needed, been, title, words)


def one_running(case: Case) -> RuleResult:
    name, owed = case.rules.name, case.facts.owed.get(case.rules.code)
    title = f"No other {name} loan at the same time"
    if not case.rules.one_running:
        words = "You may have more than one of this type."
        return RuleResult(
            "one_running", True, None, int(owed is not None), title.replace("No other", "Any other"), words
        )
    old = case.facts.old.get(case.rules.code)
    if owed is None:
        words = f"This loan clears your loan {old.serial}." if old else "You have none now."
        return RuleResult("one_running", True, 0, 0, title, words)
    words = f"You still owe {naira(owed)} on it. Pay it back first, then ask again."
    if old and case.rules.top_up_after_percent < 100:
        share = display.percent(case.rules.top_up_after_percent, 2)
        words += f" Once {share} of it is paid back, a new loan may clear it."
    return RuleResult("one_running", False, 0, 1, f"You have another {name} loan", words)


def open_application(case: Case) -> RuleResult:
    number = case.facts.waiting.get(case.rules.code)
    title, words = f"No other {case.rules.name} loan asked for", "You have asked for no other."
    if number:
        title = f"You have already asked for another {case.rules.name} loan"
        words = f"{number} is still open. Wait for its answer, or withdraw it."
    return RuleResult("open_application", number is None, 0, int(number is not None), title, words)


def amount_limits(case: Case) -> RuleResult:
    least, most, amount = case.rules.min_amount, case.rules.max_amount, case.amount
    words = f"You ask for {naira(amount)}."
    if amount < least:
        return RuleResult("amount_limits", False, least, amount, f"Less than {naira(least)}",
                          f"{words} Ask for {naira(least)} or more.")  # fmt: skip
    if most is not None and amount > most:
        return RuleResult("amount_limits", False, most, amount, f"More than {naira(most)}",
                          f"{words} Ask for {naira(most)} or less.")  # fmt: skip
    title = f"{naira(least)} or more" if most is None else f"From {naira(least)} to {naira(most)}"
    return RuleResult("amount_limits", True, least if most is None else most, amount, title, words)


def term_limits(case: Case) -> RuleResult:
    least, most, term = case.rules.min_term_months, case.rules.max_term_months, case.term_months
    words = f"You ask for {months(term)}."
    title = f"Paid back in {least} to {months(most)}" if least < most else f"Paid back in {months(most)}"
    if term < least:
        return RuleResult("term_limits", False, least, term, f"Less than {months(least)}",
                          f"{words} Choose {months(least)} or more.")  # fmt: skip
    if term > most:
        return RuleResult("term_limits", False, most, term, f"More than {months(most)}",
                          f"{words} Choose {months(most)} or fewer.")  # fmt: skip
    return RuleResult("term_limits", True, most, term, title, words)


def savings_multiple(case: Case) -> RuleResult:
    room, owed = multiple_room(case.facts, case.rules), case.facts.owed.get(case.rules.code, NOTHING)
    passed = case.amount <= room
    words = f"{times(case.rules.savings_multiple)} your savings of {naira(case.facts.savings)}"
    words += f", less {naira(owed)} that you owe on this type." if owed else "."
    if not passed:
        words += f" Ask for {naira(room)} or less, or save more first." if room else " Save more first."
    title = f"{'Within' if passed else 'Over'} your limit of {naira(room)}"
    return RuleResult("savings_multiple", passed, room, case.amount, title, words)


def deduction_ceiling(case: Case) -> RuleResult:
    share = part(case.rules.deduction_ceiling_percent)
    title, unknown = f"Deductions stay within {share} your pay", "We cannot tell yet if your pay is enough"
    most, taken = deduction_limit(case.facts, case.rules), deductions_now(case.facts) + case.instalment
    if most is None:
        words = "We do not know your pay yet. Take a pay slip to the office. You may send your request before that."
        return RuleResult("deduction_ceiling", None, None, taken, unknown, words)
    words = f"{naira(taken)} of {naira(most)} a month."
    if taken > most:
        return RuleResult("deduction_ceiling", False, most, taken, f"Deductions go over {share} your pay",
                          f"{words} That is {naira(taken - most)} too much.")  # fmt: skip
    if case.facts.other_deductions is None:
        words = "We do not know what else is taken from your pay. Take a pay slip to the office."
        return RuleResult("deduction_ceiling", None, most, taken, unknown, words)
    return RuleResult("deduction_ceiling", True, most, taken, title, f"{words} {naira(most - taken)} is left.")


RULES = (
    active_member,
    membership,
    one_running,
    open_application,
    amount_limits,
    term_limits,
    savings_multiple,
    deduction_ceiling,
)
# What another amount or term cannot help.
FIXED = frozenset({"active_member", "membership_months", "one_running", "open_application"})
