"""What the rules answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loans.eligibility.cost import Quote
from loans.eligibility.top_up import Clearing

Number = Decimal | int | str | None
MEASURES = frozenset({"membership_months", "savings_multiple", "deduction_ceiling"})


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says: `passed` is None while it cannot be told.

    `allowed` and `actual` are the numbers compared (naira, months or a count). `title` is the fact in a few words,
    `sentence` the numbers and what to do, both for the member himself.
    """

    code: str
    passed: bool | None
    allowed: Number
    actual: Number
    title: str
    sentence: str

    @property
    def outcome(self) -> str:
        """The word of the rules list on pages: pass, fail or unknown."""
        return {True: "pass", False: "fail", None: "unknown"}[self.passed]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The loan nearest to the one asked for that no rule refuses."""

    amount: Decimal
    term_months: int
    instalment: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each rule's answer for one amount and term, the cost, and where it is refused the nearest that would pass.

    `limit` is the most that the member's savings and the product allow, whatever he earns. `clearing` is what
    becomes of the money where the loan clears an old one.
    """

    amount: Decimal
    term_months: int
    rules: tuple[RuleResult, ...]
    cost: Quote
    limit: Decimal
    nearest: Nearest | None
    clearing: Clearing | None = None

    @property
    def instalment(self) -> Decimal:
        return self.cost.instalment

    @property
    def total_interest(self) -> Decimal:
        return self.cost.total_interest

    @property
    def yearly_cost_percent(self) -> Decimal:
        return self.cost.yearly_percent

    @property
    def refused(self) -> tuple[RuleResult, ...]:
        return tuple(rule for rule in self.rules if rule.passed is False)

    @property
    def untold(self) -> tuple[RuleResult, ...]:
        """The rules that cannot be told yet: they refuse nothing, and the committee sees them."""
        return tuple(rule for rule in self.rules if rule.passed is None)

    @property
    def foremost(self) -> tuple[RuleResult, ...]:
        """What is seen first: what refuses, what cannot be told, and the numbers that a member is measured by."""
        return self.refused + self.untold + tuple(rule for rule in self.rules if rule.passed and rule.code in MEASURES)

    @property
    def others(self) -> tuple[RuleResult, ...]:
        """The rules that are simply kept."""
        return tuple(rule for rule in self.rules if rule.passed and rule.code not in MEASURES)

    @property
    def allows(self) -> bool:
        """No rule refuses; some may not be told yet."""
        return not self.refused

    def plain(self) -> dict[str, Any]:
        """The verdict for `LoanApplication.rules`: amounts as text, so that they come back to the kobo."""
        return {
            "rules": [
                {
                    "code": rule.code,
                    "passed": rule.passed,
                    "allowed": _text(rule.allowed),
                    "actual": _text(rule.actual),
                    "title": rule.title,
                    "sentence": rule.sentence,
                }
                for rule in self.rules
            ],
            "instalment": str(self.cost.instalment),
            "total_interest": str(self.cost.total_interest),
            "yearly_cost_percent": str(self.cost.yearly_percent),
            "limit": str(self.limit),
        }


def _text(number: Number) -> Number:
    return str(number) if isinstance(number, Decimal) else number
