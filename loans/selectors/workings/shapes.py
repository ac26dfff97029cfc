"""What every working is made of, so that one template draws them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.display import day, naira
from loans.models import Installment, InstallmentKind, Repayment

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a working: an amount in naira, or words where it is none; `note` says how it comes about.

    `entry_id` is the entry in the books that it stands in, `figure` another working that opens it further.
    """

    label: str
    amount: Decimal | None = None
    words: str = ""
    note: str = ""
    entry_id: int | None = None
    figure: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a working: sentences, then its lines."""

    title: str
    lines: tuple[Line, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def is_words(self) -> bool:
        """Whether it has rules to read and nothing to add up."""
        return not any(line.amount is not None or line.is_total for line in self.lines)


@dataclass(frozen=True, slots=True)
class Working:
    """How a figure comes about; `says` is the figure itself in a sentence."""

    title: str
    says: str
    parts: tuple[Part, ...]


def total(label: str, amount: Decimal, note: str = "") -> Line:
    return Line(label, amount, note=note, is_total=True)


def summed(title: str, lines: Sequence[Line], label: str, *words: str) -> Part:
    """Lines with their sum below them."""
    found = tuple(lines)
    return Part(title, (*found, total(label, sum((one.amount or NOTHING for one in found), NOTHING))), words)


def name_of(one: Installment) -> str:
    """`No. 3, due 28 Jan 2027`."""
    if one.kind == InstallmentKind.EXTRA:
        return f"Paid on top, {day(one.due_on)}"
    return f"No. {one.number}, due {day(one.due_on)}"


def link_of(one: Installment) -> str:
    return f"instalment-{one.number}"


def paid_note(asked: Decimal, paid: Decimal, let_off: Decimal = NOTHING) -> str:
    """`₦2,000.00 less ₦500.00 paid`."""
    less = [f"{naira(amount)} {word}" for amount, word in ((paid, "paid"), (let_off, "not charged")) if amount]
    return f"{naira(asked)} less {' and '.join(less)}" if less else ""


def came_in(one: Repayment) -> str:
    """`28 Nov 2026, TLR 12`."""
    return ", ".join(word for word in (day(one.received_on), one.slip) if word)
