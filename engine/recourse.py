"""Who pays when a borrower does not: his own savings first, then his guarantors, each within his promise."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.money import ZERO, Amount, all_from_kobo, in_kobo, naira, split_kobo


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the money for a loan that is not paid comes from, naira: `owed = from_savings + the shares + uncovered`."""

    owed: Decimal
    from_savings: Decimal
    shares: dict[Hashable, Decimal]

    @property
    def from_guarantors(self) -> Decimal:
        """What all guarantors pay together."""
        return sum(self.shares.values(), ZERO)

    @property
    def uncovered(self) -> Decimal:
        """What nobody stands for: the borrower goes on owing it."""
        return self.owed - self.from_savings - self.from_guarantors


def plan(owed: Amount, own_savings: Amount, pledges: Mapping[Hashable, Amount]) -> Plan:
    """Return who pays what: the borrower as far as his savings reach, the rest by the guarantors.

    The rest is shared in proportion to the promises by largest remainder, to the kobo. Nobody pays more than he
    promised, and nobody for another who promised too little. An odd kobo goes to the larger promise, and among equals
    to the lower key, so the order in which promises come changes nothing.

    Args:
        owed: what the loan asks for, naira.
        own_savings: the borrower's savings that may be taken, naira; what is held for others is not among them.
        pledges: what is left of each guarantor's promise, by a key that sorts.
    """
    asked = naira(owed, "debt")
    from_savings = min(asked, max(naira(own_savings, "own savings", at_least=None), ZERO))
    keys = sorted(pledges, key=lambda key: (-naira(pledges[key], "promise"), key))
    return Plan(asked, from_savings, shares_of(asked - from_savings, {key: pledges[key] for key in keys}))


def shares_of(amount: Amount, pledges: Mapping[Hashable, Amount]) -> dict[Hashable, Decimal]:
    """Share a sum over promises in proportion, in the order given; never more than a promise, so perhaps not all."""
    caps = [in_kobo(pledge, "promise") for pledge in pledges.values()]
    kobo = min(in_kobo(amount, "sum to share"), sum(caps))
    if not kobo:
        return dict.fromkeys(pledges, ZERO)
    return dict(zip(pledges, all_from_kobo(split_kobo(kobo, caps)), strict=True))


def repay_claims(amount: Amount, claims: Mapping[Hashable, Amount]) -> dict[Hashable, Decimal]:
    """Share money of a borrower over what he owes those who paid for him, in proportion; never more than a claim."""
    keys = sorted(claims, key=lambda key: (-naira(claims[key], "claim"), key))
    return shares_of(amount, {key: claims[key] for key in keys})
