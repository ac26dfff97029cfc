"""What the failure of some loans does to the rest, against the plainest calculation of the same."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contagion import OwedLoan, spread_of_failure
from engine.errors import BadTable
from engine.money import ZERO, from_kobo
from engine.recourse import plan, shares_of

D = Decimal


def loan(key: str, borrower: str, owed: str, **pledges: str) -> OwedLoan:
    return OwedLoan(key, borrower, D(owed), {who: D(amount) for who, amount in pledges.items()})


def test_a_failure_that_all_can_carry_ends_in_one_round() -> None:
    found = spread_of_failure({"a": D(100), "b": D(500)}, [loan("A", "a", "300", b="200")], ["A"])
    assert [(one.failed, one.pulled_down) for one in found.rounds] == [(("A",), ())]
    assert (found.taken, found.uncovered) == ({"a": 100, "b": 200}, 0)
    assert found.equity == {"a": 0, "b": 300}


def test_a_guarantor_who_cannot_carry_his_own_loan_after_paying_falls_in_the_next_round() -> None:
    savings = {"a": D(0), "b": D(500), "c": D(1000)}
    loans = [loan("A", "a", "300", b="300"), loan("B", "b", "700", c="300")]
    found = spread_of_failure(savings, loans, ["A"])
    # b has 500 - 300 = 200 left, and 400 of his own loan rests on nobody else.
    assert [(one.failed, one.pulled_down) for one in found.rounds] == [(("A",), ("b",)), (("B",), ())]
    assert found.taken == {"a": 0, "b": 500, "c": 300}
    assert found.for_others == {"a": 0, "b": 300, "c": 300}
    assert found.uncovered == 200


def test_who_was_below_nothing_before_and_is_not_made_to_pay_is_not_pulled_down() -> None:
    savings = {"a": D(50), "b": D(10)}
    found = spread_of_failure(savings, [loan("A", "a", "50"), loan("B", "b", "900")], ["A"])
    assert found.pulled_down == ()


def test_two_who_stand_for_each_other_fall_together() -> None:
    savings = {"a": D(100), "b": D(100)}
    loans = [loan("A", "a", "400", b="200"), loan("B", "b", "400", a="200")]
    found = spread_of_failure(savings, loans, ["A"])
    assert [one.failed for one in found.rounds] == [("A",), ("B",)]
    assert found.pulled_down == ("b", "a")


def test_a_loan_or_member_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(BadTable):
        spread_of_failure({"a": D(1)}, [loan("A", "a", "1")], ["Z"])
    with pytest.raises(BadTable):
        spread_of_failure({"a": D(1)}, [loan("A", "a", "1", b="1")], ["A"])


def brute_force(savings: dict, loans: list[OwedLoan], failing: set) -> tuple:
    """All again from nothing in each round, over every member and every loan."""
    dead: list[set] = []
    down: list = []
    now = set(failing)
    paid = dict.fromkeys(savings, ZERO)
    others = dict.fromkeys(savings, ZERO)
    lost = ZERO
    while now:
        dead.append(now)
        left = {who: max(savings[who] - paid[who], ZERO) for who in savings}
        for who in sorted(savings):
            mine = sorted((one for one in loans if one.key in now and one.borrower == who), key=lambda one: one.key)
            parts = shares_of(left[who], {one.key: one.owed for one in mine})
            for one in mine:
                found = plan(one.owed, parts[one.key], one.pledges)
                paid[who] += found.from_savings
                lost += found.uncovered
                for guarantor, share in found.shares.items():
                    paid[guarantor] += share
                    others[guarantor] += share
        running = [one for one in loans if not any(one.key in round_ for round_ in dead)]
        equity = {
            who: savings[who] - paid[who]
            - sum((max(one.owed - sum(one.pledges.values()), ZERO) for one in running if one.borrower == who), ZERO)
            for who in savings
        }  # fmt: skip
        fallen = {who for who in savings if others[who] and equity[who] < 0 and who not in down}
        down += sorted(fallen)
        now = {one.key for one in running if one.borrower in down}
    lost += sum((max(paid[who] - savings[who], ZERO) for who in savings), ZERO)
    return [sorted(round_) for round_ in dead], down, paid, equity if dead else {}, lost


@st.composite
def societies(draw) -> tuple:
    members = range(draw(st.integers(1, 6)))
    amount = st.integers(0, 60)
    savings = {who: from_kobo(draw(amount)) for who in members}
    loans = []
    for key in range(draw(st.integers(1, 7))):
        borrower = draw(st.sampled_from(members))
        others = [who for who in members if who != borrower]
        stands = draw(st.lists(st.sampled_from(others), unique=True, max_size=3)) if others else []
        loans.append(OwedLoan(key, borrower, from_kobo(draw(amount)), {who: from_kobo(draw(amount)) for who in stands}))
    failing = draw(st.sets(st.sampled_from(range(len(loans))), max_size=3))
    return savings, loans, failing


@settings(max_examples=500)
@given(societies())
def test_it_equals_the_plainest_calculation_on_small_societies(society: tuple) -> None:
    savings, loans, failing = society
    found = spread_of_failure(savings, loans, failing)
    dead, down, paid, equity, lost = brute_force(savings, loans, failing)
    assert [list(one.failed) for one in found.rounds] == dead
    assert list(found.pulled_down) == down
    assert found.taken == {who: paid[who] for who in found.taken}
    assert found.equity == {who: equity[who] for who in found.equity}
    assert all(not amount for who, amount in paid.items() if who not in found.taken)
    assert found.uncovered == lost
