"""What stays held for a running loan, as it is paid back: promises that fall, end, or stand again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from audit.services import record_many
from core.display import naira
from engine.holds import HoldPolicy, Pledge, own_covers, still_needed
from ledger.models import AccountBalance, Hold, HoldPurpose
from ledger.services import lock_accounts, place_holds, release_holds
from loans.models import Guarantee, Loan, OwnCover
from loans.states import LoanStatus
from notifications.services import Notice, notify_many
from users.models import User
from users.roles import Role

NOTHING = Decimal("0.00")
CHUNK = 500


@dataclass(slots=True)
class _Change:
    """A promise before and after; amounts in naira."""

    guarantee: Guarantee
    needed_before: Decimal
    held_before: Decimal
    held: Decimal


def policy_of(loan: Loan) -> HoldPolicy:
    """When promises for a loan end: its product's rule on the day of granting."""
    return HoldPolicy(loan.version.hold_policy) if loan.version_id else HoldPolicy.UNTIL_CLOSED


@transaction.atomic
def settle_holds(*, loan_ids: Iterable[int], by: User | None, at: datetime) -> int:
    """Hold for each loan what its product's rule still asks for, in few statements whatever the number of loans.

    After a payment holds fall, or end where the borrower's own savings carry the loan: then as much of his own is
    held. After a payment that was taken back a promise stands again as far as the guarantor's free savings reach; the
    rest is uncovered, and he and the loan officers are told. Holds never change: each is released and placed anew.
    The loans are locked by the caller, and `closures.accounts_of_guarantors` too where he locks savings himself.
    Returns how many promises changed.
    """
    rows = _promises(list(loan_ids))
    covers = {row.loan_id: cover for row in rows if (cover := _live_cover(row.loan))}
    moves = any(policy_of(row.loan) != HoldPolicy.UNTIL_CLOSED or row.freed for row in rows)
    if not covers and not moves:
        return 0
    balances = lock_accounts(ids=[
        *(row.guarantor.savings_account_id for row in rows),
        *(row.loan.member.savings_account_id for row in rows),
    ])  # fmt: skip
    changes, own = [], {}
    for loan, promises in groupby(rows, key=attrgetter("loan")):
        promises = list(promises)
        cover = covers.get(loan.pk)
        mine = balances[loan.member.savings_account_id].free + (cover.hold.amount if cover else NOTHING)
        needed = still_needed([_pledge(row) for row in promises], promises[0].principal, policy_of(loan), mine)
        carries = policy_of(loan) == HoldPolicy.UNTIL_OWN_SAVINGS and own_covers(promises[0].principal, mine)
        own[loan.pk] = promises[0].principal if carries else NOTHING
        changes += [_change(row, now) for row, now in zip(promises, needed, strict=True) if row.needed != now]
    _hold_own(rows, covers, own, balances, by=by, at=at)
    _hold_anew(changes, balances, by=by, at=at)
    return len(changes)


def sweep_holds(*, at: datetime, by: User | None = None, chunk: int = CHUNK) -> int:
    """Settle the holds of every running loan whose promises fall or end, in chunks of one transaction each.

    The nightly net under what each payment does, and what sees that a borrower's savings have grown. Not atomic.
    """
    falling = Guarantee.objects.live().filter(loan__status=LoanStatus.ACTIVE)
    ids = set(falling.exclude(loan__version__hold_policy=HoldPolicy.UNTIL_CLOSED).values_list("loan_id", flat=True))
    ids |= set(OwnCover.objects.filter(hold__released_at__isnull=True).values_list("pk", flat=True))
    ids = sorted(ids)
    changed = 0
    for start in range(0, len(ids), chunk):
        with transaction.atomic():
            some = ids[start : start + chunk]
            list(Loan.objects.filter(pk__in=some).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            changed += settle_holds(loan_ids=some, by=by, at=at)
    return changed


def _promises(loan_ids: Sequence[int]) -> list[Guarantee]:
    return list(
        Guarantee.objects.live().filter(loan__in=loan_ids, loan__status=LoanStatus.ACTIVE)
        .select_related("loan__version", "loan__member", "loan__own_cover__hold", "guarantor__user")
        .annotate(principal=F("loan__account__stored__balance"))
        .order_by("loan_id", "pk")
    )  # fmt: skip


def _live_cover(loan: Loan) -> OwnCover | None:
    cover = getattr(loan, "own_cover", None)
    return cover if cover and cover.hold and cover.hold.released_at is None else None


def _pledge(row: Guarantee) -> Pledge:
    return Pledge(row.amount, row.of_principal or row.loan.scheduled_principal, row.charged)


def _change(row: Guarantee, needed: Decimal) -> _Change:
    change = _Change(row, row.needed, row.held, min(row.held, needed))
    row.freed = row.amount - row.charged - needed
    return change


def _hold_own(
    rows: Sequence[Guarantee], covers: dict[int, OwnCover], own: dict[int, Decimal],
    balances: dict[int, AccountBalance], *, by: User | None, at: datetime,
) -> None:  # fmt: skip
    """Bring what is held of borrowers' own savings to what their loans owe; a loan that is over holds nothing."""
    loans = {row.loan_id: row.loan for row in rows}
    before = {pk: cover.hold.amount for pk, cover in covers.items()}
    wanted = {pk: own.get(pk, NOTHING) for pk in before | own}
    changed = [pk for pk, amount in wanted.items() if amount != before.get(pk, NOTHING)]
    if not changed:
        return
    release_holds(holds=Hold.objects.filter(own_cover__in=changed), by=by, at=at)
    known = {cover.pk: cover for cover in OwnCover.objects.filter(pk__in=changed)}
    placed = {}
    for pk in changed:
        cover = known.setdefault(pk, OwnCover(loan_id=pk))
        account_id = covers[pk].hold.account_id if pk in covers else loans[pk].member.savings_account_id
        balances[account_id].held += wanted[pk] - before.get(pk, NOTHING)
        if wanted[pk]:
            placed[pk] = Hold(
                account_id=account_id, amount=wanted[pk], purpose=HoldPurpose.OWN_LOAN,
                reference=f"loan/{pk}/own/after/{cover.hold_id or 0}", placed_at=at, placed_by=by,
            )  # fmt: skip
    place_holds(holds=list(placed.values()))
    for pk, hold in placed.items():
        known[pk].hold = hold
    OwnCover.objects.bulk_create(
        [known[pk] for pk in placed], update_conflicts=True, unique_fields=["loan"], update_fields=["hold"]
    )


def _hold_anew(
    changes: Sequence[_Change], balances: dict[int, AccountBalance], *, by: User | None, at: datetime
) -> None:  # fmt: skip
    """Release the holds of promises that changed and place what each needs now, as far as free savings reach."""
    if not changes:
        return
    release_holds(
        holds=Hold.objects.filter(guarantee__in=[one.guarantee.pk for one in changes if one.held_before]), by=by, at=at
    )
    for one in changes:
        balances[one.guarantee.guarantor.savings_account_id].held -= one.held_before - one.held
    placed = []
    for one in changes:
        row, savings = one.guarantee, balances[one.guarantee.guarantor.savings_account_id]
        more = min(max(row.needed - one.needed_before, NOTHING), max(savings.free, NOTHING))
        one.held += more
        savings.held += more
        row.uncovered = row.needed - one.held
        if one.held:
            row.hold = Hold(
                account_id=savings.account_id, amount=one.held, purpose=HoldPurpose.GUARANTEE,
                reference=f"guarantee/{row.pk}/after/{row.hold_id or 0}", placed_at=at, placed_by=by,
            )  # fmt: skip
            placed.append(row.hold)
    place_holds(holds=placed)
    Guarantee.objects.bulk_update([one.guarantee for one in changes], ["freed", "uncovered", "hold"])
    record_many("loans.guarantee.hold_changed", by=by, at=at, subjects=[
        (one.guarantee, {"held_before": one.held_before, "held": one.held, "uncovered": one.guarantee.uncovered})
        for one in changes
    ])  # fmt: skip
    _tell(changes, at)


def _tell(changes: Sequence[_Change], at: datetime) -> None:
    """A fall is on the guarantor's page; an end, and a promise that stands again, he is told as well."""
    notices, short = [], []
    for one in changes:
        row, user = one.guarantee, one.guarantee.guarantor.user
        event = f"loans.guarantee.hold:{row.pk}:{at.isoformat()}"
        if one.held > one.held_before or row.needed > one.needed_before:
            left = f" {naira(row.uncovered)} of it is not held: your savings do not reach." if row.uncovered else ""
            notices.append((user, event, f"{naira(row.needed)} of your promise for {row.loan.serial} stands again",
                f"A payment of {row.loan.member.name} was taken back, so more is owed on loan {row.loan.serial}. "
                f"{naira(one.held)} of your savings is held for it.{left}"))  # fmt: skip
            if row.uncovered:
                short.append(row)
        elif not row.needed:
            notices.append((user, event, f"Nothing of yours is held for loan {row.loan.serial} any more",
                f"{row.loan.member.name} has paid so much back that your promise is not needed now. "
                f"The {naira(one.held_before)} that was held is free again."))  # fmt: skip
    officers = list(User.objects.holding(Role.OFFICER).order_by("pk")) if short else []
    told = [
        Notice(user, event, subject, body, reverse("loans:guarantees"))
        for user, event, subject, body in notices
        if user is not None
    ]
    told += [
        Notice(
            officer, f"loans.guarantee.uncovered:{row.pk}:{at.isoformat()}",
            f"A promise for loan {row.loan.serial} is not covered",
            f"{row.guarantor.name} stands for {naira(row.needed)} of loan {row.loan.serial}. "
            f"{naira(row.uncovered)} of it is not held, because the savings do not reach.",
        )
        for row in short
        for officer in officers
    ]  # fmt: skip
    notify_many(notices=told)
