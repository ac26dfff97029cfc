"""Money that comes in for loans: the same code for a receipt at the counter and for a payroll return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Q

from audit.services import record, record_many
from core.display import dmy, naira
from core.sql import load_sql
from ledger import chart
from ledger.entries import Draft
from ledger.errors import ReferenceReused
from ledger.services import accounts_by_code, lock_accounts, post_entries, reverse_entry
from loans import paying, postings
from loans.errors import (
    AlreadyReversed,
    CameByPayroll,
    MoreThanOwed,
    NotRunning,
    NotYourOwnLoan,
    PaidTooEarly,
    ReceiptUsed,
)
from loans.models import Allocation, Disbursement, Installment, Loan, LoanOrigin, Repayment, RepaymentChannel
from loans.services.closures import accounts_of_guarantors, close_loans, promises_ended_by_closing, reopen_loan
from loans.services.registration import loan_page
from loans.states import LoanStatus
from notifications.services import Notice, notify_many
from users.models import User

PAY_INSTALLMENTS = load_sql("loans", "pay_installments")
NOTHING = Decimal("0.00")
INTO = {"bank": chart.BANK, "cash": chart.CASH}


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for one loan, in naira; `reference` (100 characters or fewer) makes it happen once."""

    loan_id: int
    amount: Decimal
    reference: str
    narration: str


@dataclass(frozen=True, slots=True)
class RepaymentResult:
    """What became of a payment: `applied` is in the books, `surplus` was too much and is not.

    `repayment_id` is None when nothing of it was needed. `closed`: it cleared the loan. `posted_before`: the
    reference was in the books already and nothing was posted again.
    """

    repayment_id: int | None
    applied: Decimal
    surplus: Decimal
    closed: bool = False
    posted_before: bool = False


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A payment with where it came from and the day on which it counts."""

    payment: Payment
    on: date
    channel: str
    from_account_id: int
    batch: str


@transaction.atomic
def post_repayments(
    *, payments: Sequence[Payment], from_account_id: int, channel: str, on: date, by: User | None, at: datetime,
    batch: str = "",
) -> dict[str, RepaymentResult]:  # fmt: skip
    """Post payments on loans, in a few statements whatever their number, and return what became of each.

    Each goes to the oldest unpaid instalment first, interest before principal. One that reaches the pay-off figure of
    the day closes its loan; what is above that, and all of a payment on a loan that is not running, is returned as
    surplus and not posted. A reference that was posted before changes nothing.
    `from_account_id` is debited: bank, cash or unallocated remittances. `batch` marks the entries.
    Raises PaidTooEarly when a payment counts before its loan was paid out or taken over, ReceiptUsed when a
    reference was used for another loan, day or larger amount. Nothing is posted then.
    """
    if len({payment.reference for payment in payments}) < len(payments):
        raise ReceiptUsed("Two payments of one batch have the same reference. Nothing was posted.")
    receipts = [_Receipt(payment, on, channel, from_account_id, batch) for payment in payments]
    return _post(receipts, _locked(payment.loan_id for payment in payments), by=by, at=at)


@transaction.atomic
def record_receipt(
    *, loan: Loan, amount: Decimal, into: str, reference: str, by: User, on: date, at: datetime
) -> RepaymentResult:  # fmt: skip
    """Record money that a member paid at the office, `into` the `bank` or `cash`, by the number on its slip.

    Raises NotRunning, NotYourOwnLoan, PaidTooEarly, ReceiptUsed, and MoreThanOwed when it is above what pays the loan
    off on that day: the society does not keep what nobody owes it.
    """
    locked = _locked([loan.pk])
    loan = locked[loan.pk]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    standing, unused = _slip(reference)
    if standing is not None:
        if (standing.loan_id, standing.received_on, standing.amount) != (loan.pk, on, amount):
            raise ReceiptUsed()
        return RepaymentResult(standing.pk, amount, NOTHING, posted_before=True)
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing is owed on it.")
    payment = Payment(loan.pk, amount, unused, f"Receipt {reference.strip()}")
    receipt = _Receipt(payment, on, RepaymentChannel.COUNTER, accounts_by_code(INTO[into])[INTO[into]], "")
    try:
        result = _post([receipt], locked, by=by, at=at)[unused]
    except ReferenceReused as refused:
        # Another officer recorded the same slip on another loan in this very moment.
        raise ReceiptUsed() from refused
    if result.surplus:
        # Raised inside the transaction: what was posted of it is rolled back.
        raise MoreThanOwed(f"{naira(result.applied)} pays this loan off on that day. Enter that or less.")
    if loan.member.user_id:
        notify_many(notices=[Notice(
            loan.member.user, f"loans.repayment.received:{result.repayment_id}",
            f"We received {naira(amount)} for loan {loan.serial}",
            f"Paid on {dmy(on)}, receipt {reference.strip()}. Thank you.", loan_page(loan),
        )])  # fmt: skip
    return result


def _slip(number: str) -> tuple[Repayment | None, str]:
    """The repayment that stands for a slip's number, however it was typed, and the reference for a new one.

    A number that was entered on the wrong loan and taken back is free to be entered again.
    """
    base = f"receipt/{''.join(number.split()).upper()}"
    found = list(Repayment.objects.filter(Q(reference=base) | Q(reference__startswith=f"{base}#")).order_by("pk"))
    standing = next((one for one in found if one.reversed_by_entry_id is None), None)
    return standing, f"{base}#{len(found) + 1}" if found else base


@transaction.atomic
def reverse_repayment(*, repayment: Repayment, reason: str, by: User, on: date, at: datetime) -> Repayment:
    """Take a repayment back that was a mistake: its entry is mirrored on the day `on` and its instalments are unpaid.

    Payments that were posted on the loan after it are worked out again in their order, each on its own day, so that
    the loan stands as if the mistake had never been made. A loan that the payment had closed is open again, its
    certificate void, its guarantors' promises standing.
    Raises AlreadyReversed, NotYourOwnLoan, PaidTooEarly when `on` is before the payment's own day, and CameByPayroll:
    the money would go back to the unallocated remittances, where no open item would say whose it is.
    """
    loan = _locked([repayment.loan_id])[repayment.loan_id]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if repayment.channel == RepaymentChannel.PAYROLL:
        raise CameByPayroll()
    standing = (
        Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True, pk__gte=repayment.pk)
        .select_related("entry").prefetch_related("allocations__installment").order_by("pk")
    )  # fmt: skip
    taken_back = list(standing)
    if not taken_back or taken_back[0].pk != repayment.pk:
        raise AlreadyReversed()
    mistake, later = taken_back[0], taken_back[1:]
    if on < mistake.received_on:
        raise PaidTooEarly(f"This payment counts from {dmy(mistake.received_on)}. Take it back on that day or later.")
    promises = promises_ended_by_closing(loan) if loan.status == LoanStatus.CLOSED else []
    accounts = [promise.guarantor.savings_account_id for promise in promises]
    balances = lock_accounts(ids=[loan.account_id, *accounts])
    for one in taken_back:
        reversal = reverse_entry(
            entry=one.entry, reference=f"{one.entry.reference}/reversed", reason=reason,
            on=on if one is mistake else one.received_on, by=by,
        )  # fmt: skip
        one.reversed_by_entry = reversal
        one.save(update_fields=["reversed_by_entry"])
    _move_installments(
        [
            (part.installment_id, -part.principal, -part.interest, -part.interest_waived, -part.fee)
            for one in taken_back
            for part in one.allocations.all()
        ]
    )
    if loan.status == LoanStatus.CLOSED:
        reopen_loan(
            loan=loan, promises=promises, balances=balances, because=reason, by=by, at=at,
            reference=f"repayment/{mistake.pk}/reversed",
        )  # fmt: skip
    record(
        "loans.repayment.reversed", by=by, subject=mistake, at=at, loan=loan.serial, amount=mistake.amount,
        reason=reason, worked_out_again=[one.reference for one in later],
    )  # fmt: skip
    _post([_again(one) for one in later], {loan.pk: loan}, by=by, at=at)
    return mistake


def started_on(loan: Loan) -> date:
    """The day when a loan's interest began to run: it was paid out, or granted when it came with the books."""
    return loan.granted_on if loan.origin == LoanOrigin.OPENING else loan.disbursement.disbursed_on


def _locked(loan_ids) -> dict[int, Loan]:
    """The loans, locked by id, with what posting on them needs."""
    ids = set(loan_ids)
    loans = (
        Loan.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).select_related("member__user")
    )  # fmt: skip
    locked = {loan.pk: loan for loan in loans}
    # Read after the lock: a row joined to a locked row is as old as the wait for it.
    for payout in Disbursement.objects.filter(loan__in=ids):
        locked[payout.loan_id].disbursement = payout
    return locked


def _post(
    receipts: Sequence[_Receipt], loans: dict[int, Loan], *, by: User | None, at: datetime
) -> dict[str, RepaymentResult]:  # fmt: skip
    """Load once, spread in memory, write once. The loans are locked."""
    results = _posted_before(receipts)
    new = [receipt for receipt in receipts if receipt.payment.reference not in results]
    ids = {receipt.payment.loan_id for receipt in new}
    schedules, latest = _installments_of(ids), _latest_payment_of(ids)
    outcomes: dict[str, tuple[_Receipt, paying.Spread]] = {}
    closing: dict[int, date] = {}
    for receipt in new:
        payment, loan = receipt.payment, loans[receipt.payment.loan_id]
        if loan.status != LoanStatus.ACTIVE or loan.pk in closing or payment.amount <= 0:
            results[payment.reference] = RepaymentResult(None, NOTHING, payment.amount)
            continue
        _refuse_before_the_start(loan, receipt.on)
        day = latest[loan.pk] = max(receipt.on, latest.get(loan.pk, receipt.on))
        outcome = paying.spread(schedules[loan.pk], payment.amount, on=day, started_on=started_on(loan))
        paying.apply(outcome)
        outcomes[payment.reference] = (receipt, outcome)
        if outcome.closes:
            closing[loan.pk] = day
    repayments = _write(outcomes, loans, [loans[pk] for pk in closing], by=by, at=at)
    for reference, (_, outcome) in outcomes.items():
        results[reference] = RepaymentResult(
            repayments[reference].pk, outcome.applied, outcome.surplus, closed=outcome.closes
        )
    for on in sorted(set(closing.values())):
        close_loans(loans=[loans[pk] for pk, day in closing.items() if day == on], by=by, on=on, at=at)
    return results


def _write(
    outcomes: dict[str, tuple[_Receipt, paying.Spread]], loans: dict[int, Loan], closing: Sequence[Loan],
    *, by: User | None, at: datetime,
) -> dict[str, Repayment]:  # fmt: skip
    """Entries, repayments, allocations and instalments of what was spread, each kind in one statement."""
    if not outcomes:
        return {}
    income_id = accounts_by_code(chart.INTEREST_INCOME)[chart.INTEREST_INCOME]
    touched = {loans[receipt.payment.loan_id].account_id for receipt, _ in outcomes.values()}
    lock_accounts(ids=[*touched, *(accounts_of_guarantors(closing) if closing else [])])
    entries = post_entries(
        drafts=[_draft(receipt, outcome, loans, income_id) for receipt, outcome in outcomes.values()], by=by
    )
    repayments = {
        reference: Repayment(
            loan_id=receipt.payment.loan_id, amount=outcome.applied, principal=outcome.principal,
            interest=outcome.interest, received_on=receipt.on, channel=receipt.channel, reference=reference,
            entry_id=entries[_entry_reference(reference)],
        )
        for reference, (receipt, outcome) in outcomes.items()
    }  # fmt: skip
    Repayment.objects.bulk_create(repayments.values())
    Allocation.objects.bulk_create(
        Allocation(
            repayment=repayments[reference], installment=share.installment, principal=share.principal,
            interest=share.interest, interest_waived=share.waived,
        )
        for reference, (_, outcome) in outcomes.items()
        for share in outcome.shares
    )  # fmt: skip
    _move_installments(
        [
            (share.installment.pk, share.principal, share.interest, share.waived, NOTHING)
            for _, outcome in outcomes.values()
            for share in outcome.shares
        ]
    )
    record_many("loans.repayment.posted", by=by, at=at, subjects=[
        (repayments[reference], {"loan": loans[receipt.payment.loan_id].serial, "amount": outcome.applied})
        for reference, (receipt, outcome) in outcomes.items()
    ])  # fmt: skip
    return repayments


def _draft(receipt: _Receipt, outcome: paying.Spread, loans: dict[int, Loan], income_id: int) -> Draft:
    loan = loans[receipt.payment.loan_id]
    return Draft(
        reference=_entry_reference(receipt.payment.reference),
        kind=postings.REPAID,
        narration=f"{loan.serial}: {receipt.payment.narration}"[:200],
        effective_on=receipt.on,
        lines=postings.repayment(
            from_account_id=receipt.from_account_id, loan_account_id=loan.account_id, income_id=income_id,
            principal=outcome.principal, interest=outcome.interest,
        ),
        batch=receipt.batch,
    )  # fmt: skip


def _entry_reference(reference: str) -> str:
    return f"repayment/{reference}"


def _posted_before(receipts: Sequence[_Receipt]) -> dict[str, RepaymentResult]:
    """What is in the books of these references; looked for once the loans are locked, so that a twin has committed."""
    known = {
        repayment.reference: repayment
        for repayment in Repayment.objects.filter(reference__in=[receipt.payment.reference for receipt in receipts])
    }
    results = {}
    for receipt in receipts:
        payment, found = receipt.payment, known.get(receipt.payment.reference)
        if found is None:
            continue
        if (found.loan_id, found.received_on) != (payment.loan_id, receipt.on) or found.amount > payment.amount:
            raise ReceiptUsed()
        results[payment.reference] = RepaymentResult(
            found.pk, found.amount, payment.amount - found.amount, posted_before=True
        )
    return results


def _installments_of(loan_ids: set[int]) -> dict[int, list[Installment]]:
    schedules: dict[int, list[Installment]] = defaultdict(list)
    for installment in Installment.objects.live().filter(loan_id__in=loan_ids).order_by("loan_id", "number"):
        schedules[installment.loan_id].append(installment)
    return schedules


def _latest_payment_of(loan_ids: set[int]) -> dict[int, date]:
    return dict(
        Repayment.objects.filter(loan_id__in=loan_ids, reversed_by_entry__isnull=True)
        .values("loan_id").annotate(latest=Max("received_on")).values_list("loan_id", "latest")
    )  # fmt: skip


def _refuse_before_the_start(loan: Loan, on: date) -> None:
    if loan.origin == LoanOrigin.OPENING and on < loan.registered_on:
        raise PaidTooEarly(
            f"The balance of loan {loan.serial} was taken over on {dmy(loan.registered_on)}. What was paid before that "
            "day is in it already."
        )
    if on < started_on(loan):
        raise PaidTooEarly(
            f"Loan {loan.serial} was paid out on {dmy(started_on(loan))}. Enter that day or a later one."
        )


def _move_installments(changes: Sequence[tuple[int, Decimal, Decimal, Decimal, Decimal]]) -> None:
    """Add to what was paid of instalments; several changes to one instalment are summed first."""
    totals: dict[int, list[Decimal]] = defaultdict(lambda: [NOTHING] * 4)
    for pk, *amounts in changes:
        totals[pk] = [total + amount for total, amount in zip(totals[pk], amounts, strict=True)]
    ids = sorted(totals)
    columns = [[totals[pk][place] for pk in ids] for place in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(PAY_INSTALLMENTS, [ids, *columns])


def _again(repayment: Repayment) -> _Receipt:
    """A repayment that was posted before, to be posted again after what came before it has changed."""
    lines = repayment.entry.lines.filter(debit__gt=0).values_list("account_id", flat=True)
    base, _, count = repayment.reference.partition("#")
    narration = repayment.entry.narration.partition(": ")[2]
    payment = Payment(repayment.loan_id, repayment.amount, f"{base}#{int(count or 1) + 1}", narration)
    return _Receipt(payment, repayment.received_on, repayment.channel, lines[0], repayment.entry.batch)
