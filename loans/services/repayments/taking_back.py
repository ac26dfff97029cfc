"""A payment that was a mistake is taken back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit.services import record
from core.display import dmy
from ledger.services import lock_accounts, reverse_entry
from loans.errors import AlreadyReversed, CameByPayroll, CameByRecourse, CameByTopUp, NotYourOwnLoan, PaidTooEarly
from loans.models import Repayment, RepaymentChannel
from loans.services.books import books_of, keep_schedule, keep_standing, lock_loans, retell
from loans.services.closures import accounts_of_guarantors, promises_ended_by_closing, reopen_loan
from loans.services.holds import settle_holds
from loans.services.repayments.telling import accounts_of_telling, post_again
from loans.states import LoanStatus
from users.models import User


@transaction.atomic
def reverse_repayment(*, repayment: Repayment, reason: str, by: User, on: date, at: datetime) -> Repayment:
    """Take a repayment back that was a mistake: its entry is mirrored on the day `on` and its instalments are unpaid.

    The loan's story is told again without it: what came after is posted anew where it comes out otherwise, each on
    its own day, so that the loan stands as if the mistake had never been made. A loan that the payment had closed is
    open again, its certificate void, its guarantors' promises standing.
    Raises AlreadyReversed, NotYourOwnLoan, PaidTooEarly when `on` is before the payment's own day, CameByRecourse for
    what recourse took, and CameByPayroll: the money would go back to the unallocated remittances, where no open item
    would say whose it is.
    """
    loan = lock_loans([repayment.loan_id])[repayment.loan_id]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if repayment.channel == RepaymentChannel.PAYROLL:
        raise CameByPayroll()
    if repayment.reference.startswith("recourse/"):
        raise CameByRecourse()
    if repayment.channel == RepaymentChannel.TOP_UP:
        raise CameByTopUp()
    mistake = Repayment.objects.select_related("entry").get(pk=repayment.pk)
    if mistake.reversed_by_entry_id is not None:
        raise AlreadyReversed()
    if on < mistake.received_on:
        raise PaidTooEarly(f"This payment counts from {dmy(mistake.received_on)}. Take it back on that day or later.")
    told = retell(books_of([loan])[loan.pk], without=mistake)
    promises = promises_ended_by_closing(loan) if loan.status == LoanStatus.CLOSED else []
    guarantors = [promise.guarantor.savings_account_id for promise in promises]
    balances = lock_accounts(ids=[*accounts_of_telling(loan), *guarantors, *accounts_of_guarantors([loan])])
    _mirror(mistake, reason=reason, on=on, by=by)
    again = post_again(told, because=reason, by=by, at=at)
    keep_schedule(told.book)
    keep_standing([told.book])
    if loan.status == LoanStatus.CLOSED and not told.book.position.is_closed:
        reopen_loan(
            loan=loan, promises=promises, balances=balances, because=reason, by=by, at=at,
            reference=f"repayment/{mistake.pk}/reversed",
        )  # fmt: skip
    settle_holds(loan_ids=[loan.pk], by=by, at=at)
    record(
        "loans.repayment.reversed", by=by, subject=mistake, at=at, loan=loan.serial, amount=mistake.amount,
        reason=reason, worked_out_again=[one.reference for one in again],
    )  # fmt: skip
    return Repayment.objects.get(pk=mistake.pk)


def _mirror(repayment: Repayment, *, reason: str, on: date, by: User | None) -> None:
    repayment.reversed_by_entry = reverse_entry(
        entry=repayment.entry, reference=f"{repayment.entry.reference}/reversed", reason=reason, on=on, by=by
    )
    repayment.save(update_fields=["reversed_by_entry"])
