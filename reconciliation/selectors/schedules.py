"""Schedules with their figures, and which of them wait for their return."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from members.models import Employer
from reconciliation.models import DeductionItem, DeductionLine, DeductionSchedule, Remittance
from reconciliation.states import ScheduleStatus

NOTHING = Decimal("0.00")


def listed_schedules() -> QuerySet[DeductionSchedule]:
    """Schedules that are drafts or in force, and replaced ones that went out; the newest month first."""
    return (
        DeductionSchedule.objects.exclude(status=ScheduleStatus.REPLACED, number__isnull=True)
        .select_related("employer", "prepared_by")
        .annotate(members=Count("lines"), has_return=_has_return())
        .order_by("-month", "employer__name", "-version")
    )


def _has_return() -> Exists:
    return Exists(Remittance.objects.standing().filter(schedule=OuterRef("pk")))


def awaiting_return() -> QuerySet[DeductionSchedule]:
    """Issued schedules for which no return stands, the newest month first."""
    return (
        DeductionSchedule.objects.issued()
        .filter(~_has_return())
        .select_related("employer")
        .order_by("-month", "employer__name")
    )


def employers() -> QuerySet[Employer]:
    return Employer.objects.order_by("name")


def schedule_figures(schedule: DeductionSchedule) -> dict[str, Any]:
    """What a schedule asks for, by what it is for; the parts add up to its total."""
    return schedule.lines.aggregate(
        members=Count("pk"), savings=Sum("savings", default=NOTHING), christmas=Sum("christmas", default=NOTHING),
        loans=Sum("loans", default=NOTHING), total=Sum("total", default=NOTHING),
    )  # fmt: skip


def schedule_lines(schedule: DeductionSchedule) -> QuerySet[DeductionLine]:
    return schedule.lines.select_related("member").order_by("member__number")


def items_of(line: DeductionLine) -> QuerySet[DeductionItem]:
    """The instalments of which a member's loans on a schedule are made."""
    return line.items.select_related("loan__product", "installment").order_by("due_on", "loan_id")
