"""How much of a promise is still needed."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadAmount
from engine.holds import HoldPolicy, Pledge, own_covers, still_needed
from engine.money import from_kobo, split

D = Decimal
FALLS = HoldPolicy.FALLS_WITH_PRINCIPAL


def pledges(*amounts: str, of: str) -> list[Pledge]:
    return [Pledge(D(amount), D(of)) for amount in amounts]


def test_a_promise_falls_in_step_with_the_principal() -> None:
    both = pledges("60000", "40000", of="100000")
    assert still_needed(both, D(100000), FALLS) == [60000, 40000]
    assert still_needed(both, D(75000), FALLS) == [45000, 30000]
    assert still_needed(both, D("0.01"), FALLS) == [D("0.01"), 0]
    assert still_needed(both, 0, FALLS) == [0, 0]


def test_a_promise_for_half_a_loan_falls_to_half_of_what_is_owed() -> None:
    assert still_needed(pledges("50000", of="100000"), D("33333.33"), FALLS) == [D("16666.67")]


def test_until_closed_all_is_held_until_nothing_is_owed() -> None:
    both = pledges("60000", "40000", of="100000")
    assert still_needed(both, D("0.01"), HoldPolicy.UNTIL_CLOSED) == [60000, 40000]
    assert still_needed(both, 0, HoldPolicy.UNTIL_CLOSED) == [0, 0]


def test_a_promise_ends_when_the_borrowers_own_savings_carry_the_loan() -> None:
    both = pledges("60000", "40000", of="100000")
    policy = HoldPolicy.UNTIL_OWN_SAVINGS
    assert still_needed(both, D(30000), policy, D("29999.99")) == [60000, 40000]
    assert still_needed(both, D(30000), policy, D(30000)) == [0, 0]
    assert not own_covers(1, D("-5"))


def test_what_recourse_took_is_not_asked_for_again() -> None:
    paid = [Pledge(D(60000), D(100000), paid=D(20000))]
    assert still_needed(paid, D(100000), FALLS) == [40000]
    assert still_needed(paid, D(50000), FALLS) == [30000]
    assert still_needed(paid, D(50000), HoldPolicy.UNTIL_CLOSED) == [40000]


def test_one_who_came_later_falls_from_the_principal_of_his_own_day() -> None:
    old, new = Pledge(D(50000), D(100000)), Pledge(D(30000), D(60000))
    assert still_needed([old, new], D(60000), FALLS) == [30000, 30000]
    assert still_needed([old, new], D(20000), FALLS) == [10000, 10000]


def test_largest_remainder_alone_would_raise_a_hold_after_a_payment() -> None:
    """The Alabama paradox: the reason why the kobo come in one fixed order."""
    three = [D("0.06"), D("0.06"), D("0.02")]
    assert split(D("0.11"), three) == [D("0.05"), D("0.05"), D("0.01")]
    assert split(D("0.10"), three) == [D("0.04"), D("0.04"), D("0.02")]
    promises = [Pledge(amount, D("0.14")) for amount in three]
    ours = [still_needed(promises, from_kobo(owed), FALLS) for owed in range(15)]
    for few, many in pairwise(ours):
        assert all(low <= high for low, high in zip(few, many, strict=True))


@pytest.mark.parametrize(("amount", "of", "paid"), [("1", "0", "0"), ("1", "1", "2"), ("-1", "1", "0")])
def test_a_promise_that_makes_no_sense_is_refused(amount: str, of: str, paid: str) -> None:
    with pytest.raises(BadAmount):
        still_needed([Pledge(D(amount), D(of), D(paid))], 1, FALLS)


@st.composite
def stories(draw) -> tuple[list[Pledge], list[int]]:
    """Promises for one loan, some of them made later or partly taken, and principals in falling order, in kobo."""
    first = draw(st.integers(1, 10**9))
    promises = []
    for _ in range(draw(st.integers(1, 7))):
        of = draw(st.one_of(st.just(first), st.integers(1, first)))
        amount = draw(st.one_of(st.integers(1, 9), st.integers(1, of)))
        paid = draw(st.one_of(st.just(0), st.integers(0, amount)))
        promises.append(Pledge(from_kobo(amount), from_kobo(of), from_kobo(paid)))
    few = st.one_of(st.integers(0, first), st.integers(0, min(first, 50)))
    owed = sorted(draw(st.lists(few, min_size=2, max_size=8)), reverse=True)
    return promises, owed


@settings(max_examples=2000)
@given(stories())
def test_in_every_story_holds_are_exact_within_the_promise_and_only_fall(story: tuple[list[Pledge], list[int]]) -> None:
    promises, principals = story
    before = [pledge.left for pledge in promises]
    for owed in principals:
        now = still_needed(promises, from_kobo(owed), FALLS)
        assert all(0 <= part <= earlier for part, earlier in zip(now, before, strict=True))
        exact = [
            min(Fraction(one.left), Fraction(one.amount) * Fraction(from_kobo(owed)) / Fraction(one.of_principal))
            for one in promises
        ]
        assert 0 <= Fraction(sum(now)) - sum(exact) < Fraction(1, 100)
        before = now


@settings(max_examples=300)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.data())
def test_promises_for_the_whole_loan_cover_what_is_owed_to_the_kobo(amounts: list[int], data) -> None:
    whole = sum(amounts)
    owed = data.draw(st.integers(0, whole))
    now = still_needed([Pledge(from_kobo(one), from_kobo(whole)) for one in amounts], from_kobo(owed), FALLS)
    assert sum(now) == from_kobo(owed)
    near = Fraction(len(amounts) + 2, 200)  # half a kobo for each who shares, and one for oneself
    for part, amount in zip(now, amounts, strict=True):
        assert abs(Fraction(part) - Fraction(amount * owed, whole * 100)) <= near
