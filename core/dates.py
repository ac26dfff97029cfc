"""The business date: the one place that reads the calendar."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from core.display import dmy
from core.errors import DomainError
from core.models import PracticeClock

LAGOS = ZoneInfo("Africa/Lagos")

# In sentences a date is said as it is drawn: `Fri 27 Nov 2026`.
spoken_date = dmy


class NotThePracticeSite(DomainError):
    """Raised when the date of a real society's site would be moved."""

    message = "Only the practice site can change its date."


def business_date() -> date:
    """The date on which business is done: today in Lagos, or the practice site's own date.

    Called in views, the API, jobs and commands only; services are given their dates.
    """
    today = timezone.localdate(timezone=LAGOS)
    if not settings.PRACTICE:
        return today
    clock = PracticeClock.objects.filter(pk=PracticeClock.ONLY).first()
    if clock is None:
        return today
    return clock.frozen_on or today + timedelta(days=clock.shifted_days)


def freeze_business_date(*, on: date) -> None:
    """Stop the practice site's calendar at one day, until it is moved again."""
    _refuse_unless_practice()
    PracticeClock.objects.update_or_create(pk=PracticeClock.ONLY, defaults={"frozen_on": on, "shifted_days": 0})


def release_business_date() -> None:
    """Let the practice site's calendar run with the real one again."""
    _refuse_unless_practice()
    PracticeClock.objects.filter(pk=PracticeClock.ONLY).delete()


def move_business_date(*, days: int) -> date:
    """Move the practice site's calendar on (or back) by whole days and return the new date."""
    _refuse_unless_practice()
    freeze_business_date(on=business_date() + timedelta(days=days))
    return business_date()


def _refuse_unless_practice() -> None:
    if not settings.PRACTICE:
        raise NotThePracticeSite()
