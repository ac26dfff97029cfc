"""Naira and kobo in tables and forms. Rounding is not here: it stands in `engine/money.py` alone."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core.display import naira
from core.errors import DomainError

KOBO = Decimal("0.01")
LARGEST = Decimal("999999999999.99")

SHORT = {"": 0, "k": 3, "m": 6}
AMOUNT = re.compile(
    r"(?:₦|NGN|N|#)?(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.(?P<part>[0-9]+))?(?P<short>[km]?)", re.IGNORECASE
)


class NotAnAmount(DomainError):
    """Raised when what was typed is not one clear amount of naira."""

    message = "Enter an amount in naira, like 500,000 or 500k."


def parse_money(text: str) -> Decimal:
    """Read an amount as people write it: `500000`, `500,000`, `₦500,000.00`, `N500,000`, `500k`, `1.2m`.

    Raises NotAnAmount with what to type instead for anything negative or that could be read in two ways.
    """
    typed = re.sub(r"\s", "", text)
    if not typed:
        raise NotAnAmount()
    if typed[0] in "-−–(" or typed[-1] == "-" or re.match(r"(?:₦|NGN|N|#)[-−–]", typed, re.IGNORECASE):
        raise NotAnAmount("Enter an amount that is not below zero.")
    read = AMOUNT.fullmatch(typed)
    if read is None or not (read["whole"] or read["part"]):
        if "," in typed:
            raise NotAnAmount(
                "We cannot tell where the thousands are. Put a comma after every three figures, like 1,500,000."
            )
        raise NotAnAmount()
    places = SHORT[read["short"].lower()]
    part = read["part"] or ""
    if len(part) > 2 + places or (places == 0 and len(part) > 2):
        raise NotAnAmount("Enter at most two figures after the dot, for kobo. Use a comma for thousands, like 500,000.")
    amount = Decimal(f"{(read['whole'] or '0').replace(',', '')}.{part or '0'}").scaleb(places)
    if amount > LARGEST:
        raise NotAnAmount("This amount is too large. Check the number of zeros.")
    return amount.quantize(KOBO)


class MoneyInput(forms.TextInput):
    """A text box that brings up the number keys and plays the amount back with its commas."""

    template_name = "django/forms/widgets/text.html"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "money", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = parse_money(value)
            except NotAnAmount:
                return value
        return f"{value:,.2f}"


class MoneyFormField(forms.Field):
    """An amount of naira, zero or more, with at most two places; anything unclear is refused with what to type."""

    widget = MoneyInput
    default_error_messages = {"required": NotAnAmount.message}

    def __init__(self, *, min_value: Decimal | None = None, max_value: Decimal | None = None, **options: Any):
        self.min_value = min_value
        self.max_value = max_value
        # DecimalField options that a model's form machinery passes along: the amount's own rules are fixed here.
        options.pop("max_digits", None)
        options.pop("decimal_places", None)
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, float):
            raise TypeError("money is never a float")
        try:
            amount = parse_money(str(value))
        except NotAnAmount as error:
            raise ValidationError(error.message, code="not_an_amount") from error
        if self.min_value is not None and amount < self.min_value:
            raise ValidationError(f"Enter {naira(self.min_value)} or more.", code="too_little")
        if self.max_value is not None and amount > self.max_value:
            raise ValidationError(f"Enter {naira(self.max_value)} or less.", code="too_much")
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MoneyField(models.DecimalField):
    """Naira with two places, `numeric(14,2)`; refuses a float and a part of a kobo instead of rounding them away."""

    def __init__(self, *args: Any, **options: Any):
        options.setdefault("max_digits", 14)
        options.setdefault("decimal_places", 2)
        super().__init__(*args, **options)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, float):
            raise TypeError(f"{self.name}: money is never a float")
        amount = super().get_prep_value(value)
        if isinstance(amount, Decimal) and amount.is_finite() and amount != amount.quantize(KOBO):
            raise ValueError(f"{self.name}: {amount} has parts of a kobo; round it in engine.money first")
        return amount

    def formfield(self, **options: Any) -> forms.Field | None:
        return models.Field.formfield(self, **{"form_class": MoneyFormField, **options})
