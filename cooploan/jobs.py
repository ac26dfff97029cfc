"""What runs by itself, and when: the one table of recurring jobs.

A job is a function without arguments. It reads the clock, may be run twice for
the same day, and goes on where it stopped; each task takes less than a minute, or
queues others. Times are Lagos time, as cron writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

import loans.jobs
from cooploan.models import Heartbeat
from core.dates import business_date


@dataclass(frozen=True)
class RecurringJob:
    """One line of the table: a name that never changes, when it runs, and the function."""

    name: str
    cron: str
    function: str


RECURRING = (
    RecurringJob("heartbeat", "* * * * *", "cooploan.jobs.beat"),
    RecurringJob("deliver messages", "* * * * *", "notifications.jobs.deliver"),
    RecurringJob("release queued loans", "5 0 1 * *", "cooploan.jobs.release_queued_loans"),
    RecurringJob("earn deferred income", "10 0 * * *", "cooploan.jobs.earn_deferred_income"),
    RecurringJob("look after arrears", "20 * * * *", "cooploan.jobs.look_after_arrears"),
    RecurringJob("settle promises", "40 1 * * *", "cooploan.jobs.settle_promises"),
)


def release_queued_loans() -> None:
    """What waited for the new month's cap."""
    loans.jobs.release_queued_loans(on=business_date(), at=timezone.now())


def earn_deferred_income() -> None:
    """Interest that was taken at the start, and profit on goods, as their days come."""
    loans.jobs.earn_deferred_income(on=business_date(), at=timezone.now())


def settle_promises() -> None:
    """What guarantors' savings no longer need to hold, and recourses that are over."""
    loans.jobs.settle_promises(on=business_date(), at=timezone.now())


def look_after_arrears() -> None:
    """How every loan stands, and who is told of it."""
    loans.jobs.look_after_arrears(on=business_date(), at=timezone.now())


def beat() -> None:
    """Show that the whole way works: scheduler, queue, worker, database."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


@transaction.atomic
def sync_schedules() -> tuple[int, int]:
    """Make the scheduler's table say what RECURRING says; returns how many jobs there are and how many were removed."""
    names = [job.name for job in RECURRING]
    removed, _ = Schedule.objects.exclude(name__in=names).delete()
    for job in RECURRING:
        Schedule.objects.filter(name=job.name).exclude(func=job.function, cron=job.cron).delete()
        if not Schedule.objects.filter(name=job.name).exists():
            Schedule.objects.create(
                name=job.name, func=job.function, schedule_type=Schedule.CRON, cron=job.cron, repeats=-1
            )
    return len(names), removed
