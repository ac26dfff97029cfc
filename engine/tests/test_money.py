"""Rounding and sharing, to the kobo."""

from decimal import ROUND_HALF_DOWN, ROUND_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadAmount, EngineError
from engine.money import (
    CEILING,
    FLOOR,
    HALF_EVEN,
    at_least_kobo,
    at_most_kobo,
    divided,
    from_kobo,
    in_kobo,
    naira,
    part_of,
    percent_of,
    percentage,
    round_to,
    split,
    to_kobo,
)

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
numbers = st.integers(min_value=-(10**20), max_value=10**20)


@pytest.mark.parametrize(
    ("amount", "mode", "expected"),
    [
        ("1.005", "ROUND_HALF_UP", "1.01"),
        ("-1.005", "ROUND_HALF_UP", "-1.01"),
        ("1.004999", "ROUND_HALF_UP", "1.00"),
        ("1.005", HALF_EVEN, "1.00"),
        ("1.015", HALF_EVEN, "1.02"),
        ("1.005", ROUND_HALF_DOWN, "1.00"),
        ("1.001", CEILING, "1.01"),
        ("-1.009", CEILING, "-1.00"),
        ("1.009", FLOOR, "1.00"),
        ("-1.001", FLOOR, "-1.01"),
        ("1.001", ROUND_UP, "1.01"),
    ],
)
def test_kobo_are_rounded_as_the_mode_says(amount: str, mode: str, expected: str) -> None:
    assert str(to_kobo(Decimal(amount), mode)) == expected


def test_nothing_rounds_to_minus_nothing() -> None:
    assert str(to_kobo(Decimal("-0.001"))) == "0.00"
    assert str(naira(Decimal("-0.00"))) == "0.00"


def test_thirds_round_once_and_exactly() -> None:
    assert part_of(Decimal("0.03"), Fraction(1, 6)) == Decimal("0.01"), "half a kobo, exactly"
    assert part_of(100, Fraction(1, 3)) == Decimal("33.33")


def test_a_minimum_is_rounded_up_and_a_ceiling_down() -> None:
    assert at_least_kobo(Decimal("2109379.8425")) == Decimal("2109379.85")
    assert at_most_kobo(Fraction(100, 3)) == Decimal("33.33")


def test_amounts_round_to_whole_hundreds_too() -> None:
    assert round_to(Decimal("416666.67"), Decimal(100)) == 416700
    assert round_to(Decimal("-416650"), Decimal(100)) == -416700


@given(numbers, st.integers(min_value=1, max_value=10**9))
def test_whole_number_division_rounds_as_decimal_does(numerator: int, denominator: int) -> None:
    for mode in ("ROUND_HALF_UP", HALF_EVEN, ROUND_HALF_DOWN, CEILING, FLOOR, ROUND_UP, "ROUND_DOWN"):
        exact = Fraction(numerator, denominator)
        ours = divided(numerator, denominator, mode)
        assert abs(ours - exact) < 1 or exact == ours
        with localcontext(Context(prec=60, rounding=mode)):
            assert ours == (Decimal(numerator) / Decimal(denominator)).to_integral_value()
        assert divided(-numerator, -denominator, mode) == ours


@given(amounts)
def test_kobo_and_naira_are_the_same_money(amount: Decimal) -> None:
    assert from_kobo(in_kobo(amount, at_least=None)) == amount == to_kobo(amount)


@pytest.mark.parametrize("bad", [1.5, "100", True, None, Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_an_exact_number_is_refused(bad: object) -> None:
    with pytest.raises(BadAmount):
        naira(bad)  # type: ignore[arg-type]
    assert naira(100) == 100


@pytest.mark.parametrize("bad", [Decimal("1.001"), Decimal("-0.01"), Decimal("1E15"), 10**40])
def test_parts_of_a_kobo_negatives_and_absurd_sums_are_refused(bad: Decimal) -> None:
    with pytest.raises(BadAmount):
        naira(bad)


def test_refusals_are_value_errors_that_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="Round it to two places first"):
        naira(Decimal("1.001"))
    assert issubclass(BadAmount, EngineError)


def test_an_unknown_way_of_rounding_and_an_empty_unit_are_refused() -> None:
    with pytest.raises(BadAmount):
        divided(1, 3, "ROUND_SOMEHOW")
    with pytest.raises(BadAmount):
        round_to(1, Decimal(0))


def test_a_narrow_context_of_the_caller_cannot_cut_an_amount() -> None:
    with localcontext(Context(prec=4)):
        assert to_kobo(Decimal("123456789.125")) == Decimal("123456789.13")
        assert sum(in_kobo(share) for share in split(Decimal("123456789.13"), [1, 1])) == 12345678913


def test_percentages() -> None:
    assert percent_of(Decimal("200000"), Decimal("5")) == 10000
    assert percentage(Decimal("40000"), Decimal("168000")) == Decimal("23.81")
    assert percentage(1, 0) is None, "no whole to compare with is not nought percent"


def test_the_odd_kobo_goes_to_the_largest_remainder_and_then_to_the_earlier() -> None:
    assert split(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal("0.01"), [1, 2]) == [Decimal("0.00"), Decimal("0.01")]
    assert split(Decimal("-0.01"), [1, 2]) == [Decimal("0.00"), Decimal("-0.01")]


@given(amounts, st.lists(st.decimals(min_value=0, max_value=10**9, places=3), min_size=1, max_size=12))
def test_shares_add_up_and_are_within_a_kobo_of_exact(total: Decimal, weights: list[Decimal]) -> None:
    if not any(weights):
        with pytest.raises(BadAmount):
            split(total, weights)
        return
    shares = split(total, weights)
    assert sum(in_kobo(share, at_least=None) for share in shares) == in_kobo(total, at_least=None)
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(total) * Fraction(weight) / Fraction(sum(weights))
        assert abs(Fraction(share) - exact) < Fraction(1, 100)
        assert weight or not share
    assert split(-total, weights) == [-share for share in shares]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 5]])
def test_a_sum_cannot_be_shared_among_nobody_or_by_negative_weights(weights: list[int]) -> None:
    with pytest.raises(BadAmount):
        split(1, weights)
