"""When things happened in the practice society: no clock is read, so every seed tells the same story."""

from datetime import date, datetime

from core.dates import LAGOS

BOOKS_AS_AT = date(2026, 9, 30)
TODAY = date(2026, 10, 26)
MONTH = date(2026, 10, 1)


def october(day: int) -> date:
    return date(2026, 10, day)


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of October 2026, in Lagos."""
    return datetime(2026, 10, day, hour, minute, tzinfo=LAGOS)
