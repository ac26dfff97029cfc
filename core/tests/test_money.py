from decimal import Decimal

import pytest
from django import forms

from core.models import Society
from core.money import MoneyField, MoneyFormField, NotAnAmount, parse_money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("500000", "500000.00"),
        ("500,000", "500000.00"),
        ("₦500,000.00", "500000.00"),
        ("N500,000", "500000.00"),
        ("n 500 000", "500000.00"),
        ("NGN 1,000.5", "1000.50"),
        ("500k", "500000.00"),
        ("N500k", "500000.00"),
        ("1.2m", "1200000.00"),
        ("1.25K", "1250.00"),
        ("1.23456789m", "1234567.89"),
        (".50", "0.50"),
        ("0", "0.00"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, amount):
    assert parse_money(typed) == Decimal(amount)
    assert parse_money(typed).as_tuple().exponent == -2


@pytest.mark.parametrize("typed", ["-500", "−500", "(500)", "₦-500", "500-", "N−5k"])
def test_an_amount_below_zero_is_refused(typed):
    with pytest.raises(NotAnAmount, match="not below zero"):
        parse_money(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "1,5",
        "5,00,000",
        "1.234",
        "500.000",
        "1.2.3",
        "1,000,00",
        "",
        "  ",
        "abc",
        "k",
        "₦",
        "5e3",
        "٥٠٠",
        "1.123456789m",
        "0.12345k6",
        "1000000000000",
        "1,000 to 2,000",
        ".",
        "1k5",
    ],
)
def test_an_amount_that_could_be_read_in_two_ways_is_refused(typed):
    with pytest.raises(NotAnAmount) as refused:
        parse_money(typed)
    assert refused.value.message.endswith(".")
    assert refused.value.code == "not_an_amount"


class PriceForm(forms.Form):
    price = MoneyFormField(label="Price", min_value=Decimal("1000"), max_value=Decimal("2000000"))


def test_a_form_gives_a_decimal_and_plays_the_amount_back_with_commas():
    form = PriceForm({"price": "₦1.2m"})
    assert form.is_valid()
    assert form.cleaned_data["price"] == Decimal("1200000.00")
    assert 'value="1,200,000.00"' in str(form["price"])


def test_a_form_keeps_what_was_typed_when_it_cannot_be_read():
    form = PriceForm({"price": "1,5"})
    assert not form.is_valid()
    assert 'value="1,5"' in str(form["price"])
    assert "comma after every three figures" in form.errors["price"][0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("999", "Enter ₦1,000.00 or more."), ("3m", "Enter ₦2,000,000.00 or less."), ("", NotAnAmount.message)],
)
def test_a_form_says_what_to_enter_instead(typed, said):
    assert PriceForm({"price": typed}).errors["price"] == [said]


def test_the_column_refuses_a_float_and_a_part_of_a_kobo():
    field = MoneyField()
    field.set_attributes_from_name("amount")
    assert field.get_prep_value(Decimal("0.10")) == Decimal("0.10")
    assert field.get_prep_value("12.5") == Decimal("12.5")
    with pytest.raises(TypeError, match="never a float"):
        field.get_prep_value(0.1)
    with pytest.raises(ValueError, match="parts of a kobo"):
        field.get_prep_value(Decimal("0.105"))


def test_a_money_column_is_numeric_14_2():
    field = MoneyField()
    assert (field.max_digits, field.decimal_places) == (14, 2)
    assert field.deconstruct()[1] == "core.money.MoneyField"
    assert isinstance(field.formfield(), MoneyFormField)


def test_the_society_is_one_and_counts_in_naira():
    assert Society().currency == "NGN"
    assert Society().loan_serial_prefix == "LH"
