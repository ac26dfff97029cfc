"""Payments that were posted anew, because the story of their loan was told again after an entry that came late."""

from __future__ import annotations

from collections.abc import Iterable

from loans.models import Repayment


def standing_in_place_of(entry_ids: Iterable[int]) -> dict[int, Repayment]:
    """By the entries of payments that were mirrored: the payment that took the place of each and stands now."""
    gone = list(Repayment.objects.filter(entry__in=list(entry_ids), reversed_by_entry__isnull=False))
    if not gone:
        return {}
    loans = {one.loan_id for one in gone}
    stands = {
        _base(one): one for one in Repayment.objects.filter(loan__in=loans, reversed_by_entry__isnull=True)
    }  # fmt: skip
    return {one.entry_id: stands[_base(one)] for one in gone if _base(one) in stands}


def _base(repayment: Repayment) -> tuple[int, str]:
    return repayment.loan_id, repayment.reference.partition("#")[0]
