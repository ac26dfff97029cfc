"""When the members of an employer are paid."""

from __future__ import annotations

from core.models import Holiday
from engine.due_dates import OffDay
from loans.schedules import PayDays
from members.models import Employer, OffDayRule

OFF_DAYS = {
    OffDayRule.NONE: OffDay.STAYS,
    OffDayRule.NEXT: OffDay.NEXT,
    OffDayRule.PREVIOUS: OffDay.PREVIOUS,
}


def pay_days_of(employer: Employer) -> PayDays:
    """The employer's pay days; holidays are read only where he moves them."""
    moves = employer.off_day_rule != OffDayRule.NONE
    return PayDays(
        employer.pay_day,
        employer.cut_off_day,
        OFF_DAYS[employer.off_day_rule],
        frozenset(Holiday.objects.values_list("day", flat=True)) if moves else frozenset(),
    )
