"""The penalty for paying late: once for each day and naira, rounded once, capped, never on a penalty."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accrual import late_penalty
from engine.errors import BadAmount
from engine.penalties import Stretch, late_naira_days, penalty_cap, penalty_of

D = Decimal
DUE = date(2026, 10, 28)


def day(number: int) -> date:
    return DUE + timedelta(days=number)


amounts = st.integers(1, 50_000_000).map(lambda kobo: D(kobo) / 100)
days = st.integers(-40, 200).map(day)
stretches = st.lists(st.builds(Stretch, amounts, days, st.one_of(st.none(), days)), max_size=6)
pauses = st.lists(
    st.tuples(days, st.integers(1, 60), st.booleans()).map(
        lambda one: (one[0], None if one[2] else one[0] + timedelta(days=one[1]))
    ),
    max_size=3,
)  # fmt: skip
graces = st.integers(0, 15)


# Naira-days -----------------------------------------------------------------------------------------------------------


def test_ten_thousand_late_for_ten_days_are_a_hundred_thousand_naira_days():
    assert late_naira_days([Stretch(D(10000), DUE)], through=day(10)) == 100_000


def test_on_the_due_date_nothing_is_late_and_on_the_next_day_it_is():
    assert late_naira_days([Stretch(D(10000), DUE)], through=DUE) == 0
    assert late_naira_days([Stretch(D(10000), DUE)], through=day(1)) == 10_000


def test_grace_moves_the_first_day_and_is_not_charged_afterwards():
    assert late_naira_days([Stretch(D(10000), DUE)], through=day(5), grace_days=5) == 0
    assert late_naira_days([Stretch(D(10000), DUE)], through=day(7), grace_days=5) == 20_000


def test_what_was_paid_on_a_day_is_not_late_at_its_end():
    """4,000 of 10,000 came in on the sixth day: it was late for five days, the rest for ten."""
    parts = [Stretch(D(4000), DUE, until=day(5)), Stretch(D(6000), DUE)]
    assert late_naira_days(parts, through=day(10)) == 4000 * 5 + 6000 * 10


def test_paused_days_do_not_count_once_or_twice():
    late = [Stretch(D(1000), DUE)]
    assert late_naira_days(late, through=day(10), paused=[(day(3), day(6))]) == 7000
    assert late_naira_days(late, through=day(10), paused=[(day(3), day(6)), (day(4), day(6))]) == 7000
    assert late_naira_days(late, through=day(10), paused=[(day(3), None)]) == 2000


@given(stretches, pauses, graces, days, days, days)
def test_the_days_of_two_halves_are_the_days_of_the_whole(late, paused, grace_days, one, two, three):
    first, middle, last = sorted((one, two, three))

    def count(after, through):
        return late_naira_days(late, after=after, through=through, grace_days=grace_days, paused=paused)

    assert count(None, first) + count(first, middle) + count(middle, last) == count(None, last)


@given(stretches, pauses, graces, days)
def test_a_day_that_was_counted_adds_nothing_the_second_time(late, paused, grace_days, through):
    assert late_naira_days(late, after=through, through=through, grace_days=grace_days, paused=paused) == 0


@given(stretches, pauses, graces, days)
def test_it_is_the_sum_over_single_days_of_what_was_overdue_at_their_end(late, paused, grace_days, through):
    whole = D(0)
    for number in range(-40, (through - DUE).days + 1):
        today = day(number)
        if any(begin <= today and (end is None or today < end) for begin, end in paused):
            continue
        whole += sum(
            (one.base for one in late if today > one.due_on + timedelta(days=grace_days)
             and (one.until is None or today <= one.until)), D(0),
        )  # fmt: skip
    assert late_naira_days(late, through=through, grace_days=grace_days, paused=paused) == whole


def test_grace_below_none_is_refused():
    with pytest.raises(BadAmount, match="less than none"):
        late_naira_days([], through=DUE, grace_days=-1)


# Money ----------------------------------------------------------------------------------------------------------------


def test_the_penalty_is_the_rate_on_the_naira_days():
    """10,000 late for 30 days at 2 percent a month."""
    assert penalty_of(D(300_000), D(2), per_days=30) == 200


def test_half_a_kobo_is_rounded_up_once():
    assert penalty_of(D("0.50"), D(1), per_days=1) == D("0.01")
    assert penalty_of(D("0.49"), D(1), per_days=1) == D("0.00")


@given(amounts, st.integers(0, 400), graces, st.sampled_from([1, 30, 365]), st.sampled_from(["0", "0.05", "1", "2.5"]))
def test_one_amount_late_from_its_due_date_costs_what_the_simple_penalty_says(base, late, grace, per_days, percent):
    counted = late_naira_days([Stretch(base, DUE)], through=day(late), grace_days=grace)
    assert penalty_of(counted, D(percent), per_days=per_days) == late_penalty(
        base, D(percent), late, per_days=per_days, grace_days=grace
    )


@given(amounts, st.integers(1, 300))
def test_f9_a_penalty_never_grows_with_the_square_of_the_delay(base, late):
    """Counted night after night, twice as long late costs twice as much: nothing is charged on a penalty."""
    nightly, counted = D(0), None
    for number in range(1, 2 * late + 1):
        nightly += late_naira_days([Stretch(base, DUE)], after=counted, through=day(number))
        counted = day(number)
    assert nightly == 2 * late_naira_days([Stretch(base, DUE)], through=day(late)) == base * 2 * late


@given(amounts, amounts, st.integers(0, 10**12), st.sampled_from([1, 30, 365]))
def test_the_caps_hold(principal, outstanding, naira_days, per_days):
    percent_cap = penalty_cap(principal, outstanding, cap_percent=D(10))
    both = penalty_cap(principal, outstanding, cap_percent=D(10), in_duplum=True)
    duplum = penalty_cap(principal, outstanding, in_duplum=True)
    assert penalty_cap(principal, outstanding) is None
    assert both == min(percent_cap, outstanding)
    for cap in (percent_cap, both, duplum):
        assert penalty_of(D(naira_days), D(3), per_days=per_days, cap=cap) <= cap


def test_a_cap_that_falls_later_gives_nothing_back():
    assert penalty_of(D(300_000), D(2), per_days=30, cap=D(50), before=D(120)) == 120


def test_odd_figures_are_refused():
    with pytest.raises(BadAmount, match="one day or more"):
        penalty_of(D(1), D(1), per_days=0)
    with pytest.raises(BadAmount, match="negative"):
        penalty_of(D(-1), D(1), per_days=1)
