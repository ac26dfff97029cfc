"""Telling a member what pays his loan off until a day, so that he can find the money and hold us to the figure."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit.services import record
from core.display import dmy
from core.serials import next_serial
from loans.errors import NotRunning, QuoteDay
from loans.models import Loan, SettlementQuote
from loans.selectors.quotes import MOST_DAYS, figures_of, first_day, pay_off_on
from loans.services.books import lock_loans
from loans.states import LoanStatus
from users.models import User


@transaction.atomic
def make_quote(*, loan: Loan, valid_until: date, by: User, on: date, at: datetime) -> SettlementQuote:
    """Keep what pays a loan off until a day as the loan stands now, under the year's next number of a quote.

    The figure is that of the last day; whoever pays earlier may owe less, and then the rest is his.
    Raises NotRunning, and QuoteDay when the day is in the past, before a payment that is recorded, or too far ahead.
    """
    loan = lock_loans([loan.pk])[loan.pk]
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing pays it off.")
    first = first_day(loan, on)
    if not 0 <= (valid_until - first).days <= MOST_DAYS:
        raise QuoteDay(f"Choose a day from {dmy(first)}, at most {MOST_DAYS} days ahead.")
    told = pay_off_on(loan, on=valid_until, made_on=first)
    quote = SettlementQuote.objects.create(
        number=f"QUO/{on.year}/{next_serial('quote', on.year):04d}", loan=loan, made_on=on, valid_until=valid_until,
        amount=told.total, figures=figures_of(told), made_by=by, made_at=at,
    )  # fmt: skip
    record("loans.quote.made", by=by, subject=quote, at=at, loan=loan.serial, amount=quote.amount, until=valid_until)
    return quote
