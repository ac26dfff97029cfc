"""What is in the books otherwise than a loan's story now says is mirrored and posted anew, each on its own day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from audit.services import record_many
from core.display import dmy, naira
from engine.servicing import Effect
from ledger.services import mirror_of, post_entries
from loans.models import Allocation, Loan, RecourseCharge, Repayment, RepaymentUse
from loans.services.accounts import repayment_accounts
from loans.services.books import Retold, keep_changes, keep_schedule
from loans.services.claims import accounts_of_claims, repay_from_savings
from loans.services.closures import move_closing
from loans.services.registration import loan_page
from loans.services.repayments.payments import NOTHING, Payment, Receipt
from loans.services.repayments.writing import allocations_of, draft_of, entry_reference, row_of
from notifications.services import Notice, notify_many
from users.models import User

Shares = dict[int, dict[int, tuple[Decimal, ...]]]  # by repayment and instalment number


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
        draft_of(receipt, effect, loan, accounts, effect.surplus)
        for receipt, (_, effect) in zip(receipts, changed, strict=True)
    ]
    entries = post_entries(drafts=[*mirrors, *drafts], by=by)
    for (old, _), mirror in zip(changed, mirrors, strict=True):
        old.reversed_by_entry_id = entries[mirror.reference]
    Repayment.objects.bulk_update([old for old, _ in changed], ["reversed_by_entry"])
    made = [
        row_of(receipt, effect, entries[entry_reference(receipt.payment.reference)], effect.surplus)
        for receipt, (_, effect) in zip(receipts, changed, strict=True)
    ]
    Repayment.objects.bulk_create(made)
    Allocation.objects.bulk_create(
        one
        for repayment, (_, effect) in zip(made, changed, strict=True)
        for one in allocations_of(repayment, effect, told.book)
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


def _again(repayment: Repayment) -> Receipt:
    """A repayment that was posted before, to be posted again after what came before it has changed."""
    lines = repayment.entry.lines.filter(debit__gt=0).order_by("pk").values_list("account_id", flat=True)
    base, _, count = repayment.reference.partition("#")
    narration = repayment.entry.narration.partition(": ")[2]
    payment = Payment(repayment.loan_id, repayment.amount, f"{base}#{int(count or 1) + 1}", narration)
    return Receipt(
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
