"""The nights of the practice society: how its loans stand, so that the reports have something to show."""

from datetime import timedelta

from loans.services.arrears import refresh_arrears
from portal.practice.moments import TODAY, at


def work_out_arrears() -> None:
    """Last night and tonight: the first of them is over, so a provision can be posted for it."""
    for day in (TODAY - timedelta(days=1), TODAY):
        refresh_arrears(as_of=day, at=at(day.day))
