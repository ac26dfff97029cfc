"""What comes in for a loan, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.servicing import Effect, Paid
from loans.models import RepaymentUse
from loans.story import use_of

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for one loan, in naira; `reference` (100 characters or fewer) makes it happen once."""

    loan_id: int
    amount: Decimal
    reference: str
    narration: str


@dataclass(frozen=True, slots=True)
class RepaymentResult:
    """What became of a payment: `applied` is in the books, `saved` beside it in the member's voluntary savings.

    `surplus` was too much and is not in the books.

    `repayment_id` is None when nothing of it was needed. `closed`: it cleared the loan. `posted_before`: the
    reference was in the books already and nothing was posted again.
    """

    repayment_id: int | None
    applied: Decimal
    surplus: Decimal
    closed: bool = False
    posted_before: bool = False
    saved: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment with where it came from and the day on which it counts."""

    payment: Payment
    on: date
    channel: str
    from_account_id: int
    batch: str
    entered_at: datetime
    use: str = RepaymentUse.AHEAD

    @property
    def event(self) -> Paid:
        return Paid(key=self.payment.reference, on=self.on, amount=self.payment.amount, use=use_of(self.use))

    def saved(self, effect: Effect) -> Decimal:
        """What of it goes to the member's voluntary savings, because he chose so."""
        return effect.surplus if self.use == RepaymentUse.SAVINGS else NOTHING
