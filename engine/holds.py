"""How much of each guarantor's promise a loan still needs, as it is paid back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.errors import BadAmount
from engine.money import CEILING, ZERO, Amount, all_from_kobo, divided, in_kobo


class HoldPolicy(StrEnum):
    """When a promise ends, or how it shrinks."""

    UNTIL_CLOSED = "until_closed"  # all of it until nothing is owed
    FALLS_WITH_PRINCIPAL = "falls_with_principal"  # in step with the principal that is owed
    UNTIL_OWN_SAVINGS = "until_own_savings"  # all of it until the borrower's own savings cover what is owed


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise in naira, and the principal that the loan owed when it began; `paid` was taken of it by recourse."""

    amount: Decimal
    of_principal: Decimal
    paid: Decimal = ZERO

    def __post_init__(self) -> None:
        if in_kobo(self.of_principal, "principal at the promise") == 0:
            raise BadAmount("A promise is for a loan that owes something. Give the principal of that day.")
        if in_kobo(self.paid, "part paid") > in_kobo(self.amount, "promise"):
            raise BadAmount("More was taken of a promise than was promised. Check the figures.")

    @property
    def left(self) -> Decimal:
        """The most that can still be asked of it."""
        return self.amount - self.paid


def still_needed(
    pledges: Sequence[Pledge], principal: Amount, policy: HoldPolicy, own_savings: Amount = ZERO
) -> list[Decimal]:
    """Return what of each promise must stay held while a loan owes so much principal, in the order given.

    Never above what is left of the promise, and never more after a payment than before it. Where it falls with the
    principal, all together are the exact part of it, rounded up to the kobo, so that promises for the whole loan
    cover what is owed to the kobo.

    Args:
        pledges: the promises that stand.
        principal: principal owed now, naira.
        policy: the product's.
        own_savings: the borrower's savings that are free or held for this very loan, naira.
    """
    owed = in_kobo(principal, "principal")
    caps = [in_kobo(pledge.left, "promise") for pledge in pledges]
    if owed == 0 or (policy is HoldPolicy.UNTIL_OWN_SAVINGS and own_covers(principal, own_savings)):
        return [ZERO] * len(pledges)
    if policy is HoldPolicy.FALLS_WITH_PRINCIPAL:
        return all_from_kobo(_in_step(pledges, caps, owed))
    return all_from_kobo(caps)


def own_covers(principal: Amount, own_savings: Amount) -> bool:
    """Whether the borrower's own savings carry what he owes, so that nobody else need stand for it."""
    return in_kobo(principal, "principal") <= in_kobo(own_savings, "own savings", at_least=None)


def _in_step(pledges: Sequence[Pledge], caps: Sequence[int], owed: int) -> list[int]:
    """Share the part of the promises that is still needed, with one divisor for all (Webster's method).

    The odd kobo go to those whose part is nearest to the next whole one, as by largest remainder; but largest
    remainder alone is not monotone: with three promises or more a payment could raise one of them by a kobo
    (the Alabama paradox). With one divisor the kobo come in one fixed order, so what is needed only ever falls.
    """
    weights = [Fraction(in_kobo(one.amount), in_kobo(one.of_principal)) for one in pledges]
    exact = [min(Fraction(cap), weight * owed) for weight, cap in zip(weights, caps, strict=True)]
    together = sum(exact, Fraction(0))
    needed = divided(together.numerator, together.denominator, CEILING)
    parts = [divided(part.numerator, part.denominator) for part in exact]
    while sum(parts) < needed:
        # The next kobo in the order is the one with the lowest divisor at which it is due.
        parts[min(_open(parts, caps), key=lambda i: ((parts[i] + Fraction(1, 2)) / weights[i], i))] += 1
    while sum(parts) > needed:
        last = max(
            (i for i, part in enumerate(parts) if part), key=lambda i: ((parts[i] - Fraction(1, 2)) / weights[i], i)
        )
        parts[last] -= 1
    return parts


def _open(parts: Sequence[int], caps: Sequence[int]) -> list[int]:
    return [i for i, (part, cap) in enumerate(zip(parts, caps, strict=True)) if part < cap]
