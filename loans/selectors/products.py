"""Kinds of loan as their pages show them: the versions in time, what waits, and a sample loan by any rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Prefetch

from core.display import dmy
from engine.errors import EngineError
from loans.eligibility import FeeRule, Quote
from loans.eligibility.cost import at_rate, quote, rate_for
from loans.models import LoanProduct, ProductVersion, RulesProposal
from loans.selectors.facts import rules_of, rules_with
from loans.selectors.product_rules import Rules, Tiers, in_words, rate_in_words
from loans.services.product_proposals import fees_of, numbers_of, tiers_of
from loans.states import ProposalStatus

NOTHING = Decimal("0.00")
SAMPLE = Decimal(100000)


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One kind of loan in the list, with the version that is in force, None where none is."""

    product: LoanProduct
    version: ProductVersion | None
    waits: bool

    @property
    def rate(self) -> str:
        return rate_in_words(self.version) if self.version else ""

    @property
    def standing(self) -> str:
        return "Given" if self.product.is_open else "Not given"


def products(*, on: date) -> list[ProductLine]:
    """Every kind of loan, those that are given first, in three queries."""
    rows = LoanProduct.objects.order_by("-is_open", "name").prefetch_related(
        Prefetch("versions", ProductVersion.objects.in_force(on)),
        Prefetch("proposals", RulesProposal.objects.filter(status=ProposalStatus.PROPOSED)),
    )
    return [
        ProductLine(one, next(iter(one.versions.all()), None), bool(one.proposals.all())) for one in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionTold:
    """A version with every rule in words and what in it differs from the version before it."""

    version: ProductVersion
    rules: tuple[Rules, ...]
    changed: tuple[str, ...]
    state: str

    @property
    def since(self) -> str:
        ends = self.version.valid.upper
        return f"From {dmy(self.version.valid.lower)}" + (f" to {dmy(ends - timedelta(days=1))}" if ends else "")


def versions_of(product: LoanProduct, *, on: date) -> list[VersionTold]:
    """A product's versions, the newest first, in three queries whatever their number."""
    rows = list(product.versions.prefetch_related("tiers", "fees").order_by("valid"))
    told: list[VersionTold] = []
    before: tuple[Rules, ...] = ()
    for version in rows:
        rules = rules_of(version, product)
        words = in_words(version, rules.tiers, rules.fees)
        told.append(VersionTold(version, words, differences(before, words), _state(version, on)))
        before = words
    return told[::-1]


def _state(version: ProductVersion, on: date) -> str:
    if on in version.valid:
        return "In force"
    return "To come" if version.valid.lower > on else "Over"


def differences(before: Iterable[Rules], after: Iterable[Rules]) -> tuple[str, ...]:
    """What is another rule than before, in words; nothing where there was none before."""
    old = {(group.title, rule.name): rule.words for group in before for rule in group.rules}
    new = {(group.title, rule.name): rule.words for group in after for rule in group.rules}
    if not old:
        return ()
    changed = [
        f"{name}: {words}" + (f" (before: {old[title, name]})" if (title, name) in old else " (new)")
        for (title, name), words in new.items() if old.get((title, name)) != words
    ]  # fmt: skip
    gone = [name for (title, name), words in old.items() if (title, name) not in new and words != "None"]
    return (*changed, *(f"{name}: no longer" for name in gone))


def draft_of(proposal: RulesProposal) -> ProductVersion:
    """The version that a proposal would make; it is not stored."""
    return ProductVersion(product=proposal.product, **numbers_of(proposal))


def proposed_words(proposal: RulesProposal) -> tuple[Rules, ...]:
    return in_words(draft_of(proposal), tiers_of(proposal), fees_of(proposal))


@dataclass(frozen=True, slots=True)
class Sample:
    """A loan by some rules: its quote, or why there is none."""

    amount: Decimal
    term_months: int
    quote: Quote | None
    refused: str = ""


def sample(
    version: ProductVersion, *, tiers: Tiers = (), fees: Sequence[FeeRule] = (), amount: Decimal | None = None,
    term_months: int | None = None, savings: Decimal | None = None, on: date,
) -> Sample:  # fmt: skip
    """What a loan costs by rules, stored or not; without an amount and a term a usual one. No query.

    With `savings` the rate is that of the tier which the amount falls into for a member who owes nothing.
    """
    if amount is None:
        amount = max(version.min_amount, min(SAMPLE, version.max_amount or SAMPLE))
    if term_months is None:
        term_months = min(max(12, version.min_term_months), version.max_term_months)
    rules = rules_with(version, tiers=tiers, fees=fees)
    rate = rules.annual_rate_percent if savings is None else rate_for(rules, amount, savings, NOTHING)
    try:
        return Sample(amount, term_months, quote(at_rate(rules, rate), amount, term_months, starts_on=on))
    except EngineError as refused:
        return Sample(amount, term_months, None, str(refused))
