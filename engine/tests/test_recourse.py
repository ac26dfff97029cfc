"""Who pays when a borrower does not."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadAmount
from engine.money import from_kobo
from engine.recourse import plan, repay_claims

D = Decimal


def test_the_borrowers_own_savings_go_first_and_guarantors_pay_the_rest_in_proportion() -> None:
    found = plan(D(100000), D(40000), {1: D(60000), 2: D(30000)})
    assert (found.from_savings, found.shares, found.uncovered) == (40000, {1: 40000, 2: 20000}, 0)


def test_guarantors_pay_nothing_where_the_savings_reach() -> None:
    found = plan(D(30000), D(40000), {1: D(60000)})
    assert (found.from_savings, found.shares, found.from_guarantors) == (30000, {1: 0}, 0)


def test_nobody_pays_more_than_he_promised() -> None:
    found = plan(D(100000), 0, {1: D(20000), 2: D(30000)})
    assert (found.shares, found.uncovered) == ({1: 20000, 2: 30000}, 50000)


def test_the_odd_kobo_goes_to_the_larger_promise_and_among_equals_to_the_lower_key() -> None:
    assert plan(D("0.01"), 0, {9: D(10), 4: D(10)}).shares == {4: D("0.01"), 9: 0}
    assert plan(D(100), 0, {1: D(50), 2: D(50), 3: D(50)}).shares == {1: D("33.34"), 2: D("33.33"), 3: D("33.33")}


def test_savings_below_nothing_and_no_guarantors_leave_all_of_it() -> None:
    assert plan(D(500), D("-20"), {}).uncovered == 500


def test_a_debt_below_nothing_is_refused() -> None:
    with pytest.raises(BadAmount):
        plan(D("-1"), 0, {})


def test_claims_are_repaid_in_proportion_and_never_beyond() -> None:
    assert repay_claims(D(15000), {1: D(40000), 2: D(20000)}) == {1: 10000, 2: 5000}
    assert repay_claims(D(90000), {1: D(40000), 2: D(20000)}) == {1: 40000, 2: 20000}
    assert repay_claims(D(90000), {}) == {}


kobo = st.one_of(st.integers(0, 30), st.integers(0, 10**10))


@settings(max_examples=2000)
@given(kobo, st.integers(-(10**8), 10**10), st.dictionaries(st.integers(1, 99), kobo, max_size=7), st.randoms())
def test_in_every_story_the_money_is_conserved_capped_in_proportion_and_order_changes_nothing(
    owed: int, savings: int, promised: dict[int, int], random
) -> None:
    pledges = {key: from_kobo(amount) for key, amount in promised.items()}
    found = plan(from_kobo(owed), from_kobo(savings), pledges)
    assert found.from_savings + found.from_guarantors + found.uncovered == found.owed == from_kobo(owed)
    assert 0 <= found.from_savings <= max(from_kobo(savings), 0)
    assert found.uncovered >= 0
    assert all(0 <= share <= pledges[key] for key, share in found.shares.items())
    rest, whole = Fraction(found.owed - found.from_savings), Fraction(sum(pledges.values()))
    if rest > 0 and whole:
        assert found.uncovered == max(rest - whole, 0)
        for key, share in found.shares.items():
            assert abs(Fraction(share) - min(rest, whole) * Fraction(pledges[key]) / whole) < Fraction(1, 100)
    shuffled = list(pledges)
    random.shuffle(shuffled)
    assert plan(from_kobo(owed), from_kobo(savings), {key: pledges[key] for key in shuffled}).shares == found.shares
