"""Where a payment goes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.allocation import (
    LOANS_FIRST,
    PRO_RATA,
    SAVINGS_FIRST,
    AllocationOrder,
    DueItem,
    Element,
    Kind,
    Spread,
    allocate,
)
from engine.errors import BadAmount, BadTable

D = Decimal
money = st.decimals(min_value=0, max_value=100000, places=2)
items = st.lists(
    st.builds(
        DueItem,
        key=st.uuids(),
        kind=st.sampled_from(Kind),
        due_on=st.none() | st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 1, 1)),
        penalty=money,
        fee=money,
        interest=money,
        principal=money,
    ),
    max_size=8,
)
orders = st.builds(
    AllocationOrder,
    kinds=st.permutations(list(Kind)).map(tuple),
    elements=st.permutations(list(Element)).map(tuple),
    spread=st.sampled_from(Spread),
)


def a_month_of_one_member() -> list[DueItem]:
    return [
        DueItem("savings", Kind.SAVINGS, None, principal=D(20000)),
        DueItem("christmas", Kind.CHRISTMAS, None, principal=D(5000)),
        DueItem("october", Kind.LOAN, date(2026, 10, 25), interest=D(900), principal=D(9100)),
        DueItem(
            "september", Kind.LOAN, date(2026, 9, 25), penalty=D(100), fee=D(50), interest=D(1000), principal=D(9000)
        ),
    ]


def paid(payment: str, order: AllocationOrder = LOANS_FIRST) -> dict[str, Decimal]:
    outcome = allocate(D(payment), a_month_of_one_member(), order)
    return {**{str(part.key): part.total for part in outcome.parts}, "surplus": outcome.surplus}


def test_loans_are_paid_first_the_oldest_before_the_next_then_christmas_then_savings() -> None:
    assert paid("10150") == {"september": 10150, "surplus": 0}
    assert paid("20150.01") == {"september": 10150, "october": 10000, "christmas": D("0.01"), "surplus": 0}
    assert paid("26000") == {"september": 10150, "october": 10000, "christmas": 5000, "savings": 850, "surplus": 0}
    assert paid("50000")["surplus"] == D("4850")


def test_within_a_loan_penalty_comes_first_then_fee_interest_and_principal() -> None:
    (part,) = allocate(D("1100"), a_month_of_one_member()).parts
    assert (part.key, part.penalty, part.fee, part.interest, part.principal) == ("september", 100, 50, 950, 0)


def test_a_society_may_put_savings_first() -> None:
    assert paid("21000", SAVINGS_FIRST) == {"savings": 20000, "christmas": 1000, "surplus": 0}


def test_by_element_pays_all_interest_before_any_principal() -> None:
    outcome = allocate(D("2050"), a_month_of_one_member(), AllocationOrder(spread=Spread.BY_ELEMENT))
    assert {part.key: (part.penalty, part.fee, part.interest, part.principal) for part in outcome.parts} == {
        "september": (100, 50, 1000, 0),
        "october": (0, 0, 900, 0),
    }


def test_pro_rata_gives_each_item_its_share_to_the_kobo() -> None:
    due = [DueItem(key, Kind.LOAN, date(2026, 10, 25), principal=D("100.00")) for key in "abc"]
    outcome = allocate(D("100.00"), due, PRO_RATA)
    assert [part.total for part in outcome.parts] == [D("33.34"), D("33.33"), D("33.33")]


def test_nothing_due_leaves_everything_over() -> None:
    assert allocate(500, []).surplus == allocate(500, [], PRO_RATA).surplus == 500
    assert allocate(0, a_month_of_one_member()).parts == ()


@given(money, items, orders)
def test_every_kobo_is_accounted_for_and_nothing_is_paid_beyond_its_due(
    payment: Decimal, due: list[DueItem], order: AllocationOrder
) -> None:
    outcome = allocate(payment, due, order)
    assert sum(part.total for part in outcome.parts) + outcome.surplus == payment == outcome.total
    by_key = {item.key: item for item in due}
    assert len({part.key for part in outcome.parts}) == len(outcome.parts)
    for part in outcome.parts:
        item = by_key[part.key]
        assert part.total > 0
        for element in Element:
            assert 0 <= getattr(part, element) <= getattr(item, element)
    if outcome.surplus:
        assert sum(part.total for part in outcome.parts) == sum(item.total for item in due)


@given(money, items, orders.filter(lambda order: order.spread is Spread.OLDEST_FIRST))
def test_no_item_gets_anything_before_the_ones_ahead_of_it_are_paid(
    payment: Decimal, due: list[DueItem], order: AllocationOrder
) -> None:
    paid_by_key = {part.key: part.total for part in allocate(payment, due, order).parts}
    owing = [item for item in order.queue(due) if item.total]
    short = [item for item in owing if paid_by_key.get(item.key, 0) < item.total]
    assert all(item.key not in paid_by_key for item in short[1:])


def test_negative_payments_and_dues_are_refused() -> None:
    with pytest.raises(BadAmount):
        allocate(-1, [])
    with pytest.raises(BadAmount):
        DueItem("a", Kind.LOAN, principal=D(-1))
    with pytest.raises(BadAmount):
        allocate(D("0.001"), [])


def test_an_order_names_every_kind_and_element_once() -> None:
    with pytest.raises(BadTable):
        AllocationOrder(kinds=(Kind.LOAN, Kind.SAVINGS))
    with pytest.raises(BadTable):
        AllocationOrder(elements=(Element.INTEREST,) * 4)
