"""Income that was known before it was earned: earned on its due days, once per loan and day, set by set."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from core.display import dmy
from core.sql import load_sql
from ledger.entries import Draft
from ledger.services import post_entries
from loans import postings
from loans.models import DeferredIncome, InterestMethod
from loans.services.accounts import payout_accounts

GIVE_BACK = load_sql("loans", "give_back_deferred")
DEFER_AGAIN = load_sql("loans", "defer_again")
TO_EARN = load_sql("loans", "deferred_to_earn")
MARK_EARNED = load_sql("loans", "mark_earned")
WORDS = {InterestMethod.MURABAHA: "Profit on goods sold", InterestMethod.FLAT_UPFRONT: "Interest taken at the start"}


@transaction.atomic
def earn_deferred(*, on: date) -> Decimal:
    """Earn all that is due by a day and was not earned, in a few statements whatever the number of loans; naira earned.

    Each day of each kind is one entry, on that day. A loan that was paid off early earns the rest on the day when it
    was closed; what of a profit was not asked for, because the loan was paid off early or written off, is never
    earned. Nothing is earned after the last due day, for there is nothing left. A second run finds nothing. A loan
    whose end was taken back is put as if it had never ended, by the day of the run.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('loans.earn_deferred', 0))")
        cursor.execute(DEFER_AGAIN, {"on": on})
        again = cursor.fetchall()
        cursor.execute(GIVE_BACK)
        cursor.execute(TO_EARN, {"on": on})
        rows = cursor.fetchall()
    groups: dict[tuple[date, str], list[tuple[int, Decimal, Decimal]]] = defaultdict(list)
    for pk, method, earned_on, earned, given_back in rows:
        groups[earned_on, method].append((pk, earned, given_back))
    accounts = payout_accounts()
    drafts = [
        Draft(
            f"deferred-again/{day}/{method}/{first}", postings.INCOME_DEFERRED_AGAIN,
            f"{WORDS[method]}, not yet earned after all", day,
            postings.income_deferred_again(method=method, accounts=accounts, earned=earned, given_back=given_back),
        )
        for method, day, earned, given_back, first in again
    ]  # fmt: skip
    reference_of = {}
    for (earned_on, method), parts in sorted(groups.items()):
        reference = f"earned/{earned_on}/{method}/{parts[0][0]}"
        reference_of |= dict.fromkeys([pk for pk, _, _ in parts], reference)
        drafts.append(
            Draft(
                reference, postings.INCOME_EARNED, f"{WORDS[method]}, {dmy(earned_on)}", earned_on,
                postings.income_earned(
                    method=method, accounts=accounts, earned=sum(earned for _, earned, _ in parts),
                    given_back=sum(given for _, _, given in parts),
                ),
            )
        )  # fmt: skip
    entries = post_entries(drafts=drafts, by=None)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(MARK_EARNED, [list(reference_of), [entries[name] for name in reference_of.values()]])
    return sum((earned for _, _, _, earned, _ in rows), Decimal("0.00"))


def unearned() -> Decimal:
    """What all loans together have still to earn, in naira."""
    return sum(DeferredIncome.objects.filter(entry__isnull=True).values_list("amount", flat=True), Decimal("0.00"))
