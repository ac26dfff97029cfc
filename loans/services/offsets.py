"""A member's own savings pay his loan: asked for by one person, approved by another, in one transaction."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from audit.transitions import transition
from core.display import dmy, naira
from ledger.services import lock_accounts
from loans import story
from loans.errors import (
    NotRunning,
    NotYourOwnLoan,
    OffsetDecided,
    OffsetWaits,
    ReasonNeeded,
    SavingsMayNotPay,
    YourOwnRequest,
)
from loans.models import Loan, RepaymentChannel, SavingsOffset
from loans.selectors.offsets import reach
from loans.services.books import books_of, lock_loans
from loans.services.closures import accounts_of_guarantors
from loans.services.registration import loan_page
from loans.services.repayments import Payment, post_repayments
from loans.states import LoanStatus, OffsetStatus
from notifications.services import Notice, notify_many
from users.models import User


@transaction.atomic
def ask_offset(*, loan: Loan, amount: Decimal, use: str, by: User, on: date, at: datetime) -> SavingsOffset:
    """Ask that savings of the borrower pay his loan; by himself, or by the office for him.

    Raises NotRunning, OffsetWaits, and SavingsMayNotPay where policy or product do not let them, or for more than may
    go or the loan needs.
    """
    loan = lock_loans([loan.pk])[loan.pk]
    balance = lock_accounts(ids=[loan.member.savings_account_id])[loan.member.savings_account_id]
    _refuse(loan, amount, balance, on)
    if SavingsOffset.objects.waiting().filter(loan=loan).exists():
        raise OffsetWaits()
    needed = story.settlement(books_of([loan])[loan.pk].position, on).total
    if amount > needed:
        raise SavingsMayNotPay(f"{naira(needed)} pays this loan off. Enter that or less.")
    offset = SavingsOffset.objects.create(loan=loan, amount=amount, use=use, asked_by=by, asked_at=at)
    record("loans.offset.requested", by=by, subject=offset, at=at, loan=loan.serial, amount=amount)
    return offset


@transaction.atomic
def approve_offset(*, offset: SavingsOffset, by: User, on: date, at: datetime) -> SavingsOffset:
    """Pay the loan from the borrower's savings, by another person than who asked and than the borrower.

    What is held for others is not touched, and what must stay stays. A loan that needs less by now takes less.
    Raises OffsetDecided, YourOwnRequest, NotYourOwnLoan, NotRunning, SavingsMayNotPay.
    """
    loan = lock_loans([offset.loan_id])[offset.loan_id]
    offset = _waiting(offset)
    if offset.asked_by_id == by.pk:
        raise YourOwnRequest("You asked for this yourself. Another person approves it.")
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    savings = loan.member.savings_account_id
    balances = lock_accounts(
        ids=[loan.account_id, savings, loan.member.voluntary_account_id, *accounts_of_guarantors([loan])]
    )
    _refuse(loan, offset.amount, balances[savings], on)
    reference = f"savings/{offset.pk}"
    done = post_repayments(
        payments=[Payment(loan.pk, offset.amount, reference, "From own savings, as asked")], from_account_id=savings,
        channel=RepaymentChannel.SAVINGS, on=on, by=by, at=at, use=offset.use,
    )[reference]  # fmt: skip
    offset = transition(
        offset, OffsetStatus.PAID, by=by, at=at, decided_by=by, decided_at=at, repayment_id=done.repayment_id
    )
    _tell(loan, offset, f"{naira(done.applied)} of your savings paid your loan {loan.serial}")
    return offset


@transaction.atomic
def decline_offset(*, offset: SavingsOffset, reason: str, by: User, at: datetime) -> SavingsOffset:
    """Say no, with the reason. Raises OffsetDecided, YourOwnRequest, ReasonNeeded."""
    loan = lock_loans([offset.loan_id])[offset.loan_id]
    offset = _waiting(offset)
    if offset.asked_by_id == by.pk:
        raise YourOwnRequest("You asked for this yourself. Take it back, or let another person decide.")
    if not reason.strip():
        raise ReasonNeeded()
    offset = transition(
        offset, OffsetStatus.DECLINED, by=by, at=at, decided_by=by, decided_at=at, reason=reason.strip()[:200]
    )
    _tell(loan, offset, f"Your savings do not pay loan {loan.serial}: {offset.reason}")
    return offset


@transaction.atomic
def withdraw_offset(*, offset: SavingsOffset, by: User, at: datetime) -> SavingsOffset:
    """Take a request back that nobody has decided on. Raises OffsetDecided."""
    lock_loans([offset.loan_id])
    return transition(_waiting(offset), OffsetStatus.WITHDRAWN, by=by, at=at)


def _waiting(offset: SavingsOffset) -> SavingsOffset:
    offset = SavingsOffset.objects.select_for_update(of=("self",)).get(pk=offset.pk)
    if offset.status != OffsetStatus.REQUESTED:
        raise OffsetDecided()
    return offset


def _refuse(loan: Loan, amount: Decimal, balance, on: date) -> None:
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing is owed on it.")
    room = reach(loan, balance, on=on)
    if room.refused:
        raise SavingsMayNotPay(room.refused)
    if amount > room.free:
        raise SavingsMayNotPay(
            f"{naira(room.free)} of the savings may go: {naira(room.held)} is held, and {naira(room.must_stay)} "
            "must stay."
        )


def _tell(loan: Loan, offset: SavingsOffset, words: str) -> None:
    if loan.member.user_id:
        notify_many(notices=[Notice(
            loan.member.user, f"loans.offset.{offset.status}:{offset.pk}", words,
            f"It was asked for on {dmy(offset.asked_at)}.", loan_page(loan),
        )])  # fmt: skip
