"""Shaped reads of the members' room: what a member has, and what of it is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from ledger.selectors import stored_balances
from members.models import Member

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Equity:
    """What a member has with the society, in naira. `held` is the part of his savings that he cannot draw."""

    savings: Decimal = NOTHING
    voluntary: Decimal = NOTHING
    christmas: Decimal = NOTHING
    shares: Decimal = NOTHING
    held: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.savings + self.voluntary + self.christmas + self.shares

    @property
    def free(self) -> Decimal:
        """Free savings: what he could promise for another member. Savings less what is held on them."""
        return self.savings - self.held


def equity(member: Member) -> Equity:
    """What one member has, in one query."""
    return equities([member])[member.pk]


def equities(members: Iterable[Member]) -> dict[int, Equity]:
    """What many members have, in one query, by the member's id."""
    members = list(members)
    ids = [
        pk
        for m in members
        for pk in (m.savings_account_id, m.voluntary_account_id, m.christmas_account_id, m.shares_account_id)
    ]
    stored = stored_balances(ids)
    return {
        m.pk: Equity(
            savings=stored[m.savings_account_id].balance,
            voluntary=stored[m.voluntary_account_id].balance,
            christmas=stored[m.christmas_account_id].balance,
            shares=stored[m.shares_account_id].balance,
            held=stored[m.savings_account_id].held,
        )
        for m in members
    }


def free_savings(members: Iterable[Member | int]) -> dict[int, Decimal]:
    """The free savings of many members, by the member's id, in one query."""
    ids = [getattr(member, "pk", member) for member in members]
    return dict(
        Member.objects.filter(pk__in=ids)
        .annotate(free=F("savings_account__stored__balance") - F("savings_account__stored__held"))
        .values_list("pk", "free")
    )
