"""Many payments in a few statements: loaded once, worked out in memory, locked once, written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from audit.services import record_many
from core.display import dmy
from engine import servicing
from engine.servicing import Effect
from ledger.services import lock_accounts, post_entries
from loans.errors import PaidTooEarly, ReceiptUsed
from loans.models import Allocation, Loan, LoanOrigin, Repayment, RepaymentChannel, RepaymentUse
from loans.services.accounts import repayment_accounts
from loans.services.books import Book, Retold, books_of, keep_schedule, keep_standing, lock_loans, retell
from loans.services.closures import accounts_of_guarantors, close_loans
from loans.services.holds import settle_holds
from loans.services.repayments.payments import NOTHING, Payment, Receipt, RepaymentResult
from loans.services.repayments.telling import accounts_of_telling, post_again
from loans.services.repayments.writing import allocations_of, draft_of, entry_reference, row_of
from loans.states import LoanStatus
from loans.story import started_on
from users.models import User


@dataclass(slots=True)
class _Plan:
    """What a batch of receipts does: steps that follow each other, stories that are told again, and loans that end."""

    books: dict[int, Book]
    steps: list[tuple[Receipt, Effect]] = field(default_factory=list)
    late: dict[int, list[Receipt]] = field(default_factory=dict)
    retold: list[Retold] = field(default_factory=list)
    closing: dict[int, date] = field(default_factory=dict)


@transaction.atomic
def post_repayments(
    *, payments: Sequence[Payment], from_account_id: int, channel: str, on: date, by: User | None, at: datetime,
    batch: str = "", use: str = RepaymentUse.AHEAD,
) -> dict[str, RepaymentResult]:  # fmt: skip
    """Post payments on loans, in a few statements whatever their number, and return what became of each.

    Each is spread in the order of the loan's product. One that reaches the pay-off figure of the day closes its loan;
    what is above that, and all of a payment on a loan that is not running, is returned as surplus and not posted. One
    that is entered late counts on its own day: what was posted since is told again, and what the loan then no longer
    needs of it goes to the member's voluntary savings. A reference that was posted before changes nothing.
    `from_account_id` is debited: bank, cash or unallocated remittances. `batch` marks the entries.
    Raises PaidTooEarly when a payment counts before its loan was paid out or taken over, ReceiptUsed when a
    reference was used for another loan, day or larger amount. Nothing is posted then.
    """
    if len({payment.reference for payment in payments}) < len(payments):
        raise ReceiptUsed("Two payments of one batch have the same reference. Nothing was posted.")
    receipts = [Receipt(payment, on, channel, from_account_id, batch, at, use) for payment in payments]
    return post_receipts(receipts, lock_loans(payment.loan_id for payment in payments), by=by, at=at)


def post_receipts(
    receipts: Sequence[Receipt], loans: dict[int, Loan], *, by: User | None, at: datetime
) -> dict[str, RepaymentResult]:  # fmt: skip
    """Load once, work out in memory, lock once, write once. The loans are locked."""
    results = _posted_before(receipts)
    new = [receipt for receipt in receipts if receipt.payment.reference not in results]
    plan = _Plan(books_of(loans[pk] for pk in {receipt.payment.loan_id for receipt in new}))
    for receipt in new:
        if receipt.payment.amount <= 0 or not _take_in(plan, receipt):
            results[receipt.payment.reference] = RepaymentResult(None, NOTHING, receipt.payment.amount)
    for loan_id, late in plan.late.items():
        told = retell(plan.books[loan_id], more=[(receipt.event, receipt.entered_at) for receipt in late])
        if plan.books[loan_id].loan.status == LoanStatus.CLOSED and not told.book.position.is_closed:
            # Instalments that would have been made smaller may end later: what is paid back stays paid back.
            del plan.books[loan_id]
            results |= {one.payment.reference: RepaymentResult(None, NOTHING, one.payment.amount) for one in late}
            continue
        plan.retold.append(told)
        plan.steps += [(receipt, told.effect_of(receipt.event)) for receipt in late]
        if told.closed_on and plan.books[loan_id].loan.status != LoanStatus.CLOSED:
            plan.closing[loan_id] = told.closed_on
    _lock_for(plan)
    for told in plan.retold:
        post_again(told, because="Worked out again after a payment that was entered late", by=by, at=at)
    repayments = _write(plan, by=by, at=at)
    for receipt, effect in plan.steps:
        reference = receipt.payment.reference
        made = repayments.get(reference)
        saved = receipt.saved(effect)
        results[reference] = RepaymentResult(
            made.pk if made else None, effect.applied, effect.surplus - saved, closed=effect.closes, saved=saved
        )
    for on in sorted(set(plan.closing.values())):
        closing = [loans[pk] for pk, day in plan.closing.items() if day == on]
        close_loans(loans=closing, by=by, on=on, at=at)
    # What is taken from guarantors is settled by the recourse itself, when all of it is posted.
    if all(receipt.channel != RepaymentChannel.GUARANTOR for receipt in new):
        settle_holds(loan_ids=plan.books, by=by, at=at)
    return results


def _take_in(plan: _Plan, receipt: Receipt) -> bool:
    """Move the loan over a payment, or put it aside to be told from the beginning; False where the loan needs none."""
    book = plan.books[receipt.payment.loan_id]
    loan = book.loan
    if not is_owed_on(loan, receipt.on) or (book.position.is_closed and loan.status != LoanStatus.CLOSED):
        return False
    refuse_before_the_start(loan, receipt.on)
    if loan.pk in plan.late or book.is_past(receipt.on):
        plan.late.setdefault(loan.pk, []).append(receipt)
        return True
    effect = servicing.advance(book.position, receipt.event)
    book.latest = receipt.on
    book.is_reshaped = book.is_reshaped or effect.reshaped
    plan.steps.append((receipt, effect))
    if effect.closes:
        plan.closing[loan.pk] = receipt.on
    return True


def is_owed_on(loan: Loan, on: date) -> bool:
    """Whether a loan takes a payment of a day: one that is closed still does of a day before it was paid back."""
    if loan.status == LoanStatus.CLOSED:
        return on < loan.closed_on
    return loan.status in (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)


def refuse_before_the_start(loan: Loan, on: date) -> None:
    """Raises PaidTooEarly for a day before the loan was paid out, or before its balance was taken over."""
    if loan.origin == LoanOrigin.OPENING and on < loan.registered_on:
        raise PaidTooEarly(
            f"The balance of loan {loan.serial} was taken over on {dmy(loan.registered_on)}. What was paid before that "
            "day is in it already."
        )
    if on < started_on(loan):
        raise PaidTooEarly(
            f"Loan {loan.serial} was paid out on {dmy(started_on(loan))}. Enter that day or a later one."
        )


def _lock_for(plan: _Plan) -> None:
    """All accounts that are written to, in one call, so that two batches lock them in one order."""
    books = [plan.books[receipt.payment.loan_id] for receipt, _ in plan.steps]
    accounts = {book.loan.account_id for book in books}
    for told in plan.retold:
        accounts |= accounts_of_telling(told.book.loan)
    accounts |= {
        plan.books[receipt.payment.loan_id].loan.member.voluntary_account_id
        for receipt, effect in plan.steps if receipt.saved(effect)
    }  # fmt: skip
    lock_accounts(ids=accounts.union(accounts_of_guarantors([book.loan for book in books])))


def _write(plan: _Plan, *, by: User | None, at: datetime) -> dict[str, Repayment]:
    """Entries, repayments, allocations and instalments of what came in, each kind in one statement."""
    applied = [(receipt, effect) for receipt, effect in plan.steps if effect.applied]
    books = [plan.books[pk] for pk in {receipt.payment.loan_id for receipt, _ in plan.steps}]
    keep_schedule(*books)
    keep_standing(books)
    accounts = repayment_accounts()
    entries = post_entries(
        drafts=[draft_of(receipt, effect, plan.books[receipt.payment.loan_id].loan, accounts, receipt.saved(effect))
                for receipt, effect in applied],
        by=by,
    )  # fmt: skip
    repayments = {
        receipt.payment.reference: row_of(
            receipt, effect, entries[entry_reference(receipt.payment.reference)], receipt.saved(effect)
        )
        for receipt, effect in applied
    }
    Repayment.objects.bulk_create(repayments.values())
    Allocation.objects.bulk_create(
        one
        for receipt, effect in applied
        for one in allocations_of(repayments[receipt.payment.reference], effect, plan.books[receipt.payment.loan_id])
    )
    record_many("loans.repayment.posted", by=by, at=at, subjects=[
        (repayments[receipt.payment.reference],
         {"loan": plan.books[receipt.payment.loan_id].loan.serial, "amount": effect.applied})
        for receipt, effect in applied
    ])  # fmt: skip
    return repayments


def _posted_before(receipts: Sequence[Receipt]) -> dict[str, RepaymentResult]:
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
