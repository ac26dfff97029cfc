"""The ledger's verbs: open accounts, post and reverse entries, place and release holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction

from core.sql import load_sql
from ledger.entries import Draft, Line
from ledger.errors import AlreadyReversed, BelowFloor, HoldReleased, NotEnoughFree, ReferenceReused
from ledger.models import Account, AccountBalance, Hold, JournalEntry, JournalLine

POST_ENTRIES = load_sql("ledger", "post_entries")
BULK = 20_000


def post_entry(
    *,
    reference: str,
    kind: str,
    narration: str,
    on: date,
    lines: Sequence[Line],
    by: AbstractBaseUser | None,
    batch: str = "",
    reverses: JournalEntry | None = None,
) -> JournalEntry:
    """Put one entry in the books, or return the entry that the same reference posted before.

    `on` is the day on which it counts. Raises UnbalancedEntry, BelowFloor when an
    account may not go that low or has the money held, and ReferenceReused when the
    reference was used for something else.
    """
    draft = Draft(reference, kind, narration, on, tuple(lines), batch, reverses.pk if reverses else None)
    entry_id = post_entries(drafts=[draft], by=by)[reference]
    return JournalEntry(
        pk=entry_id,
        reference=reference,
        kind=kind,
        narration=narration,
        batch=batch,
        effective_on=on,
        posted_by_id=by.pk if by else None,
        reverses=reverses,
    )


def post_entries(*, drafts: Sequence[Draft], by: AbstractBaseUser | None) -> dict[str, int]:
    """Put many entries in the books in few statements; returns the id of each by its reference.

    All or none of them are posted. Entries whose reference is in the books already, with
    the same lines and date, are left as they are, so a chunk may be posted again.
    """
    for draft in drafts:
        draft.check()
    posted: dict[str, int] = {}
    with transaction.atomic():
        for start in range(0, len(drafts), BULK):
            chunk = drafts[start : start + BULK]
            posted.update(_insert(chunk, by))
            if len(posted) < start + len(chunk):
                posted.update(_posted_before([draft for draft in chunk if draft.reference not in posted]))
    return posted


def _insert(drafts: Sequence[Draft], by: AbstractBaseUser | None) -> dict[str, int]:
    lines = [(number, line) for number, draft in enumerate(drafts, 1) for line in draft.lines]
    arguments = [
        [draft.reference for draft in drafts],
        [draft.request_hash() for draft in drafts],
        [draft.kind for draft in drafts],
        [draft.narration for draft in drafts],
        [draft.batch for draft in drafts],
        [draft.effective_on for draft in drafts],
        [draft.reverses_id for draft in drafts],
        by.pk if by else None,
        [number for number, _ in lines],
        [line.account_id for _, line in lines],
        [line.debit for _, line in lines],
        [line.credit for _, line in lines],
        [line.narration for _, line in lines],
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(POST_ENTRIES, arguments)
            return dict(cursor.fetchall())
    except IntegrityError as refused:
        raise _in_words(refused) from refused


def _posted_before(drafts: Sequence[Draft]) -> dict[str, int]:
    known = {
        reference: (pk, bytes(digest))
        for pk, reference, digest in JournalEntry.objects.filter(
            reference__in=[draft.reference for draft in drafts]
        ).values_list("pk", "reference", "request_hash")
    }
    for draft in drafts:
        if known[draft.reference][1] != draft.request_hash():
            raise ReferenceReused(f"{draft.reference} is in the books already with other figures. Nothing was posted.")
    return {draft.reference: known[draft.reference][0] for draft in drafts}


def _in_words(refused: IntegrityError) -> Exception:
    """The database's refusal as the sentence that a person can act on; any other is a bug and stays itself."""
    constraint = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None)
    if constraint == "ledger_balance_not_below_floor":
        return BelowFloor("There is not enough money on the account for this. Nothing was posted.")
    if constraint == "ledger_held_within_balance":
        return BelowFloor("Part of this money is held for a loan. Nothing was posted.")
    if constraint == "ledger_journalentry_reverses_id_key":
        return AlreadyReversed("This entry was reversed before. Nothing was posted.")
    return refused


@transaction.atomic
def reverse_entry(
    *, entry: JournalEntry, reference: str, reason: str, on: date, by: AbstractBaseUser | None, batch: str = ""
) -> JournalEntry:
    """Put an entry in the books that mirrors another one, line by line, on the day `on`.

    Raises AlreadyReversed for an entry that was reversed, and for a reversal.
    """
    if entry.reverses_id or JournalEntry.objects.filter(reverses=entry).exclude(reference=reference).exists():
        raise AlreadyReversed(f"{entry.reference} was reversed before, or is itself a reversal.")
    mirror = mirror_of(entry=entry, reference=reference, reason=reason, on=on, batch=batch)
    return JournalEntry.objects.get(pk=post_entries(drafts=[mirror], by=by)[reference])


def mirror_of(*, entry: JournalEntry, reference: str, reason: str, on: date, batch: str = "") -> Draft:
    """The mirror of an entry, to be posted in one statement with what takes its place: no balance falls in between."""
    return Draft(
        reference, f"{entry.kind}.reversed"[:60], f"Reversal: {reason}"[:200], on,
        tuple(Line(*row).mirrored() for row in _lines_of(entry)), batch, entry.pk,
    )  # fmt: skip


@transaction.atomic
def reverse_entries(
    *, entries: Iterable[JournalEntry], prefix: str, reason: str, on: date, by: AbstractBaseUser | None, batch: str = ""
) -> int:
    """Mirror many entries at once; each reversal's reference is `prefix` + the entry's own. Returns how many."""
    entries = list(entries)
    lines: dict[int, list[Line]] = {entry.pk: [] for entry in entries}
    for entry_id, *row in (
        JournalLine.objects.filter(entry_id__in=lines)
        .order_by("id")
        .values_list("entry_id", "account_id", "debit", "credit", "narration")
    ):
        lines[entry_id].append(Line(*row).mirrored())
    if any(entry.reverses_id for entry in entries):
        raise AlreadyReversed("A reversal cannot be reversed: post the event again.")
    drafts = [
        Draft(
            f"{prefix}{entry.reference}",
            f"{entry.kind}.reversed"[:60],
            f"Reversal: {reason}"[:200],
            on,
            tuple(lines[entry.pk]),
            batch,
            entry.pk,
        )
        for entry in entries
    ]
    post_entries(drafts=drafts, by=by)
    return len(drafts)


def _lines_of(entry: JournalEntry) -> Iterable[tuple[int, Decimal, Decimal, str]]:
    return entry.lines.order_by("id").values_list("account_id", "debit", "credit", "narration")


def account(code: str) -> Account:
    """The account with this code; there is one for every code in `ledger.chart`."""
    return Account.objects.get(code=code)


def accounts_by_code(*codes: str) -> dict[str, int]:
    """The ids of general accounts, in one query."""
    found = dict(Account.objects.filter(code__in=codes).values_list("code", "pk"))
    missing = set(codes) - set(found)
    if missing:
        raise Account.DoesNotExist(f"The chart has no account {', '.join(sorted(missing))}.")
    return found


def open_sub_accounts(*, under: Account, owners: Sequence[tuple[str, str]]) -> list[Account]:
    """Open one sub-account for each (key, name) under a control account; its code is `control.key`."""
    return Account.objects.bulk_create(
        [
            Account(
                code=f"{under.code}.{key}",
                name=f"{under.name}: {name}"[:160],
                kind=under.kind,
                normal_side=under.normal_side,
                control=under,
            )
            for key, name in owners
        ]
    )


def lock_accounts(*, ids: Iterable[int]) -> dict[int, AccountBalance]:
    """Lock the stored balances of these accounts, by id, and return them as they stand now.

    Take all accounts of an operation in one call: two operations that lock in the same
    order never wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, balance, held FROM ledger_lock_accounts(%s::bigint[])", [sorted(set(ids))])
        return {
            pk: AccountBalance(account_id=pk, balance=balance, held=held) for pk, balance, held in cursor.fetchall()
        }


def place_hold(
    *, account_id: int, amount: Decimal, purpose: str, reference: str, by: AbstractBaseUser | None, at: datetime
) -> Hold:
    """Hold `amount` naira of an account's free balance; raises NotEnoughFree when it is not there."""
    return place_holds(
        holds=[
            Hold(
                account_id=account_id,
                amount=amount,
                purpose=purpose,
                reference=reference,
                placed_at=at,
                placed_by_id=by.pk if by else None,
            )
        ]
    )[0]


def place_holds(*, holds: Sequence[Hold]) -> list[Hold]:
    """Place many holds in one statement; all or none of them."""
    try:
        with transaction.atomic():
            return Hold.objects.bulk_create(holds)
    except IntegrityError as refused:
        if getattr(refused.__cause__.diag, "constraint_name", None) == "ledger_held_within_balance":
            raise NotEnoughFree("There is not enough free savings for this. Choose a smaller amount.") from refused
        raise


def release_hold(*, hold: Hold, by: AbstractBaseUser | None, at: datetime) -> None:
    """Free what was held; raises HoldReleased when that was done before."""
    if release_holds(holds=Hold.objects.filter(pk=hold.pk), by=by, at=at) != 1:
        raise HoldReleased("This hold was released before.")
    hold.released_at, hold.released_by_id = at, by.pk if by else None


def release_holds(*, holds, by: AbstractBaseUser | None, at: datetime) -> int:
    """Free all live holds of a queryset in one statement; returns how many there were."""
    return holds.live().update(released_at=at, released_by_id=by.pk if by else None)
