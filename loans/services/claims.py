"""What a borrower owes the guarantors who paid for him, and his money that goes to them first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record_many
from audit.transitions import transition_many
from core.display import dmy, naira
from engine.recourse import repay_claims as shared
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, lock_accounts, post_entry
from loans import postings
from loans import recourse_messages as messages
from loans.errors import MoreThanOwed, NothingClaimed, NotYourOwnLoan, ReceiptUsed
from loans.models import ClaimPayment, GuarantorClaim, Recourse
from loans.services.accounts import INTO
from loans.states import LoanStatus, RecourseStatus
from members.models import Member
from users.models import User

NOTHING = Decimal("0.00")


@transaction.atomic
def repay_claims(
    *, borrower: Member, amount: Decimal, into: str, reference: str, by: User, on: date, at: datetime
) -> list[ClaimPayment]:  # fmt: skip
    """Record money that a borrower paid at the office for those who paid for him, by the number on its slip.

    It goes to their savings, to each in proportion to what he is still owed. The same slip again changes nothing.
    Raises NothingClaimed, MoreThanOwed, NotYourOwnLoan, ReceiptUsed.
    """
    claims = _locked_claims([borrower.pk])
    slip = f"claims/receipt/{''.join(reference.split()).upper()}"
    known = list(ClaimPayment.objects.filter(entry__reference=slip).select_related("claim__guarantor"))
    if known:
        if known[0].claim.borrower_id != borrower.pk or sum(one.amount for one in known) != amount:
            raise ReceiptUsed()
        return known
    if JournalEntry.objects.filter(reference=slip).exists():
        raise ReceiptUsed()
    if by.pk in {borrower.user_id, *(one.guarantor.user_id for one in claims)}:
        raise NotYourOwnLoan()
    left = sum((one.left for one in claims), NOTHING)
    if not left:
        raise NothingClaimed()
    if amount > left:
        raise MoreThanOwed(f"{naira(left)} is owed to guarantors in all. Enter that or less.")
    source = accounts_by_code(INTO[into])[INTO[into]]
    return _pay(claims, amount, source, slip, f"Receipt {reference.strip()}", by=by, on=on, at=at)


@transaction.atomic
def repay_from_savings(
    *, amounts: Mapping[Member, Decimal], reference: str, narration: str, by: User | None, on: date, at: datetime
) -> Decimal:  # fmt: skip
    """Of money that came to borrowers' voluntary savings because no loan needed it, those who paid for them get theirs.

    So it is with what is over of a salary payment, and with dividends and exit money once they are there. `amounts`
    are naira by borrower; who owes no guarantor keeps his. Returns how much went to guarantors.
    """
    claims: dict[int, list[GuarantorClaim]] = defaultdict(list)
    for claim in _locked_claims([member.pk for member in amounts]):
        claims[claim.borrower_id].append(claim)
    gone = NOTHING
    for borrower, amount in amounts.items():
        mine = claims.get(borrower.pk, [])
        amount = min(amount, sum((claim.left for claim in mine), NOTHING))
        if amount > 0:
            slip = f"claims/{reference}/{borrower.pk}"
            _pay(mine, amount, borrower.voluntary_account_id, slip, narration, by=by, on=on, at=at)
            gone += amount
    return gone


def accounts_of_claims(member_ids: Iterable[int]) -> set[int]:
    """The accounts on which money of these borrowers goes to guarantors: to be locked with the others, in one call."""
    rows = GuarantorClaim.objects.open().filter(borrower__in=member_ids)
    found = rows.values_list("borrower__voluntary_account_id", "guarantor__savings_account_id")
    return {pk for row in found for pk in row}


def _locked_claims(borrower_ids: Iterable[int]) -> list[GuarantorClaim]:
    """What borrowers still owe to guarantors, read behind the lock of the accounts that paying it would touch."""
    ids = list(borrower_ids)
    lock_accounts(ids=accounts_of_claims(ids))
    found = GuarantorClaim.objects.open().filter(borrower__in=ids)
    return list(found.select_related("guarantor__user", "borrower__user", "charge__recourse__loan").order_by("pk"))


def _pay(
    claims: list[GuarantorClaim], amount: Decimal, source: int, slip: str, narration: str, *, by: User | None, on: date,
    at: datetime,
) -> list[ClaimPayment]:  # fmt: skip
    by_key = {claim.pk: claim for claim in claims}
    shares = {pk: share for pk, share in shared(amount, {pk: one.left for pk, one in by_key.items()}).items() if share}
    to: dict[int, Decimal] = defaultdict(lambda: NOTHING)
    for pk, share in shares.items():
        to[by_key[pk].guarantor.savings_account_id] += share
    borrower = claims[0].borrower
    entry = post_entry(
        reference=slip,
        kind=postings.CLAIM_REPAID,
        narration=f"{borrower.name} pays guarantors back: {narration}"[:200],
        on=on,
        lines=postings.claim_repaid(from_account_id=source, to=to),
        by=by,
    )
    payments = ClaimPayment.objects.bulk_create(
        ClaimPayment(claim=by_key[pk], amount=share, entry=entry, paid_on=on) for pk, share in shares.items()
    )
    record_many("loans.claim.repaid", by=by, at=at, subjects=[
        (one.claim, {"amount": one.amount, "slip": slip}) for one in payments
    ])  # fmt: skip
    messages.tell_of_claims_repaid(payments)
    settle_recourses(recourses={by_key[pk].charge.recourse_id for pk in shares}, by=by, on=on, at=at)
    return payments


@transaction.atomic
def settle_recourses(*, recourses: Iterable[int] | None = None, by: User | None, on: date, at: datetime) -> int:
    """End recourses after which nobody owes anybody: the loan is paid back, and so is everybody who paid for it.

    Without `recourses` all of them are looked at, as the nightly job does. Returns how many ended.
    """
    over = Recourse.objects.open().exclude(loan__status=LoanStatus.ACTIVE)
    over = over.exclude(charges__claim__in=GuarantorClaim.objects.open())
    if recourses is not None:
        over = over.filter(pk__in=recourses)
    ended = transition_many(
        Recourse.objects.filter(pk__in=list(over.values_list("pk", flat=True))), RecourseStatus.SETTLED, by=by, at=at,
        ended_on=on, why_ended=f"Nothing was owed any more on {dmy(on)}.",
    )  # fmt: skip
    return len(ended)
