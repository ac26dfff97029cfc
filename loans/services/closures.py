"""The end of a loan: certificate, holds and promises released; and its opening again when that was a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import FilteredRelation, Q

from audit.services import record, record_many
from audit.transitions import transition, transition_many
from core.display import naira
from core.selectors import society
from core.serials import next_serial
from ledger.models import AccountBalance, Hold, HoldPurpose
from ledger.services import lock_accounts, place_holds, release_holds
from loans.errors import NotReadyToPay, NotYourOwnLoan, ReasonNeeded
from loans.models import Guarantee, HoldPolicy, Loan
from loans.services.fees import refund_fees
from loans.services.registration import loan_page
from loans.states import GuaranteeStatus, LoanStatus, SubstitutionStatus
from notifications.services import Notice, notify_many
from users.models import User
from users.roles import Role

CERTIFICATE_ISSUED = "loans.loan.certificate_issued"
CERTIFICATE_VOIDED = "loans.loan.certificate_voided"


def accounts_of_guarantors(loans: Sequence[Loan]) -> list[int]:
    """The savings accounts on which paying or closing these loans frees something: to be locked with the loans' own.

    The guarantors', and the borrowers' own where these may come to stand for the loan instead; in one query.
    """
    rows = (
        Loan.objects.filter(pk__in=[loan.pk for loan in loans])
        .annotate(stands=FilteredRelation("guarantees", condition=Q(guarantees__status=GuaranteeStatus.ACCEPTED)))
        .filter(stands__isnull=False)
        .values_list("stands__guarantor__savings_account", "member__savings_account", "version__hold_policy")
    )
    found = set()
    for guarantor, borrower, policy in rows:
        found |= {guarantor, borrower} if policy == HoldPolicy.UNTIL_OWN_SAVINGS else {guarantor}
    return sorted(found)


def close_loans(*, loans: Sequence[Loan], by: User | None, on: date, at: datetime) -> None:
    """Close loans on which nothing is left to pay, inside the transaction of the payments that cleared them.

    Each gets the year's next certificate number; the guarantors' savings are free again; borrower and guarantors are
    told. The caller has locked the loans and the accounts.
    """
    if not loans:
        return
    loans = sorted(loans, key=lambda loan: loan.pk)
    freed = list(Guarantee.objects.live().filter(loan__in=loans).select_related("guarantor__user", "hold"))
    release_guarantees(freed, by=by, at=at)
    prefix = society().certificate_serial_prefix
    for loan in loans:
        loan.certificate_number = f"{prefix}/{on.year}/{next_serial('certificate', on.year):04d}"
    Loan.objects.bulk_update(loans, ["certificate_number"])
    transition_many(
        Loan.objects.filter(pk__in=[loan.pk for loan in loans]), LoanStatus.CLOSED, by=by, at=at, closed_on=on
    )
    for loan in loans:
        loan.status, loan.closed_on = LoanStatus.CLOSED, on
    record_many(
        CERTIFICATE_ISSUED, by=by, at=at,
        subjects=[(loan, {"certificate_number": loan.certificate_number}) for loan in loans],
    )  # fmt: skip
    _tell_of_closing(loans, freed)


def move_closing(*, loan: Loan, on: date | None, because: str, by: User | None, at: datetime) -> None:
    """Write the day on which a closed loan was paid back, where its story comes to another one than before.

    The certificate keeps its number. The loan is locked by the caller.
    """
    if loan.status != LoanStatus.CLOSED or on in (None, loan.closed_on):
        return
    before, loan.closed_on = loan.closed_on, on
    loan.save(update_fields=["closed_on"])
    record("loans.loan.closing_moved", by=by, subject=loan, at=at, closed_on=on, before=before, why=because)


@transaction.atomic
def cancel_loan(*, loan: Loan, reason: str, by: User, on: date, at: datetime) -> Loan:
    """Give up a loan that is in the register and was not paid out; its serial stays used and its guarantors are free.

    Refundable fees that were paid apart go to the member's voluntary savings.
    Raises NotReadyToPay when it was paid out or cancelled before, NotYourOwnLoan, ReasonNeeded.
    """
    loan = Loan.objects.select_for_update(of=("self",)).select_related("member__user").get(pk=loan.pk)
    if loan.status not in (LoanStatus.QUEUED, LoanStatus.REGISTERED):
        raise NotReadyToPay(f"Loan {loan.serial} was paid out or cancelled before, so it cannot be cancelled.")
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if not reason.strip():
        raise ReasonNeeded()
    freed = list(Guarantee.objects.live().filter(loan=loan).select_related("guarantor__user", "hold"))
    lock_accounts(ids=[*accounts_of_guarantors([loan]), loan.member.voluntary_account_id])
    release_guarantees(freed, by=by, at=at)
    transition(loan, LoanStatus.CANCELLED, by=by, at=at)
    record("loans.loan.given_up", by=by, subject=loan, at=at, reason=reason.strip())
    refund = refund_fees(loan=loan, by=by, on=on, at=at)
    _tell_of_cancelling(loan, reason.strip(), freed, refund)
    return loan


def release_guarantees(guarantees: Sequence[Guarantee], *, by: User | None, at: datetime) -> None:
    """End promises and free what is held for them, and of the borrowers' own savings, in few statements."""
    ids = [guarantee.pk for guarantee in guarantees]
    loans = {guarantee.loan_id for guarantee in guarantees}
    release_holds(holds=Hold.objects.filter(guarantee__in=ids), by=by, at=at)
    release_holds(holds=Hold.objects.filter(own_cover__in=loans), by=by, at=at)
    # The trail names each guarantor.
    promises = Guarantee.objects.filter(pk__in=ids).select_related("guarantor")
    transition_many(promises, GuaranteeStatus.RELEASED, by=by, at=at)


def promises_ended_by_closing(loan: Loan) -> list[Guarantee]:
    """The promises that stand again when a closed loan is opened: the latest of each guarantor."""
    latest = (
        Guarantee.objects.filter(loan=loan, status=GuaranteeStatus.RELEASED)
        .exclude(substitutions__status=SubstitutionStatus.DONE)
        .order_by("guarantor_id", "-pk")
        .distinct("guarantor_id")
    )
    return list(Guarantee.objects.filter(pk__in=latest).select_related("guarantor__user").order_by("pk"))


def reopen_loan(
    *, loan: Loan, promises: Sequence[Guarantee], balances: dict[int, AccountBalance], because: str, reference: str,
    by: User, at: datetime,
) -> list[Guarantee]:  # fmt: skip
    """Open a closed loan again, because the payment that cleared it was taken back.

    Its certificate is void. Each guarantor's promise stands again and is held as far as his free savings reach; he is
    told, and where they do not reach, the loan officers are told as well: nobody is held silently, and no hold is
    ever above what is free. `balances` are the guarantors' savings, locked by the caller.
    """
    voided, closed_on = loan.certificate_number, loan.closed_on
    transition(loan, LoanStatus.ACTIVE, by=by, at=at, closed_on=None, certificate_number=None)
    record(CERTIFICATE_VOIDED, by=by, subject=loan, at=at, certificate_number=voided, closed_on=closed_on, why=because)
    standing = []
    for promise in promises:
        guarantor, promised = promise.guarantor, promise.amount - promise.charged
        if not promised:
            continue
        free = balances[guarantor.savings_account_id].free
        amount = min(promised, free)
        hold = None
        if amount > 0:
            hold = place_holds(holds=[Hold(
                account_id=guarantor.savings_account_id, amount=amount, purpose=HoldPurpose.GUARANTEE,
                reference=f"{reference}/guarantor/{guarantor.pk}", placed_at=at, placed_by=by,
            )])[0]  # fmt: skip
            balances[guarantor.savings_account_id].held += amount
        standing.append(Guarantee.objects.create(
            application_id=promise.application_id, loan=loan, guarantor=guarantor, amount=promised,
            of_principal=promise.of_principal, uncovered=promised - amount, status=GuaranteeStatus.ACCEPTED,
            hold=hold, requested_at=at, decided_at=promise.decided_at, consent_text=promise.consent_text,
            reason="The payment that closed the loan was taken back",
        ))  # fmt: skip
    record_many("loans.guarantee.stands_again", by=by, at=at, subjects=[
        (guarantee, {"amount": guarantee.amount, "uncovered": guarantee.uncovered}) for guarantee in standing
    ])  # fmt: skip
    _tell_of_reopening(loan, voided, standing)
    return standing


def _tell_of_closing(loans: Sequence[Loan], freed: Sequence[Guarantee]) -> None:
    by_loan = {loan.pk: loan for loan in loans}
    notices = [
        Notice(
            loan.member.user,
            f"loans.loan.closed:{loan.pk}:{loan.certificate_number}",
            f"Your loan {loan.serial} is paid back",
            f"You have paid back all of loan {loan.serial}. Your certificate is {loan.certificate_number}. "
            "Those who stood for you are free.",
            loan_page(loan),
        )
        for loan in loans
        if loan.member.user_id
    ]
    for guarantee in freed:
        loan = by_loan[guarantee.loan_id]
        if guarantee.guarantor.user_id:
            held = f" The {naira(guarantee.held)} held on your savings is free again." if guarantee.held else ""
            notices.append(Notice(
                guarantee.guarantor.user,
                f"loans.guarantee.released:{guarantee.pk}",
                f"You no longer stand for loan {loan.serial}",
                f"{loan.member.name} has paid back loan {loan.serial}, for which you stood.{held}",
            ))  # fmt: skip
    notify_many(notices=notices)


def _tell_of_cancelling(loan: Loan, reason: str, freed: Sequence[Guarantee], refund: str) -> None:
    notices = []
    if loan.member.user_id:
        notices.append(Notice(
            loan.member.user, f"loans.loan.cancelled:{loan.pk}", f"Loan {loan.serial} will not be paid out",
            f"Your loan of {naira(loan.principal)} was cancelled: {reason} Nothing is owed on it. {refund}".rstrip(),
            loan_page(loan),
        ))  # fmt: skip
    notices += [
        Notice(
            guarantee.guarantor.user, f"loans.guarantee.released:{guarantee.pk}",
            f"You no longer stand for loan {loan.serial}",
            f"The loan of {loan.member.name} will not be paid out. What was held on your savings for it is free again.",
        )
        for guarantee in freed
        if guarantee.guarantor.user_id
    ]  # fmt: skip
    notify_many(notices=notices)


def _tell_of_reopening(loan: Loan, voided: str, standing: Sequence[Guarantee]) -> None:
    event = f"loans.loan.reopened:{loan.pk}:{voided}"
    notices = []
    if loan.member.user_id:
        notices.append(Notice(
            loan.member.user, event, f"Your loan {loan.serial} is open again",
            "A payment on it was recorded by mistake and has been taken back, so the loan is not paid back yet. "
            f"Certificate {voided} no longer counts.", loan_page(loan),
        ))  # fmt: skip
    for guarantee in standing:
        if guarantee.guarantor.user_id:
            held = guarantee.amount - guarantee.uncovered
            notices.append(Notice(
                guarantee.guarantor.user, event, f"You stand for loan {loan.serial} again",
                f"A payment of {loan.member.name} on loan {loan.serial} was recorded by mistake and has been taken "
                f"back. Your promise stands until the loan is paid back: {naira(held)} of your savings is held again. "
                "Ask the office if this is not clear.",
            ))  # fmt: skip
    short = [guarantee for guarantee in standing if guarantee.uncovered]
    if short:
        names = ", ".join(f"{guarantee.guarantor.name} ({naira(guarantee.uncovered)})" for guarantee in short)
        notices += [
            Notice(
                officer, event, f"Loan {loan.serial} is open again and not fully covered",
                f"The savings of these guarantors do not reach what they promised: {names}. Speak with "
                f"{loan.member.name} about another guarantor.", loan_page(loan),
            )
            for officer in User.objects.holding(Role.OFFICER).order_by("pk")
        ]  # fmt: skip
    notify_many(notices=notices)
