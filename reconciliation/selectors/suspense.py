"""Money in suspense by its age, and whose it may be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from members.models import Member
from reconciliation.models import SuspenseItem
from reconciliation.states import SuspenseStatus

NOTHING = Decimal("0.00")


def in_suspense(*, cleared: bool = False) -> QuerySet[SuspenseItem]:
    """What waits in suspense, oldest first; or what was cleared, latest first."""
    items = SuspenseItem.objects.select_related("line__remittance__schedule__employer", "member", "proposed_by")
    if cleared:
        return items.filter(status=SuspenseStatus.CLEARED).select_related("cleared_by").order_by("-cleared_at", "-pk")
    return items.open().order_by("opened_on", "pk")


def open_suspense() -> QuerySet[SuspenseItem]:
    """What waits in suspense, oldest first."""
    return in_suspense()


def owners(words: str) -> QuerySet[Member]:
    """Members of any employer whom these words mean."""
    return Member.objects.active().search(words).select_related("employer").order_by("number")


def suspense_figures() -> dict[str, Any]:
    """How much waits in suspense, since when, and how much of it has an owner proposed; in one query."""
    proposed = Q(member__isnull=False)
    return SuspenseItem.objects.open().aggregate(
        lines=Count("pk"), total=Sum("amount", default=NOTHING), oldest=Min("opened_on"),
        proposed_lines=Count("pk", filter=proposed),
        proposed_total=Sum("amount", filter=proposed, default=NOTHING),
    )  # fmt: skip
