"""Money that is found late, of a day before a loan was paid back: the loan was paid back no later for it.

Where a payment made the loan shorter or its instalments smaller it may be: the schedule is then another one. Late
money that would open a loan again is not taken in (`loans/services/repayments`).
"""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.schedules import Method
from engine.servicing import Paid, Use, accrue, pay_off, replay
from engine.tests.test_servicing import START, a_loan, paid

DAYS = st.integers(1, 420).map(lambda days: START + timedelta(days=days))
AMOUNTS = st.decimals("100", "60000", places=2)


@settings(max_examples=300, deadline=None)
@given(
    method=st.sampled_from([Method.LEVEL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.FLAT]),
    before=st.lists(st.tuples(DAYS, AMOUNTS), max_size=4), closing=DAYS, day=DAYS, amount=AMOUNTS,
)  # fmt: skip
def test_money_of_an_earlier_day_never_opens_a_loan_that_is_paid_back(method, before, closing, day, amount):
    loan = a_loan(method=method)
    events = [paid(on, sum_, key=number) for number, (on, sum_) in enumerate(before) if on < closing]
    events.sort(key=lambda event: event.on)
    position, _ = replay(loan, events)
    if position.is_closed or day >= closing:
        return
    accrue(position, closing - timedelta(days=1))
    events.append(paid(closing, pay_off(position, closing).total, key="closing"))
    assert replay(loan, events)[0].is_closed
    found = Paid(key="found", on=day, amount=Decimal(amount), use=Use.AHEAD)
    told, effects = replay(loan, sorted([*events, found], key=lambda event: event.on))
    assert told.is_closed
    assert closed_on([*events, found], effects) <= closing
    assert sum((one.surplus for one in effects), Decimal(0)) >= 0


def closed_on(events, effects) -> date:
    closing = next(effect.key for effect in effects if effect.closes)
    return next(event.on for event in events if event.key == closing)
