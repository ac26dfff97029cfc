"""Where a payment goes: over what is due, in the society's order, to the kobo.

Sources of the default order: loans before savings protects the members' money; within a loan penalty, fee,
interest, principal is what most cooperatives and loan systems do.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.errors import BadTable
from engine.money import ZERO, Amount, naira, split


class Kind(StrEnum):
    """What a due item belongs to."""

    LOAN = "loan"
    CHRISTMAS = "christmas"
    SAVINGS = "savings"


class Element(StrEnum):
    """What a part of a payment pays for; savings of either kind are all ``principal``."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Spread(StrEnum):
    """How the money is spread over items of one kind."""

    OLDEST_FIRST = "oldest_first"  # an item is paid in full before the next one gets anything
    BY_ELEMENT = "by_element"  # all penalties, then all fees, all interest, all principal; oldest first in each
    PRO_RATA = "pro_rata"  # over all items of every kind in proportion to what is due on them


@dataclass(frozen=True, slots=True)
class DueItem:
    """What is due on one instalment or saving, in naira, none negative."""

    key: Hashable
    kind: Kind
    due_on: date | None = None
    penalty: Decimal = ZERO
    fee: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO

    def __post_init__(self) -> None:
        for element in Element:
            naira(getattr(self, element.value), element.value)

    @property
    def total(self) -> Decimal:
        """All that is due on the item."""
        return self.penalty + self.fee + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Part:
    """What a payment pays on one item."""

    key: Hashable
    kind: Kind
    penalty: Decimal = ZERO
    fee: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All that is paid on the item."""
        return self.penalty + self.fee + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Allocation:
    """The outcome: parts in the order in which they were paid, and what was left over.

    The parts and the surplus always add up to the payment.
    """

    parts: tuple[Part, ...]
    surplus: Decimal

    @property
    def total(self) -> Decimal:
        """The payment."""
        return sum((part.total for part in self.parts), ZERO) + self.surplus


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """A society's rule: which kinds come first, which element comes first, and how items of a kind share."""

    kinds: tuple[Kind, ...] = (Kind.LOAN, Kind.CHRISTMAS, Kind.SAVINGS)
    elements: tuple[Element, ...] = (Element.PENALTY, Element.FEE, Element.INTEREST, Element.PRINCIPAL)
    spread: Spread = Spread.OLDEST_FIRST
    _ranks: dict[Kind, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if set(self.kinds) != set(Kind) or len(self.kinds) != len(Kind):
            raise BadTable("The order of payment must name loans, Christmas savings and savings once each.")
        if set(self.elements) != set(Element) or len(self.elements) != len(Element):
            raise BadTable("The order within a loan must name penalty, fee, interest and principal once each.")
        object.__setattr__(self, "_ranks", {kind: rank for rank, kind in enumerate(self.kinds)})

    def queue(self, items: Iterable[DueItem]) -> list[DueItem]:
        """Return the items in the order in which they are paid: by kind, then by due date, undated last."""
        return sorted(items, key=lambda item: (self._ranks[item.kind], item.due_on or date.max))


LOANS_FIRST = AllocationOrder()
SAVINGS_FIRST = AllocationOrder(kinds=(Kind.SAVINGS, Kind.CHRISTMAS, Kind.LOAN))
PRO_RATA = AllocationOrder(spread=Spread.PRO_RATA)


def allocate(payment: Amount, items: Sequence[DueItem], order: AllocationOrder = LOANS_FIRST) -> Allocation:
    """Allocate a payment over what is due.

    Nothing is ever paid beyond what is due; what is left is the surplus. Items due on the same day are paid as they
    come. Items that get nothing are not among the parts.

    Args:
        payment: naira, not negative.
        items: what is due, in any order.
        order: the society's rule.
    Raises:
        BadAmount: the payment is negative or has parts of a kobo.
    """
    left = naira(payment, "payment")
    queue = order.queue(items)
    if order.spread is Spread.PRO_RATA:
        return _pro_rata(left, queue, order)
    if order.spread is Spread.BY_ELEMENT:
        return _by_element(left, queue, order)
    parts = []
    for item in queue:
        if not left:
            break
        part = _pay(item, left, order)
        if part.total:
            parts.append(part)
            left -= part.total
    return Allocation(tuple(parts), left)


def _pay(item: DueItem, money: Decimal, order: AllocationOrder) -> Part:
    paid: dict[str, Decimal] = {}
    for element in order.elements:
        paid[element.value] = min(getattr(item, element.value), money)
        money -= paid[element.value]
    return Part(item.key, item.kind, **paid)


def _pro_rata(payment: Decimal, queue: Sequence[DueItem], order: AllocationOrder) -> Allocation:
    totals = [item.total for item in queue]
    shared = min(payment, sum(totals, ZERO))
    if not shared:
        return Allocation((), payment)
    # Largest remainder cannot give an item more than its due: a share short of it by less than a kobo is due itself.
    parts = [_pay(item, share, order) for item, share in zip(queue, split(shared, totals), strict=True)]
    return Allocation(tuple(part for part in parts if part.total), payment - shared)


def _by_element(payment: Decimal, queue: Sequence[DueItem], order: AllocationOrder) -> Allocation:
    left = payment
    paid: list[dict[str, Decimal]] = [{} for _ in queue]
    for kind in order.kinds:
        for element in order.elements:
            for item, amounts in zip(queue, paid, strict=True):
                if item.kind is kind:
                    amounts[element.value] = min(getattr(item, element.value), left)
                    left -= amounts[element.value]
    parts = (Part(item.key, item.kind, **amounts) for item, amounts in zip(queue, paid, strict=True))
    return Allocation(tuple(part for part in parts if part.total), left)
