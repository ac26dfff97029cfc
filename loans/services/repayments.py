"""Money that comes in for loans: the same code for a receipt at the counter and for a payroll return.

A payment of today moves a loan by one step of `engine.servicing`. One that is entered late, and one that is taken
back, make its story be told again from the day when it was agreed: what comes out otherwise than it is in the books is
mirrored and posted anew, each on its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from audit.services import record, record_many
from core.display import dmy, naira
from engine import servicing
from engine.servicing import Effect, Paid
from ledger.entries import Draft
from ledger.errors import ReferenceReused
from ledger.services import accounts_by_code, lock_accounts, mirror_of, post_entries, reverse_entry
from loans import postings
from loans.errors import (
    AlreadyReversed,
    CameByPayroll,
    CameByRecourse,
    CameByTopUp,
    CashAlone,
    MoreThanOwed,
    NothingDue,
    NotRunning,
    NotYourOwnLoan,
    PaidTooEarly,
    ReceiptUsed,
)
from loans.models import (
    Allocation,
    Disbursement,
    Loan,
    LoanOrigin,
    RecourseCharge,
    Repayment,
    RepaymentChannel,
    RepaymentUse,
)
from loans.services.accounts import INTO, repayment_accounts
from loans.services.books import Book, Retold, books_of, keep_changes, keep_schedule, keep_standing, retell
from loans.services.claims import accounts_of_claims, repay_from_savings
from loans.services.closures import (
    accounts_of_guarantors,
    close_loans,
    move_closing,
    promises_ended_by_closing,
    reopen_loan,
)
from loans.services.holds import settle_holds
from loans.services.registration import loan_page
from loans.states import LoanStatus
from loans.story import started_on, use_of
from notifications.services import Notice, notify_many
from users.models import User

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money for one loan, in naira; `reference` (100 characters or fewer) makes it happen once."""

    loan_id: int
    amount: Decimal
    reference: str
    narration: str


@dataclass(frozen=True, slots=True)
class RepaymentResult:
    """What became of a payment: `applied` is in the books, `saved` beside it in the member's voluntary savings.

    `surplus` was too much and is not in the books.

    `repayment_id` is None when nothing of it was needed. `closed`: it cleared the loan. `posted_before`: the
    reference was in the books already and nothing was posted again.
    """

    repayment_id: int | None
    applied: Decimal
    surplus: Decimal
    closed: bool = False
    posted_before: bool = False
    saved: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A payment with where it came from and the day on which it counts."""

    payment: Payment
    on: date
    channel: str
    from_account_id: int
    batch: str
    entered_at: datetime
    use: str = RepaymentUse.AHEAD

    @property
    def event(self) -> Paid:
        return Paid(key=self.payment.reference, on=self.on, amount=self.payment.amount, use=use_of(self.use))

    def saved(self, effect: Effect) -> Decimal:
        """What of it goes to the member's voluntary savings, because he chose so."""
        return effect.surplus if self.use == RepaymentUse.SAVINGS else NOTHING


@dataclass(slots=True)
class _Plan:
    """What a batch of receipts does: steps that follow each other, stories that are told again, and loans that end."""

    books: dict[int, Book]
    steps: list[tuple[_Receipt, Effect]] = field(default_factory=list)
    late: dict[int, list[_Receipt]] = field(default_factory=dict)
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
    receipts = [_Receipt(payment, on, channel, from_account_id, batch, at, use) for payment in payments]
    return _post(receipts, lock_loans(payment.loan_id for payment in payments), by=by, at=at)


@transaction.atomic
def record_receipt(
    *, loan: Loan, amount: Decimal, into: str, reference: str, by: User, on: date, at: datetime,
    use: str = RepaymentUse.AHEAD,
) -> RepaymentResult:  # fmt: skip
    """Record money that a member paid at the office, `into` the `bank` or `cash`, by the number on its slip.

    `use` says what becomes of money above what is due: it pays ahead, or the loan is shorter or its instalment smaller;
    or the loan takes what is due alone, and the rest goes to the voluntary savings in the same entry, or is given back
    as cash and never recorded. Money that pays the loan off does so, and then the rest alone is saved or given back.
    Raises NotRunning, NotYourOwnLoan, PaidTooEarly, ReceiptUsed, NothingDue where all of it would be saved or given
    back, CashAlone where money from the bank would be, and MoreThanOwed when it is above what pays the loan off on
    that day and nothing was chosen for the rest: the society does not keep what nobody owes it.
    """
    if use == RepaymentUse.REFUND and into != "cash":
        raise CashAlone()
    locked = lock_loans([loan.pk])
    loan = locked[loan.pk]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    standing, unused = _slip(reference)
    if standing is not None:
        if (standing.loan_id, standing.received_on) != (loan.pk, on) or not _is_amount_of(standing, amount):
            raise ReceiptUsed()
        taken = standing.amount - standing.surplus
        return RepaymentResult(standing.pk, taken, NOTHING, posted_before=True, saved=standing.surplus)
    if not _is_owed_on(loan, on):
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing is owed on it.")
    payment = Payment(loan.pk, amount, unused, f"Receipt {reference.strip()}")
    receipt = _Receipt(payment, on, RepaymentChannel.COUNTER, accounts_by_code(INTO[into])[INTO[into]], "", at, use)
    try:
        result = _post([receipt], locked, by=by, at=at)[unused]
    except ReferenceReused as refused:
        # Another officer recorded the same slip on another loan in this very moment.
        raise ReceiptUsed() from refused
    if use in (RepaymentUse.SAVINGS, RepaymentUse.REFUND):
        if not result.applied:
            raise NothingDue()
    elif result.surplus:
        # Raised inside the transaction: what was posted of it is rolled back.
        raise MoreThanOwed(f"{naira(result.applied)} pays this loan off on that day. Enter that or less.")
    if loan.member.user_id:
        notify_many(notices=[Notice(
            loan.member.user, f"loans.repayment.received:{result.repayment_id}",
            f"We received {naira(amount)} for loan {loan.serial}",
            f"Paid on {dmy(on)}, receipt {reference.strip()}.{_of_the_rest(result, use)} Thank you.", loan_page(loan),
        )])  # fmt: skip
    return result


def _is_amount_of(standing: Repayment, amount: Decimal) -> bool:
    """Whether a slip over this amount is the one that stands; what was given back of it stands nowhere."""
    return standing.amount <= amount if standing.use == RepaymentUse.REFUND else standing.amount == amount


def _of_the_rest(result: RepaymentResult, use: str) -> str:
    if result.saved:
        return f" {naira(result.saved)} of it went to your voluntary savings, as you chose."
    if use == RepaymentUse.REFUND and result.surplus:
        return f" {naira(result.surplus)} was given back to you, as you chose."
    return ""


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


def lock_loans(loan_ids) -> dict[int, Loan]:
    """The loans, locked by id, with what posting on them needs."""
    ids = set(loan_ids)
    loans = (
        Loan.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        .select_related("member__user", "version")
    )  # fmt: skip
    locked = {loan.pk: loan for loan in loans}
    # Read after the lock: a row joined to a locked row is as old as the wait for it.
    for payout in Disbursement.objects.filter(loan__in=ids):
        locked[payout.loan_id].disbursement = payout
    return locked


def _post(
    receipts: Sequence[_Receipt], loans: dict[int, Loan], *, by: User | None, at: datetime
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


def _take_in(plan: _Plan, receipt: _Receipt) -> bool:
    """Move the loan over a payment, or put it aside to be told from the beginning; False where the loan needs none."""
    book = plan.books[receipt.payment.loan_id]
    loan = book.loan
    if not _is_owed_on(loan, receipt.on) or (book.position.is_closed and loan.status != LoanStatus.CLOSED):
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


def _is_owed_on(loan: Loan, on: date) -> bool:
    """Whether a loan takes a payment of a day: one that is closed still does of a day before it was paid back."""
    if loan.status == LoanStatus.CLOSED:
        return on < loan.closed_on
    return loan.status in (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)


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
        drafts=[_draft(receipt, effect, plan.books[receipt.payment.loan_id].loan, accounts, receipt.saved(effect))
                for receipt, effect in applied],
        by=by,
    )  # fmt: skip
    repayments = {
        receipt.payment.reference: _repayment(
            receipt, effect, entries[_entry_reference(receipt.payment.reference)], receipt.saved(effect)
        )
        for receipt, effect in applied
    }
    Repayment.objects.bulk_create(repayments.values())
    Allocation.objects.bulk_create(
        one
        for receipt, effect in applied
        for one in _allocations(repayments[receipt.payment.reference], effect, plan.books[receipt.payment.loan_id])
    )
    record_many("loans.repayment.posted", by=by, at=at, subjects=[
        (repayments[receipt.payment.reference],
         {"loan": plan.books[receipt.payment.loan_id].loan.serial, "amount": effect.applied})
        for receipt, effect in applied
    ])  # fmt: skip
    return repayments


def _repayment(receipt: _Receipt, effect: Effect, entry_id: int, surplus: Decimal = NOTHING) -> Repayment:
    return Repayment(
        loan_id=receipt.payment.loan_id, amount=effect.applied + surplus, principal=effect.principal,
        interest=effect.interest, fee=effect.fee, penalty=effect.penalty, recovered=effect.recovered, surplus=surplus,
        use=receipt.use, received_on=receipt.on, channel=receipt.channel, reference=receipt.payment.reference,
        entry_id=entry_id, entered_at=receipt.entered_at,
    )  # fmt: skip


def _allocations(repayment: Repayment, effect: Effect, book: Book) -> Iterable[Allocation]:
    for share in effect.shares:
        yield Allocation(
            repayment=repayment, installment=book.live[share.place], principal=share.principal,
            interest=share.interest, fee=share.fee, interest_waived=share.interest_waived,
        )  # fmt: skip


def _draft(
    receipt: _Receipt, effect: Effect, loan: Loan, accounts: dict[str, int], surplus: Decimal = NOTHING
) -> Draft:  # fmt: skip
    return Draft(
        reference=_entry_reference(receipt.payment.reference),
        kind=postings.REPAID,
        narration=f"{loan.serial}: {receipt.payment.narration}"[:200],
        effective_on=receipt.on,
        lines=postings.repayment(
            from_account_id=receipt.from_account_id, loan=loan, accounts=accounts, effect=effect, surplus=surplus
        ),
        batch=receipt.batch,
    )


def _entry_reference(reference: str) -> str:
    return f"repayment/{reference}"


# Telling again --------------------------------------------------------------------------------------------------------


def post_again(told: Retold, *, because: str, by: User | None, at: datetime) -> list[Repayment]:
    """Mirror what is in the books otherwise than the story now says, and post it as the story says; on its own day.

    What the loan's changes came to is told again with it.
    """
    keep_changes(told)
    loan, accounts = told.book.loan, repayment_accounts()
    if told.book.position.is_closed:
        move_closing(loan=loan, on=told.closed_on, because=because, by=by, at=at)
    shares = _shares_of([old for old, _ in told.repayments])
    changed = [(old, effect) for old, effect in told.repayments if not _is_as_posted(old, effect, shares, loan)]
    if not changed:
        return []
    keep_schedule(told.book)
    receipts = [_again(old) for old, _ in changed]
    mirrors = [
        mirror_of(entry=old.entry, reference=f"{old.entry.reference}/reversed", reason=because, on=old.received_on)
        for old, _ in changed
    ]
    drafts = [
        _draft(receipt, effect, loan, accounts, effect.surplus)
        for receipt, (_, effect) in zip(receipts, changed, strict=True)
    ]
    entries = post_entries(drafts=[*mirrors, *drafts], by=by)
    for (old, _), mirror in zip(changed, mirrors, strict=True):
        old.reversed_by_entry_id = entries[mirror.reference]
    Repayment.objects.bulk_update([old for old, _ in changed], ["reversed_by_entry"])
    made = [
        _repayment(receipt, effect, entries[_entry_reference(receipt.payment.reference)], effect.surplus)
        for receipt, (_, effect) in zip(receipts, changed, strict=True)
    ]
    Repayment.objects.bulk_create(made)
    Allocation.objects.bulk_create(
        one
        for repayment, (_, effect) in zip(made, changed, strict=True)
        for one in _allocations(repayment, effect, told.book)
    )
    record_many("loans.repayment.posted", by=by, at=at, subjects=[
        (repayment, {"loan": loan.serial, "amount": repayment.amount, "again_after": because}) for repayment in made
    ])  # fmt: skip
    for (old, _), one in zip(changed, made, strict=True):
        # A charge of a recourse points at the payment that stands for it.
        if old.reference.startswith("recourse/"):
            RecourseCharge.objects.filter(repayment=old).update(repayment=one)
    _tell_of_surplus(loan, made)
    _pass_on_surplus(loan, [old for old, _ in changed], made, by=by, at=at)
    return made


def accounts_of_telling(loan: Loan) -> set[int]:
    """The accounts that telling a loan's story again may write to: to be locked with the others, in one call."""
    return {loan.account_id, loan.member.voluntary_account_id} | accounts_of_claims([loan.member_id])


def _pass_on_surplus(
    loan: Loan, before: Sequence[Repayment], made: Sequence[Repayment], *, by: User | None, at: datetime
) -> None:
    """What the loan no longer needs goes to those who paid for the borrower, as far as he owes them."""
    more = _not_needed(made) - _not_needed(before)
    if more > 0:
        last = max(one.received_on for one in made)
        repay_from_savings(
            amounts={loan.member: more}, reference=f"told-again/{made[-1].pk}",
            narration=f"not needed by loan {loan.serial}", by=by, on=last, at=at,
        )  # fmt: skip


def _not_needed(repayments: Sequence[Repayment]) -> Decimal:
    return sum((one.surplus for one in repayments if one.use != RepaymentUse.SAVINGS), NOTHING)


Shares = dict[int, dict[int, tuple[Decimal, ...]]]  # by repayment and instalment number


def _shares_of(repayments: Sequence[Repayment]) -> Shares:
    """What each payment in the books paid of each instalment: principal, interest, fee, and interest let off."""
    rows = Allocation.objects.filter(repayment__in=repayments).values_list(
        "repayment_id", "installment__number", "principal", "interest", "fee", "interest_waived"
    )
    found: Shares = {one.pk: {} for one in repayments}
    for repayment_id, number, *parts in rows:
        found[repayment_id][number] = tuple(parts)
    return found


def _is_as_posted(old: Repayment, effect: Effect, shares: Shares, loan: Loan) -> bool:
    posted = (old.principal, old.interest, old.fee, old.penalty, old.recovered, old.surplus)
    now = (effect.principal, effect.interest, effect.fee, effect.penalty, effect.recovered, effect.surplus)
    number = loan.months_paid_before + 1
    spread = {number + one.place: (one.principal, one.interest, one.fee, one.interest_waived) for one in effect.shares}
    return posted == now and shares[old.pk] == {key: parts for key, parts in spread.items() if any(parts)}


def _mirror(repayment: Repayment, *, reason: str, on: date, by: User | None) -> None:
    repayment.reversed_by_entry = reverse_entry(
        entry=repayment.entry, reference=f"{repayment.entry.reference}/reversed", reason=reason, on=on, by=by
    )
    repayment.save(update_fields=["reversed_by_entry"])


def _again(repayment: Repayment) -> _Receipt:
    """A repayment that was posted before, to be posted again after what came before it has changed."""
    lines = repayment.entry.lines.filter(debit__gt=0).order_by("pk").values_list("account_id", flat=True)
    base, _, count = repayment.reference.partition("#")
    narration = repayment.entry.narration.partition(": ")[2]
    payment = Payment(repayment.loan_id, repayment.amount, f"{base}#{int(count or 1) + 1}", narration)
    return _Receipt(
        payment, repayment.received_on, repayment.channel, lines[0], repayment.entry.batch, repayment.entered_at,
        repayment.use,
    )  # fmt: skip


def _tell_of_surplus(loan: Loan, repayments: Sequence[Repayment]) -> None:
    if loan.member.user_id:
        notify_many(notices=[
            Notice(
                loan.member.user, f"loans.repayment.surplus:{one.pk}",
                f"{naira(one.surplus)} of your payment went to your voluntary savings",
                f"A payment on loan {loan.serial} was entered late. Of the {naira(one.amount)} that you paid on "
                f"{dmy(one.received_on)}, the loan no longer needs {naira(one.surplus)}.", loan_page(loan),
            )
            for one in repayments if one.surplus
        ])  # fmt: skip


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
