from datetime import UTC, date, datetime

import pytest

from core import dates
from core.models import PracticeClock


@pytest.fixture
def real_now(monkeypatch):
    """An hour before midnight in London is the next day in Lagos."""
    monkeypatch.setattr(dates.timezone, "now", lambda: datetime(2026, 10, 26, 23, 30, tzinfo=UTC))


def test_the_business_date_is_the_day_in_lagos(db, real_now):
    assert dates.business_date() == date(2026, 10, 27)


def test_the_practice_site_can_stop_move_and_release_its_date(db, settings, real_now):
    settings.PRACTICE = True
    assert dates.business_date() == date(2026, 10, 27)
    dates.freeze_business_date(on=date(2026, 10, 26))
    assert dates.business_date() == date(2026, 10, 26)
    assert dates.move_business_date(days=31) == date(2026, 11, 26)
    dates.release_business_date()
    assert dates.business_date() == date(2026, 10, 27)


def test_a_real_site_takes_no_notice_of_a_practice_clock_and_cannot_set_one(db, settings, real_now):
    settings.PRACTICE = False
    PracticeClock.objects.create(frozen_on=date(2020, 1, 1))
    assert dates.business_date() == date(2026, 10, 27)
    for attempt in (
        lambda: dates.freeze_business_date(on=date(2026, 1, 1)),
        lambda: dates.move_business_date(days=1),
        dates.release_business_date,
    ):
        with pytest.raises(dates.NotThePracticeSite):
            attempt()
