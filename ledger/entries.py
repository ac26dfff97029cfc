"""An entry before it is in the books: plain values, so that postings are reviewed and tested without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.errors import UnbalancedEntry

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a draft: an account and either a debit or a credit, in naira and kobo."""

    account_id: int
    debit: Decimal = NOTHING
    credit: Decimal = NOTHING
    narration: str = ""

    def mirrored(self) -> Line:
        return Line(self.account_id, self.credit, self.debit, self.narration)


def debit(account_id: int, amount: Decimal, narration: str = "") -> Line:
    return Line(account_id, amount, NOTHING, narration)


def credit(account_id: int, amount: Decimal, narration: str = "") -> Line:
    return Line(account_id, NOTHING, amount, narration)


def without_zeros(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that move money: a posting may be written in full and leave out what happens to be nil."""
    return tuple(line for line in lines if line.debit or line.credit)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be posted.

    `reference` is unique in the books for ever: build it from what the entry is about
    (`remittance/12/line/345`), never from the clock, so that a retry is recognised.
    """

    reference: str
    kind: str
    narration: str
    effective_on: date
    lines: tuple[Line, ...] = field(default_factory=tuple)
    batch: str = ""
    reverses_id: int | None = None

    def check(self) -> None:
        """Raise UnbalancedEntry unless there are two lines or more and debits equal credits."""
        debits = credits = NOTHING
        for line in self.lines:
            if line.debit < 0 or line.credit < 0 or bool(line.debit) == bool(line.credit):
                raise UnbalancedEntry(f"A line of {self.reference} must have a debit or a credit above nil, not both.")
            debits += line.debit
            credits += line.credit
        if debits != credits or len(self.lines) < 2:
            raise UnbalancedEntry(
                f"{self.reference} does not balance: debits {debits:,.2f}, credits {credits:,.2f}, "
                f"{len(self.lines)} lines."
            )

    def request_hash(self) -> bytes:
        """32 bytes that two drafts share only when they say the same thing."""
        said = [self.kind, self.effective_on.isoformat(), str(self.reverses_id or "")]
        said += [f"{line.account_id}:{line.debit}:{line.credit}" for line in self.lines]
        return hashlib.sha256("|".join(said).encode()).digest()
