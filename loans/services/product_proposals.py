"""New rules of a kind of loan by two people: one proposes them, another puts them in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from audit.services import record
from audit.transitions import transition
from core.display import dmy
from engine.fees import Collected
from loans.eligibility import FeeRule
from loans.errors import ProposalDecided, ProposalWaits, ReasonNeeded, VersionFromThatDay, YourOwnProposal
from loans.models import LoanProduct, ProductVersion, RulesProposal
from loans.services.products import add_version, examples
from loans.states import ProposalStatus
from users.models import User


@transaction.atomic
def propose_rules(
    *, product: LoanProduct, valid_from: date, numbers: dict[str, Any], reason: str, by: User, on: date, at: datetime,
    tiers: Sequence[tuple[Decimal, Decimal]] = (), fees: Sequence[FeeRule] = (),
) -> RulesProposal:  # fmt: skip
    """Propose rules of a product from a day on. They do nothing until another person puts them in force.

    `numbers`, `tiers` and `fees` as `add_version` takes them. Raises VersionFromThatDay, ReasonNeeded, BadProductRules,
    and ProposalWaits while another proposal of this product waits.
    """
    product = LoanProduct.objects.select_for_update().get(pk=product.pk)
    if valid_from < on:
        raise VersionFromThatDay(f"This day is past. Enter {dmy(on)} or a later day.")
    if not reason.strip():
        raise ReasonNeeded("Say why the rules change: who puts them in force reads it.")
    if product.proposals.filter(status=ProposalStatus.PROPOSED).exists():
        raise ProposalWaits()
    examples(ProductVersion(product=product, **numbers), tiers, fees, on=valid_from)
    proposal = RulesProposal.objects.create(
        product=product, valid_from=valid_from, reason=reason.strip(), proposed_by=by, proposed_at=at,
        numbers={name: _plain(value) for name, value in numbers.items()},
        tiers=[[str(multiple), str(rate)] for multiple, rate in tiers],
        fees=[{name: _plain(value) for name, value in asdict(fee).items()} for fee in fees],
    )  # fmt: skip
    record("loans.product.rules_proposed", by=by, subject=product, at=at, valid_from=valid_from, reason=reason.strip())
    return proposal


@transaction.atomic
def approve_rules(*, proposal: RulesProposal, by: User, on: date, at: datetime) -> RulesProposal:
    """Put proposed rules in force from their day on, by another person than who proposed them.

    Loans and requests that were sent in keep the rules they have. Raises ProposalDecided, YourOwnProposal,
    VersionFromThatDay when the day has passed meanwhile, BadProductRules.
    """
    proposal = _waiting(proposal)
    if proposal.proposed_by_id == by.pk:
        raise YourOwnProposal()
    if proposal.valid_from < on:
        raise VersionFromThatDay(
            f"{dmy(proposal.valid_from)} is past: rules never count backwards. Decline it and propose a later day."
        )
    tiers, fees = tiers_of(proposal), fees_of(proposal)
    version = add_version(
        product=proposal.product, valid_from=proposal.valid_from, numbers=numbers_of(proposal), tiers=tiers, fees=fees,
        by=by, on=on, at=at,
    )  # fmt: skip
    return transition(
        proposal, ProposalStatus.APPROVED, by=by, at=at, decided_by=by, decided_at=at, version=version
    )  # fmt: skip


@transaction.atomic
def decline_rules(*, proposal: RulesProposal, by: User, at: datetime) -> RulesProposal:
    """Decline proposed rules, by another person. Raises ProposalDecided, YourOwnProposal."""
    proposal = _waiting(proposal)
    if proposal.proposed_by_id == by.pk:
        raise YourOwnProposal("You proposed this yourself. Take it back, or let another person decide.")
    return transition(proposal, ProposalStatus.DECLINED, by=by, at=at, decided_by=by, decided_at=at)


@transaction.atomic
def withdraw_rules(*, proposal: RulesProposal, by: User, at: datetime) -> RulesProposal:
    """Take a proposal back that nobody has decided on. Raises ProposalDecided."""
    return transition(_waiting(proposal), ProposalStatus.WITHDRAWN, by=by, at=at)


def _waiting(proposal: RulesProposal) -> RulesProposal:
    # The product first, then its proposal: `add_version` locks in this order too.
    LoanProduct.objects.select_for_update().get(pk=proposal.product_id)
    proposal = RulesProposal.objects.select_for_update(of=("self",)).select_related("product").get(pk=proposal.pk)
    if proposal.status != ProposalStatus.PROPOSED:
        raise ProposalDecided()
    return proposal


# What is kept as text -------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A value as JSON keeps it without losing a kobo."""
    return str(value) if isinstance(value, Decimal | str) else value


def numbers_of(proposal: RulesProposal) -> dict[str, Any]:
    """The proposed fields of ProductVersion, in their own types."""
    return {
        name: ProductVersion._meta.get_field(name).to_python(value) for name, value in proposal.numbers.items()
    }  # fmt: skip


def tiers_of(proposal: RulesProposal) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(multiple), Decimal(rate)) for multiple, rate in proposal.tiers]


def fees_of(proposal: RulesProposal) -> list[FeeRule]:
    return [
        FeeRule(
            fee["name"], Collected(fee["collected"]), _number(fee["amount"]), _number(fee["percent"]), fee["goes_to"],
            fee["refundable"],
        )
        for fee in proposal.fees
    ]  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
