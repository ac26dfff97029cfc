"""Paying a loan out, once, by somebody who had no part in deciding on it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from audit.transitions import transition
from core.display import dmy, naira
from ledger import chart
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, lock_accounts, post_entry
from loans import postings
from loans.errors import (
    AlreadyPaidOut,
    ApproverMayNotPay,
    BankReferenceUsed,
    BorrowerNotActive,
    FirstPaymentPassed,
    NotReadyToPay,
    NotYourOwnLoan,
    PaidBeforeRegistered,
)
from loans.models import Disbursement, Loan, LoanParty
from loans.selectors.register import guarantors_of
from loans.services.registration import loan_page
from loans.states import LoanStatus
from members.models import Member
from members.states import MemberStatus
from notifications.services import Notice, notify_many
from users.models import User


@transaction.atomic
def disburse_loan(
    *, loan: Loan, bank_name: str, bank_account: str, bank_reference: str, by: User, on: date, at: datetime
) -> Disbursement:  # fmt: skip
    """Record that a registered loan was paid into the borrower's bank account, and set it running.

    `bank_reference` is the number of the transfer on the bank's slip. The same request again, as by a double click,
    returns the payout that is there. The whole principal is paid: no fee is taken from it.
    Raises NotReadyToPay, AlreadyPaidOut, ApproverMayNotPay for who approved it or voted on it, NotYourOwnLoan for the
    borrower and who stands for him, BorrowerNotActive, PaidBeforeRegistered, FirstPaymentPassed when the first
    instalment would not come after the payout, and BankReferenceUsed.
    """
    # What hangs on the loan is read after its lock: rows joined to a locked row are as old as the wait for it.
    loan = Loan.objects.select_for_update().get(pk=loan.pk)
    bank_reference = " ".join(bank_reference.split())
    paid = Disbursement.objects.filter(loan=loan).first()
    if paid is not None:
        if paid.bank_reference == bank_reference and paid.disbursed_by_id == by.pk:
            return paid
        raise AlreadyPaidOut(f"Loan {loan.serial} was paid out on {dmy(paid.disbursed_on)}.")
    if loan.status != LoanStatus.REGISTERED:
        raise NotReadyToPay(f"Loan {loan.serial} is not ready to be paid out: {loan.get_status_display().lower()}.")
    loan.member = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=loan.member_id)
    _refuse_its_own_parties(loan, by)
    if loan.member.status != MemberStatus.ACTIVE:
        raise BorrowerNotActive()
    _refuse_wrong_day(loan, on)
    if Disbursement.objects.filter(bank_reference=bank_reference).exists():
        raise BankReferenceUsed()
    bank_id = accounts_by_code(chart.BANK)[chart.BANK]
    lock_accounts(ids=[loan.account_id])
    entry = post_entry(
        reference=f"loan/{loan.serial}/payout",
        kind=postings.PAID_OUT,
        narration=f"{loan.serial} paid out to {loan.member.name}"[:200],
        on=on,
        lines=postings.payout(loan_account_id=loan.account_id, bank_id=bank_id, amount=loan.principal),
        by=by,
    )
    disbursement = _store(loan, entry, bank_name, bank_account, bank_reference, by, on)
    transition(loan, LoanStatus.ACTIVE, by=by, at=at)
    _tell(loan, on)
    return disbursement


def _store(
    loan: Loan, entry: JournalEntry, bank_name: str, bank_account: str, bank_reference: str, by: User, on: date
) -> Disbursement:  # fmt: skip
    try:
        with transaction.atomic():
            return Disbursement.objects.create(
                approval=loan.application.approval, loan=loan, amount=loan.principal, bank_name=bank_name,
                bank_account=bank_account, bank_reference=bank_reference, disbursed_on=on, disbursed_by=by, entry=entry,
            )  # fmt: skip
    except IntegrityError as refused:
        # Another payout took the reference in this very moment.
        if refused.__cause__.diag.constraint_name == "loans_disbursement_bank_reference_key":
            raise BankReferenceUsed() from refused
        raise


def _refuse_its_own_parties(loan: Loan, by: User) -> None:
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    stands = set(
        LoanParty.objects.filter(application_id=loan.application_id, member__user=by).values_list("stand", flat=True)
    )
    if LoanParty.Stand.INTERESTED in stands:
        raise NotYourOwnLoan()
    if loan.application.approval.approved_by_id == by.pk or LoanParty.Stand.JUDGE in stands:
        raise ApproverMayNotPay()


def _refuse_wrong_day(loan: Loan, on: date) -> None:
    if on < loan.released_on:
        raise PaidBeforeRegistered(
            f"The loan could be paid from {dmy(loan.released_on)}. Enter that day or a later one."
        )
    first_due_on = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    if on >= first_due_on:
        raise FirstPaymentPassed(
            f"The first payment would fall due on {dmy(first_due_on)}, before the member has the money. Ask the loan "
            "officer to move the payment days of this loan, then pay it out."
        )


def _tell(loan: Loan, on: date) -> None:
    first_due_on = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    event = f"loans.loan.paid_out:{loan.pk}"
    notices = []
    if loan.member.user_id:
        notices.append(Notice(
            loan.member.user, event, f"Your loan of {naira(loan.principal)} was paid out",
            f"Loan {loan.serial} was paid into your bank account on {dmy(on)}. You pay back {naira(loan.instalment)} "
            f"a month, first on {dmy(first_due_on)}.", loan_page(loan),
        ))  # fmt: skip
    notices += [
        Notice(
            guarantee.guarantor.user, event, f"The loan that you stand for was paid out: {loan.serial}",
            f"{loan.member.name} received {naira(loan.principal)} on {dmy(on)}. You stand for "
            f"{naira(guarantee.amount)} of it until the loan is paid back.",
        )
        for guarantee in guarantors_of(loan)
        if guarantee.guarantor.user_id
    ]  # fmt: skip
    notify_many(notices=notices)
