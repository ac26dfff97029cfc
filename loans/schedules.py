"""The days on which a loan that is given now is paid back, and its instalments. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.due_dates import OffDay, due_dates_every, first_pay_day, monthly_due_dates, moved_off
from engine.schedules import Frequency
from loans.eligibility import Quote, Rules, quote
from loans.eligibility.cost import DAYS_BETWEEN, periods


@dataclass(frozen=True, slots=True)
class PayDays:
    """When an employer pays: on `pay_day` of the month, deducting for what was told by `cut_off_day` of it.

    `off_days` says where a day goes that is a weekend or one of the `holidays`.
    """

    pay_day: int
    cut_off_day: int
    off_days: OffDay = OffDay.STAYS
    holidays: frozenset[date] = frozenset()

    def first(self, payable_on: date, frequency: str = Frequency.MONTHLY) -> date:
        """The first day on which a loan can be paid back that can be paid out from a day on."""
        return self.due_dates(payable_on, 1, frequency)[0]

    def due_dates(self, payable_on: date, count: int, frequency: str = Frequency.MONTHLY) -> Sequence[date]:
        """All due days of such a loan: pay days, or for weekly and fortnightly loans the same day of the week."""
        every = DAYS_BETWEEN.get(Frequency(frequency))
        if every:
            days = due_dates_every(every, payable_on + timedelta(days=every), count)
        else:
            first = first_pay_day(payable_on, self.pay_day, self.cut_off_day)
            days = monthly_due_dates(first, count, self.pay_day)
        moved = moved_off(days, self.off_days, self.holidays)
        if moved and moved[0] <= payable_on:
            # A first day that was moved back onto the payout itself: begin one period later.
            return self.due_dates(payable_on + timedelta(days=1), count, frequency)
        return moved


def quote_from(
    rules: Rules, amount: Decimal, term_months: int, *, pay_days: PayDays, payable_on: date
) -> Quote:  # fmt: skip
    """What an amount in naira costs, with its instalments on their days, if it is paid out on a day.

    `rules` have one rate (`loans.eligibility.rated`).
    """
    count = periods(rules.frequency, term_months)
    due_dates = pay_days.due_dates(payable_on, count, rules.frequency)
    return quote(rules, amount, term_months, starts_on=payable_on, due_dates=due_dates)
