"""The schedule of a loan that is given now: which engine terms, and from which pay day. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from engine.due_dates import first_pay_day, monthly_due_dates
from engine.schedules import Line, ScheduleTerms, build_schedule
from loans.eligibility.cost import METHODS
from loans.models import ProductVersion

# Pay offices take changes for a month's salaries until about the middle of it: a loan registered later is first
# deducted in the month after.
CUT_OFF_DAY = 15


def schedule(
    version: ProductVersion, amount: Decimal, term_months: int, *, pay_day: int, payable_on: date
) -> list[Line]:  # fmt: skip
    """The instalments of `amount` naira over a term on a product's rules, if it can be paid out from a day on."""
    return build_schedule(
        ScheduleTerms(
            principal=amount,
            rate_percent=version.annual_rate_percent,
            term=term_months,
            method=METHODS[version.method],
            first_due_on=first_due_on(payable_on, pay_day),
            due_day=pay_day,
        )
    )


def first_due_on(payable_on: date, pay_day: int) -> date:
    """The first pay day on which the employer can deduct for a loan that can be paid out from a day on."""
    return first_pay_day(payable_on, pay_day, CUT_OFF_DAY)


def due_dates(payable_on: date, pay_day: int, count: int) -> Sequence[date]:
    """All due days of such a loan."""
    return monthly_due_dates(first_due_on(payable_on, pay_day), count, pay_day)
