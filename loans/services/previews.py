"""What a payment would do, told before anything is recorded: by the same steps as the recording itself, unwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from engine import servicing
from engine.servicing import Paid
from loans import story
from loans.models import Loan, RepaymentUse
from loans.services.books import books_of, retell
from loans.services.repayments import refuse_before_the_start
from loans.states import LoanStatus
from loans.story import Outlook, use_of

NOTHING = Decimal("0.00")
PREPAYMENTS = (RepaymentUse.AHEAD, RepaymentUse.SHORTER, RepaymentUse.SMALLER)


@dataclass(frozen=True, slots=True)
class ReceiptPreview:
    """A payment as it would be recorded, by each choice of what becomes of money above what is due; naira."""

    amount: Decimal
    on: date
    outlooks: dict[str, Outlook]

    @property
    def closes(self) -> bool:
        return self.outlooks[RepaymentUse.AHEAD].closes

    @property
    def excess(self) -> Decimal:
        """What is above what is due, or above what pays the loan off."""
        return self.outlooks[RepaymentUse.SAVINGS].surplus

    @property
    def due(self) -> Outlook:
        """Where the part goes that is due, or all that pays the loan off."""
        return self.outlooks[RepaymentUse.SAVINGS]

    @property
    def is_little_early(self) -> bool:
        """Whether it is a payment that comes before its day, and nobody would ask what it is for."""
        return not self.closes and self.excess <= self.due.next_instalment

    @property
    def choices(self) -> dict[str, Outlook]:
        """What the payer may choose; nothing where all of the money is due."""
        if not self.excess:
            return {}
        uses = [] if self.closes else list(PREPAYMENTS)
        if self.due.applied:
            uses += [RepaymentUse.SAVINGS, RepaymentUse.REFUND]
        return {use: self.outlooks[use] for use in uses}


def preview_receipt(*, loan: Loan, amount: Decimal, on: date, at: datetime) -> ReceiptPreview | None:
    """Tell what a receipt of `on` would do, by each use of money above what is due; None for a loan that is not owed.

    A day that lies before what the loan's figures count makes its story be told again, as the recording does.
    Raises PaidTooEarly when the day is before the loan was paid out or taken over.
    """
    outlooks: dict[str, Outlook] = {}
    with transaction.atomic():
        loan = Loan.objects.select_related("version", "member", "disbursement").get(pk=loan.pk)
        if loan.status not in (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF):
            return None
        refuse_before_the_start(loan, on)
        book = books_of([loan])[loan.pk]
        late = book.is_past(on)
        for use in (*PREPAYMENTS, RepaymentUse.SAVINGS):
            paid = Paid(key=("receipt", use), on=on, amount=amount, use=use_of(use))
            if late:
                told = retell(books_of([loan])[loan.pk], more=[(paid, at)])
                after, effect = told.book.position, told.effect_of(paid)
            else:
                after, (effect,) = servicing.replay(book.position, [paid])
            outlooks[use] = story.outlook_after(after, effect, on, loan, again=late)
    outlooks[RepaymentUse.REFUND] = outlooks[RepaymentUse.SAVINGS]
    return ReceiptPreview(amount, on, outlooks)
