"""Fees of a loan that are paid apart, and given back when the loan is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from audit.services import record
from core.display import naira
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, post_entry
from loans import postings
from loans.errors import FeesAlreadyPaid, NotReadyToPay, NotYourOwnLoan
from loans.models import Loan, LoanFee
from loans.services.accounts import INTO, payout_accounts
from loans.states import LoanStatus
from users.models import User


@transaction.atomic
def record_fees(*, loan: Loan, into: str, reference: str, by: User, on: date, at: datetime) -> JournalEntry:
    """Record that the borrower paid, at the office, the fees that come before the payout; all of them at once.

    `into` is bank or cash, `reference` the number on the slip. Raises NotReadyToPay when the loan was paid out or
    cancelled, FeesAlreadyPaid when nothing is to be paid, NotYourOwnLoan.
    """
    loan = Loan.objects.select_for_update(of=("self",)).select_related("member").get(pk=loan.pk)
    if loan.status not in (LoanStatus.QUEUED, LoanStatus.REGISTERED):
        raise NotReadyToPay(f"Loan {loan.serial} was paid out or cancelled: its fees are settled.")
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    fees = [fee for fee in loan.fees.order_by("pk") if fee.is_unpaid]
    if not fees:
        raise FeesAlreadyPaid()
    account_id = accounts_by_code(INTO[into])[INTO[into]]
    entry = post_entry(
        reference=f"loan/{loan.serial}/fees/{' '.join(reference.split())}",
        kind=postings.FEE_PAID,
        narration=f"Fees of {loan.serial}: {loan.member.name}"[:200],
        on=on,
        lines=postings.fee_paid(from_account_id=account_id, fees=fees, accounts=payout_accounts()),
        by=by,
    )
    mark_taken(fees, entry)
    total = sum(fee.amount for fee in fees)
    record("loans.loan.fees_paid", by=by, subject=loan, at=at, amount=total, slip=reference)
    return entry


def mark_taken(fees: Sequence[LoanFee], entry: JournalEntry) -> None:
    """Say of fees by which entry they came in."""
    LoanFee.objects.filter(pk__in=[fee.pk for fee in fees]).update(entry=entry)


def refund_fees(*, loan: Loan, by: User, on: date, at: datetime) -> str:
    """Give back what was paid apart for a loan that is being cancelled, into the member's voluntary savings.

    Only what the product calls refundable. Returns what to tell the member, empty where nothing is given back. The
    caller has locked the loan and that account.
    """
    fees = [fee for fee in loan.fees.order_by("pk") if fee.entry_id and fee.refundable and fee.refund_entry_id is None]
    if not fees:
        return ""
    entry = post_entry(
        reference=f"loan/{loan.serial}/fees/refund",
        kind=postings.FEE_REFUNDED,
        narration=f"Fees of {loan.serial} given back to {loan.member.name}"[:200],
        on=on,
        lines=postings.fee_refunded(loan=loan, fees=fees, accounts=payout_accounts()),
        by=by,
    )
    LoanFee.objects.filter(pk__in=[fee.pk for fee in fees]).update(refund_entry=entry)
    total = sum(fee.amount for fee in fees)
    record("loans.loan.fees_refunded", by=by, subject=loan, at=at, amount=total)
    return f"The fees of {naira(total)} that you paid are in your voluntary savings."
