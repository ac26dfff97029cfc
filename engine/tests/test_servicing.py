"""A loan's story: whatever happens, every kobo is somewhere, and the order in which it is told does not matter."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.allocation import Element
from engine.arrears import assess
from engine.due_dates import monthly_due_dates
from engine.errors import BadDates, BadTerms
from engine.instalments import Instalment
from engine.money import ZERO, percent_of, split
from engine.schedules import Method, ScheduleTerms, build_schedule
from engine.servicing import (
    Holiday,
    NewTerms,
    Paid,
    PenaltyBase,
    PenaltyTerms,
    Rules,
    Use,
    Waived,
    WrittenOff,
    accrue,
    advance,
    begin,
    late_days,
    pay_off,
    replay,
)
from engine.settlement import Rebate, RunningMonth

START = date(2026, 1, 10)
FIRST = date(2026, 1, 28)


def a_loan(principal="120000", term=12, method=Method.LEVEL_INSTALMENT, rate="12", **rules):
    """A loan paid out on 10 January 2026, its instalments on the 28th of each month."""
    terms = ScheduleTerms(
        principal=Decimal(principal), rate_percent=Decimal(rate), term=term, method=method,
        due_dates=None if method is Method.BULLET else monthly_due_dates(FIRST, term, 28),
        first_due_on=FIRST if method is Method.BULLET else None,
    )  # fmt: skip
    return begin(
        Rules(principal=Decimal(principal), rate_percent=Decimal(rate), started_on=START, method=method, due_day=28,
              **rules),
        build_schedule(terms),
    )  # fmt: skip


def paid(on, amount, use=Use.AHEAD, key=None):
    return Paid(key=key or f"{on}", on=on, amount=Decimal(amount), use=use)


def as_instalments(position):
    return [
        Instalment(
            number=number, due_on=row.due_on, principal=row.principal, interest=row.interest - row.interest_waived,
            fee=row.fee, principal_paid=row.principal_paid, interest_paid=row.interest_paid, fee_paid=row.fee_paid,
        )
        for number, row in enumerate(position.rows, 1)
    ]  # fmt: skip


# Paying ---------------------------------------------------------------------------------------------------------------


def test_a_payment_pays_the_oldest_instalment_first_and_interest_before_principal():
    position = a_loan()
    effect = advance(position, paid(date(2026, 1, 28), "1500"))
    assert (effect.interest, effect.principal, effect.surplus) == (Decimal(1200), Decimal(300), ZERO)
    assert position.rows[0].left == Decimal("10661.85") - 1500


def test_money_that_comes_early_pays_the_next_instalments():
    position = a_loan()
    effect = advance(position, paid(date(2026, 1, 28), "15000"))
    assert [share.place for share in effect.shares] == [0, 1]
    assert effect.applied == 15000


def test_a_token_payment_does_not_cure_arrears_and_no_due_date_moves():
    position = a_loan()
    before = [row.due_on for row in position.rows]
    day = date(2026, 4, 30)
    late = assess(as_instalments(position), day).days_past_due
    advance(position, paid(day, "1"))
    assert assess(as_instalments(position), day).days_past_due == late == (day - FIRST).days
    assert [row.due_on for row in position.rows] == before


def test_by_element_all_interest_due_is_paid_before_any_principal():
    position = a_loan(by_element=True)
    effect = advance(position, paid(date(2026, 2, 28), "2500"))
    assert (effect.interest, effect.principal) == (Decimal("2305.38"), Decimal("194.62"))


def test_principal_first_when_the_society_says_so():
    order = (Element.PRINCIPAL, Element.INTEREST, Element.FEE, Element.PENALTY)
    effect = advance(a_loan(elements=order), paid(date(2026, 1, 28), "1500"))
    assert (effect.principal, effect.interest) == (Decimal(1500), ZERO)


# More than is due -----------------------------------------------------------------------------------------------------


def test_money_on_top_shortens_the_loan_and_leaves_the_instalment_as_it_was():
    position = a_loan()
    effect = advance(position, paid(FIRST, "40661.85", Use.SHORTER))
    to_come = [row for row in position.rows if row.left]
    assert effect.reshaped
    assert position.rows[1].is_extra
    assert position.rows[1].principal == Decimal(30000)
    assert len(to_come) == 8
    assert {row.principal + row.interest for row in to_come[:-1]} == {Decimal("10661.85")}
    assert to_come[-1].due_on == date(2026, 9, 28)


def test_money_on_top_makes_the_instalment_smaller_and_leaves_the_end_as_it_was():
    position = a_loan()
    advance(position, paid(FIRST, "40661.85", Use.SMALLER))
    to_come = [row for row in position.rows if row.left]
    sizes = {row.principal + row.interest for row in to_come[:-1]}
    assert len(to_come) == 11
    assert to_come[-1].due_on == date(2026, 12, 28)
    assert len(sizes) == 1
    assert sizes.pop() < Decimal("10661.85")


def test_in_a_month_that_has_begun_its_interest_stays_by_the_societys_policy():
    for policy, expected in [(RunningMonth.FULL, "1105.38"), (RunningMonth.NOTHING, "805.38")]:
        position = a_loan(running_month=policy)
        advance(position, paid(FIRST, "10661.85"))
        advance(position, paid(date(2026, 2, 10), "30000", Use.SMALLER))
        assert next(row for row in position.rows if row.left).interest == Decimal(expected)


@pytest.mark.parametrize("use", [Use.SHORTER, Use.SMALLER])
def test_a_fixed_charge_is_not_changed_by_money_on_top(use):
    position = a_loan(method=Method.FLAT)
    whole = sum(row.interest for row in position.rows)
    advance(position, paid(FIRST, "31200", use))
    assert sum(row.interest for row in position.rows) == whole
    left = [row for row in position.rows if row.left]
    assert len(left) == (11 if use is Use.SMALLER else 10)


# Holidays, new terms, waivers, write-off ------------------------------------------------------------------------------


def test_a_holiday_moves_the_tail_and_does_not_double_the_next_month():
    position = a_loan()
    before = [row.principal + row.interest for row in position.rows]
    advance(position, Holiday(key="h", on=date(2026, 3, 1), periods=3, interest_runs=False))
    assert [row.due_on for row in position.rows][:4] == [
        date(2026, 1, 28), date(2026, 2, 28), date(2026, 6, 28), date(2026, 7, 28)
    ]  # fmt: skip
    assert [row.principal + row.interest for row in position.rows] == before
    assert position.rows[-1].due_on == date(2027, 3, 28)


def test_interest_that_runs_on_in_a_holiday_is_spread_over_what_is_left():
    position = a_loan()
    for row in position.rows[:2]:
        advance(position, paid(row.due_on, row.left))
    owed, before = position.outstanding, [row.interest for row in position.rows]
    advance(position, Holiday(key="h", on=date(2026, 3, 1), periods=3))
    added = [row.interest - old for row, old in zip(position.rows, before, strict=True)]
    assert sum(added) == (owed * 3 / 100).quantize(Decimal("0.01"))
    assert max(added[2:]) - min(added[2:]) <= Decimal("0.01")


def test_new_terms_spread_what_is_owed_and_unpaid_interest_bears_none():
    position = a_loan()
    advance(position, paid(FIRST, "10661.85"))
    owed = position.outstanding
    unpaid = position.rows[1].interest + position.rows[2].interest
    advance(position, NewTerms(key="r", on=date(2026, 3, 30), instalments=24))
    ahead = [row for row in position.rows if row.left]
    assert len(ahead) == 24
    assert ahead[0].due_on == date(2026, 4, 28)
    assert sum(row.principal for row in ahead) == owed
    assert ahead[0].interest == percent_of(owed, 1) + split(unpaid, [1] * 24)[0]


def test_the_profit_of_a_sale_does_not_grow_with_more_time():
    position = a_loan(method=Method.MURABAHA)
    whole = sum(row.interest for row in position.rows)
    advance(position, NewTerms(key="r", on=date(2026, 3, 30), instalments=36))
    assert sum(row.interest for row in position.rows) == whole


def test_no_more_is_waived_than_is_unpaid():
    position = a_loan(penalty=PenaltyTerms(percent=Decimal(1)))
    effect = advance(position, Waived(key="w", on=date(2026, 3, 30), interest=Decimal(1500), penalty=Decimal(999999)))
    assert effect.interest_waived == 1500
    assert effect.penalty_waived == position.penalty_charged > 0
    assert position.penalty_left == 0


def test_what_comes_after_a_write_off_is_a_recovery_and_nothing_more_is_charged():
    position = a_loan(penalty=PenaltyTerms(percent=Decimal(1)))
    lost = advance(position, WrittenOff(key="w", on=date(2026, 12, 31))).lost
    charged = position.penalty_charged
    effect = advance(position, paid(date(2027, 6, 1), "5000"))
    assert (lost, effect.recovered, position.penalty_charged) == (Decimal(120000), Decimal(5000), charged)


# Penalties ------------------------------------------------------------------------------------------------------------


def test_a_penalty_grows_with_the_days_and_not_with_their_square():
    terms = PenaltyTerms(percent=Decimal("0.1"), per_days=1, base=PenaltyBase.PRINCIPAL)
    position = a_loan(term=1, penalty=terms)
    charges = []
    for day in range(1, 31):
        accrue(position, FIRST + timedelta(days=day))
        charges.append(position.penalty_charged)
    assert {later - earlier for earlier, later in pairwise(charges)} == {Decimal(120)}


def test_a_second_run_of_the_same_day_adds_nothing():
    position = a_loan(penalty=PenaltyTerms(percent=Decimal(1)))
    accrue(position, date(2026, 5, 5))
    once = position.penalty_charged
    accrue(position, date(2026, 5, 5))
    accrue(position, date(2026, 5, 1))
    assert position.penalty_charged == once > 0


def test_an_event_of_a_day_that_was_counted_is_refused():
    position = a_loan(penalty=PenaltyTerms(percent=Decimal(1)))
    accrue(position, date(2026, 5, 5))
    with pytest.raises(BadDates, match="from its beginning"):
        advance(position, paid(date(2026, 5, 5), "1"))


@pytest.mark.parametrize("bad", [lambda: paid(FIRST, "0"), lambda: Holiday(key=1, on=FIRST, periods=0),
                                 lambda: NewTerms(key=1, on=FIRST, instalments=0)])  # fmt: skip
def test_an_event_of_nothing_is_refused(bad):
    with pytest.raises(BadTerms):
        bad()


# Any story ------------------------------------------------------------------------------------------------------------

DAYS = st.integers(0, 500).map(lambda days: START + timedelta(days=days))
AMOUNTS = st.integers(1, 60_000_00).map(lambda kobo: Decimal(kobo) / 100)
PENALTIES = st.builds(
    PenaltyTerms,
    percent=st.sampled_from([Decimal(0), Decimal(1), Decimal("0.05"), Decimal("7.35")]),
    per_days=st.sampled_from([1, 30, 365]),
    grace_days=st.integers(0, 10),
    base=st.sampled_from(PenaltyBase),
    cap_percent=st.sampled_from([None, Decimal(10)]),
    in_duplum=st.booleans(),
)


@st.composite
def loans(draw):
    method = draw(st.sampled_from(Method))
    return a_loan(
        principal=draw(st.integers(1_000_00, 300_000_00).map(lambda kobo: Decimal(kobo) / 100)),
        term=draw(st.integers(1, 18)),
        method=method,
        rate=Decimal(0) if method is Method.INTEREST_FREE else draw(st.sampled_from(["0", "12", "18.5"])),
        by_element=draw(st.booleans()),
        running_month=draw(st.sampled_from(RunningMonth)),
        rebate=draw(st.sampled_from(Rebate)),
        penalty=draw(PENALTIES),
    )


@st.composite
def stories(draw):
    """Events on days of their own, as a society's officers enter them: most are payments."""
    days = sorted(draw(st.sets(DAYS, min_size=1, max_size=7)))
    events = []
    for key, on in enumerate(days):
        kind = draw(st.integers(0, 9))
        if kind <= 5:
            events.append(Paid(key=key, on=on, amount=draw(AMOUNTS), use=draw(st.sampled_from(Use))))
        elif kind == 6:
            events.append(Waived(key=key, on=on, interest=draw(AMOUNTS), penalty=draw(AMOUNTS)))
        elif kind == 7:
            events.append(Holiday(key=key, on=on, periods=draw(st.integers(1, 4)), interest_runs=draw(st.booleans())))
        elif kind == 8:
            rate = draw(st.sampled_from([None, Decimal(9)]))
            events.append(NewTerms(key=key, on=on, instalments=draw(st.integers(1, 30)), rate_percent=rate))
        else:
            events.append(WrittenOff(key=key, on=on))
    return events


def of_interest_free(loan, events):
    """An interest-free loan takes no rate in its new terms."""
    if loan.rules.method is Method.INTEREST_FREE:
        return [event for event in events if not (isinstance(event, NewTerms) and event.rate_percent)]
    return events


@given(loan=loans(), events=stories())
def test_the_days_that_are_shown_for_a_penalty_are_those_that_are_counted(loan, events):
    events = of_interest_free(loan, events)
    shown = ZERO
    for event in events:
        shown += sum((days.naira_days for _, _, days in late_days(loan, event.on - timedelta(days=1))), ZERO)
        advance(loan, event)
    assert shown == loan.naira_days


@settings(max_examples=2000)
@given(loan=loans(), events=stories())
def test_every_kobo_is_somewhere_and_nothing_is_below_zero(loan, events):
    position, effects = replay(loan, of_interest_free(loan, events))
    money = {event.key: event.amount for event in events if isinstance(event, Paid)}
    for effect in effects:
        if effect.key in money:
            assert effect.applied + effect.surplus == money[effect.key]
            assert effect.surplus >= 0
    assert sum(row.principal for row in position.rows) == loan.rules.principal
    for row in position.rows:
        assert 0 <= row.principal_paid <= row.principal
        assert 0 <= row.interest_paid <= row.interest - row.interest_waived
        assert 0 <= row.fee_paid <= row.fee
    assert sum(effect.principal for effect in effects) == loan.rules.principal - position.outstanding
    assert sum(effect.interest for effect in effects) == position.interest_paid
    assert position.penalty_left >= 0
    assert not (position.is_closed and (position.outstanding or any(row.left for row in position.rows)))


@settings(max_examples=2000)
@given(loan=loans(), events=stories(), order=st.randoms(use_true_random=False), nights=st.sets(DAYS, max_size=4))
def test_whatever_the_order_of_entry_the_end_and_the_books_are_those_of_the_order_of_days(loan, events, order, nights):
    """Events are entered in any order; each entry that comes late takes what came after it back and posts it anew."""
    events = of_interest_free(loan, events)
    in_order, _ = books_of(loan, events, events)
    entered = list(events)
    order.shuffle(entered)
    shuffled, position = books_of(loan, events, entered)
    assert shuffled == in_order
    straight, _ = replay(loan, events)
    assert position == straight
    # A night that counted days before all that is still to come changes nothing either.
    step = replay(loan, [])[0]
    for event in events:
        for night in sorted(nights):
            if night < event.on:
                accrue(step, night)
        advance(step, event)
    assert step == straight


def books_of(loan, events, entered):
    """Net per account and effective date after entering events in an order, and the loan's position."""
    books: Counter = Counter()
    known, standing, position = [], {}, loan
    for event in entered:
        known = sorted([*known, event], key=lambda one: (one.on, events.index(one)))
        position, effects = replay(loan, known)
        for one, effect in zip(known, effects, strict=True):
            new = {
                "principal": effect.principal, "interest": effect.interest, "penalty": effect.penalty,
                "recovered": effect.recovered, "surplus": effect.surplus, "lost": effect.lost,
            }  # fmt: skip
            for account, amount in new.items():
                books[account, one.on] += amount - standing.get((one.key, account), ZERO)
                standing[one.key, account] = amount
    return {key: amount for key, amount in books.items() if amount}, position


@settings(max_examples=500)
@given(loan=loans(), events=stories(), on=DAYS, share=st.integers(1, 99))
def test_on_one_day_the_figure_that_pays_a_loan_off_falls_by_exactly_what_is_paid(loan, events, on, share):
    before = [event for event in of_interest_free(loan, events) if event.on < on]
    position, _ = replay(loan, before)
    if position.is_closed or position.is_written_off:
        return
    accrue(position, on - timedelta(days=1))
    figure = pay_off(position, on).total
    amount = (figure * share / 100).quantize(Decimal("0.01"))
    if 0 < amount < figure:
        advance(position, paid(on, amount))
        assert pay_off(position, on).total == figure - amount


@settings(max_examples=500)
@given(loan=loans(), events=stories(), on=DAYS)
def test_who_pays_the_figure_owes_nothing_and_gets_nothing_back(loan, events, on):
    before = [event for event in of_interest_free(loan, events) if event.on < on]
    position, _ = replay(loan, before)
    if position.is_closed or position.is_written_off:
        return
    accrue(position, on - timedelta(days=1))
    figure = pay_off(position, on).total
    if figure > 0:
        effect = advance(position, paid(on, figure))
        assert effect.closes
        assert effect.surplus == 0
        assert position.outstanding == 0 == sum(row.left for row in position.rows)
