"""What a payment writes: its entry, its row, and what it paid of each instalment."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.servicing import Effect
from ledger.entries import Draft
from loans import postings
from loans.models import Allocation, Loan, Repayment
from loans.services.books import Book
from loans.services.repayments.payments import NOTHING, Receipt


def draft_of(
    receipt: Receipt, effect: Effect, loan: Loan, accounts: dict[str, int], surplus: Decimal = NOTHING
) -> Draft:  # fmt: skip
    return Draft(
        reference=entry_reference(receipt.payment.reference),
        kind=postings.REPAID,
        narration=f"{loan.serial}: {receipt.payment.narration}"[:200],
        effective_on=receipt.on,
        lines=postings.repayment(
            from_account_id=receipt.from_account_id, loan=loan, accounts=accounts, effect=effect, surplus=surplus
        ),
        batch=receipt.batch,
    )


def entry_reference(reference: str) -> str:
    return f"repayment/{reference}"


def row_of(receipt: Receipt, effect: Effect, entry_id: int, surplus: Decimal = NOTHING) -> Repayment:
    return Repayment(
        loan_id=receipt.payment.loan_id, amount=effect.applied + surplus, principal=effect.principal,
        interest=effect.interest, fee=effect.fee, penalty=effect.penalty, recovered=effect.recovered, surplus=surplus,
        use=receipt.use, received_on=receipt.on, channel=receipt.channel, reference=receipt.payment.reference,
        entry_id=entry_id, entered_at=receipt.entered_at,
    )  # fmt: skip


def allocations_of(repayment: Repayment, effect: Effect, book: Book) -> Iterable[Allocation]:
    for share in effect.shares:
        yield Allocation(
            repayment=repayment, installment=book.live[share.place], principal=share.principal,
            interest=share.interest, fee=share.fee, interest_waived=share.interest_waived,
        )  # fmt: skip
