import sys
from datetime import date, datetime

import pytest
from django.urls import get_resolver
from django.utils import timezone

from core import dates

FIRST_DAY = date(2026, 11, 2)


class Calendar:
    """The day on which a journey stands, for the business date and for every moment that a page writes down."""

    def __init__(self, day: date):
        self.day = day

    def turn_to(self, month: int, day: int, year: int = FIRST_DAY.year) -> date:
        self.day = date(year, month, day)
        return self.day

    def localdate(self, timezone=None) -> date:
        return self.day

    def now(self) -> datetime:
        """The time of the clock on that day: a journey that takes a minute writes down a minute."""
        return datetime.combine(self.day, timezone.localtime(timezone=dates.LAGOS).timetz())


@pytest.fixture
def calendar(monkeypatch) -> Calendar:
    """Every page and the worker stand on this calendar, in every thread; sessions and codes go by the real clock."""
    get_resolver().url_patterns  # every room's views are loaded  # noqa: B018
    calendar = Calendar(FIRST_DAY)
    monkeypatch.setattr(dates, "timezone", calendar)
    for name, module in list(sys.modules.items()):
        if (".views" in name or ".jobs" in name) and getattr(module, "now", None) is timezone.now:
            monkeypatch.setattr(module, "now", calendar.now)
    return calendar
