"""A new loan clears the old one of its kind in the transaction that pays it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core.display import dmy, naira
from engine.errors import BadAmount
from engine.money import percent_of
from engine.top_up import net_of
from loans import story
from loans.errors import TopUpDay, TopUpTooSmall, TopUpWrittenOff
from loans.models import FeeCollected, FeeGoesTo, Loan, LoanApplication, LoanFee, RepaymentChannel
from loans.services.books import books_of, lock_loans
from loans.services.repayments import Payment, post_repayments
from loans.states import LoanStatus
from users.models import User

COMMISSION = "Commission for clearing the old loan"
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Cleared:
    """The old loan, locked, what pays it off on the day, and the commission; naira."""

    old: Loan
    amount: Decimal
    commission: Decimal


def old_loan_of(loan: Loan) -> int | None:
    """Which loan a new one clears, by its request."""
    return LoanApplication.objects.values_list("tops_up_id", flat=True).get(pk=loan.application_id)


def to_clear(loan: Loan, old: Loan, *, on: date) -> Cleared | None:
    """What has to be cleared of an old loan on a day; None where it was paid back meanwhile. Both are locked.

    Raises TopUpDay where the old loan's figures count a later day, TopUpWrittenOff where it was written off meanwhile.
    """
    if old.status == LoanStatus.WRITTEN_OFF:
        raise TopUpWrittenOff(f"Loan {old.serial}, which this one was to clear, was written off. Cancel this loan.")
    if old.status != LoanStatus.ACTIVE:
        return None
    book = books_of([old])[old.pk]
    if book.is_past(on):
        raise TopUpDay(f"Loan {old.serial} has a payment of a later day than {dmy(on)}. Enter its day or a later one.")
    needed = story.settlement(book.position, on).total
    percent = loan.version.top_up_commission_percent
    return Cleared(old, needed, percent_of(book.position.outstanding, percent))


@transaction.atomic
def clearing_on(loan: Loan, *, on: date) -> Cleared | None:
    """What a payout of a day would clear, for the page before it; None where it clears nothing. Nothing is written."""
    locked = lock_loans([loan.pk, old_loan_of(loan)])
    locked.pop(loan.pk)
    return next((to_clear(loan, old, on=on) for old in locked.values()), None)


def refuse_too_small(cleared: Cleared, in_hand: Decimal) -> None:
    """Raises TopUpTooSmall where the money does not reach to clear the old loan."""
    try:
        net_of(in_hand, cleared.amount, cleared.commission)
    except BadAmount as refused:
        raise TopUpTooSmall(
            f"{naira(in_hand)} does not clear loan {cleared.old.serial}: that takes {naira(cleared.amount)} and "
            f"{naira(cleared.commission)} of commission. The member must ask for more."
        ) from refused


def commission_fee(loan: Loan, cleared: Cleared) -> list[LoanFee]:
    """The commission as a fee of the new loan, kept back from the money; none where there is none."""
    if not cleared.commission:
        return []
    return [LoanFee.objects.create(
        loan=loan, name=COMMISSION, amount=cleared.commission, collected=FeeCollected.AT_SOURCE,
        goes_to=FeeGoesTo.COMMISSION, refundable=False,
    )]  # fmt: skip


def clear(loan: Loan, cleared: Cleared, *, by: User, on: date, at: datetime) -> None:
    """Pay the old loan off from the new one: it is closed with its certificate, and those who stood for it are free."""
    post_repayments(
        payments=[
            Payment(cleared.old.pk, cleared.amount, f"top-up/{loan.serial}", f"Cleared by loan {loan.serial}")
        ],
        from_account_id=loan.account_id, channel=RepaymentChannel.TOP_UP, on=on, by=by, at=at,
    )  # fmt: skip
