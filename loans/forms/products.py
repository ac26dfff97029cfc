"""New rules of a kind of loan, as the administrator enters them, and the sample loan by which they are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.models import fields_for_model

from core.money import MoneyFormField
from engine.fees import Collected
from loans.eligibility import FeeRule
from loans.forms.officer import DayField
from loans.models import FeeCollected, FeeGoesTo, ProductVersion
from loans.selectors.product_rules import order_in_words

MOST_TIERS, MOST_FEES = 3, 5

# What is asked, under which heading: the field of ProductVersion, its question, and what helps to answer it.
QUESTIONS: dict[str, list[tuple[str, str, str]]] = {
    "How much, and how long": [
        ("min_amount", "The smallest loan", ""),
        ("max_amount", "The largest loan", "Leave it empty where only the savings limit it."),
        ("savings_multiple", "Times the savings", "How many times his savings a member may owe, like 2."),
        ("min_term_months", "The fewest months", ""),
        ("max_term_months", "The most months", ""),
    ],
    "What it costs": [
        ("method", "How the interest is reckoned", ""),
        ("annual_rate_percent", "Rate, per cent a year", "Like 12. For 1% a month enter 12."),
        ("rate_per", "The society says the rate per", ""),
        ("day_count", "By which days", ""),
        ("moratorium", "Months at the start in which less or nothing is paid", ""),
        ("moratorium_months", "How many such months", "0 where there are none."),
    ],
    "Who can have it": [
        ("min_membership_months", "Member for so many months", ""),
        ("deduction_ceiling_percent", "All deductions together, per cent of the pay", "Like 33.33."),
        ("one_running", "Only one loan of this kind at a time", ""),
        ("guarantors_required", "How many guarantors", ""),
        ("cover_percent", "Together they stand for, per cent of the loan", "Like 100."),
        ("hold_policy", "What is held of their savings", ""),
    ],
    "Paying it back": [
        ("frequency", "How often", ""),
        ("spread", "A payment pays", ""),
        ("elements", "In which order", ""),
        ("offset_from_savings", "From the borrower's savings", ""),
    ],
    "Being late": [
        ("penalty_percent", "Penalty, per cent", "0 where there is none."),
        ("penalty_per_days", "For each", ""),
        ("penalty_base", "Of what", ""),
        ("penalty_grace_days", "Days of grace", "Days after the due day that cost nothing."),
        ("penalty_cap_percent", "At most, per cent of what was lent", "Leave it empty where there is no cap."),
        ("penalty_in_duplum", "Never more than the principal that is still owed", ""),
    ],
    "Paying it off early": [
        ("running_month", "Interest of the running month", ""),
        ("rebate", "What is given back of a fixed charge", ""),
        ("rebate_percent", "How much of it, per cent", "100 for all of it."),
    ],
    "Changes in mid-life": [
        ("top_up_after_percent", "A new loan on top, once so many per cent are paid back", ""),
        ("top_up_commission_percent", "Commission on it, per cent", ""),
        ("most_restructures", "New terms, how often", ""),
        ("watch_months", "Months under watch after new terms", ""),
    ],
}
FIELDS = [name for rows in QUESTIONS.values() for name, _, _ in rows]
NUMBER = {"required": "Enter a number.", "invalid": "Enter a number in figures."}


class RulesForm(forms.Form):
    """All rules of a version, from a day on, with its tiers and fees; it begins with the rules that are there."""

    valid_from = DayField(label="From which day?")
    reason = forms.CharField(
        label="Why?", max_length=300, help_text="Who puts the rules in force reads this.",
        error_messages={"required": "Say why, in a few words."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, version: ProductVersion | None, tiers: Iterable = (), fees: Iterable = ()):
        begin = version or ProductVersion()
        initial = {name: getattr(begin, name) for name in FIELDS}
        super().__init__(data, initial=initial | _initial(list(tiers), list(fees)))
        made = fields_for_model(ProductVersion, fields=FIELDS)
        for name, question, help_text in (row for rows in QUESTIONS.values() for row in rows):
            field = made[name]
            field.label, field.help_text = question, help_text
            field.error_messages |= NUMBER
            if isinstance(field.widget, forms.NumberInput):
                field.widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 8})
            self.fields[name] = field
        self.fields["elements"].choices = [
            (order, order_in_words(order)) for order, _ in ProductVersion._meta.get_field("elements").choices
        ]
        self.fields |= _rows()

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions under their headings."""
        return [(title, [self[name] for name, _, _ in rows]) for title, rows in QUESTIONS.items()]

    @property
    def tier_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"tier_{place}_{name}"] for name in ("multiple", "rate")] for place in range(1, MOST_TIERS + 1)]

    @property
    def fee_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"fee_{place}_{name}"] for name in FEE_PARTS] for place in range(1, MOST_FEES + 1)]

    @property
    def numbers(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    @property
    def tiers(self) -> list[tuple[Decimal, Decimal]]:
        rows = [self._row("tier", place, ("multiple", "rate")) for place in range(1, MOST_TIERS + 1)]
        return [(multiple, rate) for multiple, rate in rows if multiple is not None]

    @property
    def fees(self) -> list[FeeRule]:
        rows = [self._row("fee", place, FEE_PARTS) for place in range(1, MOST_FEES + 1)]
        return [
            FeeRule(name.strip(), Collected(collected), amount, percent, goes_to, refundable)
            for name, amount, percent, collected, goes_to, refundable in rows if name
        ]  # fmt: skip

    def _row(self, kind: str, place: int, parts: Iterable[str]) -> list[Any]:
        return [self.cleaned_data[f"{kind}_{place}_{part}"] for part in parts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for place in range(1, MOST_TIERS + 1):
            multiple, rate = (cleaned.get(f"tier_{place}_{part}") for part in ("multiple", "rate"))
            if (multiple is None) != (rate is None):
                self.add_error(f"tier_{place}_multiple", "Enter both, or neither.")
        for place in range(1, MOST_FEES + 1):
            name, amount, percent = (cleaned.get(f"fee_{place}_{part}") for part in ("name", "amount", "percent"))
            if (amount is None) == (percent is None) and (name or amount is not None):
                self.add_error(f"fee_{place}_name", "Enter an amount or per cent, one of the two.")
            elif (amount is not None and not name) or (percent is not None and not name):
                self.add_error(f"fee_{place}_name", "Give the fee a name.")
        return cleaned


FEE_PARTS = ("name", "amount", "percent", "collected", "goes_to", "refundable")


def _number(label: str, most: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=most, decimal_places=3, error_messages=NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
    )  # fmt: skip


def _rows() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for place in range(1, MOST_TIERS + 1):
        fields[f"tier_{place}_multiple"] = _number("Above so many times the savings", 999)
        fields[f"tier_{place}_rate"] = _number("Rate, per cent a year", 1000)
    for place in range(1, MOST_FEES + 1):
        fields[f"fee_{place}_name"] = forms.CharField(label="Fee", max_length=60, required=False)
        fields[f"fee_{place}_amount"] = MoneyFormField(label="In naira", min_value=Decimal(1), required=False)
        fields[f"fee_{place}_percent"] = _number("Or per cent of the amount", 100)
        fields[f"fee_{place}_collected"] = forms.ChoiceField(
            label="How it is paid", choices=FeeCollected.choices, initial=FeeCollected.AT_SOURCE
        )
        fields[f"fee_{place}_goes_to"] = forms.ChoiceField(
            label="Where it goes", choices=FeeGoesTo.choices, initial=FeeGoesTo.FEE_INCOME
        )
        fields[f"fee_{place}_refundable"] = forms.BooleanField(
            label="Given back when the loan is cancelled", required=False
        )
    return fields


def _initial(tiers: list[tuple[Decimal, Decimal]], fees: list[FeeRule]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, (multiple, rate) in enumerate(tiers, start=1):
        found |= {f"tier_{place}_multiple": multiple, f"tier_{place}_rate": rate}
    for place, fee in enumerate(fees, start=1):
        found |= {f"fee_{place}_{part}": getattr(fee, part) for part in FEE_PARTS}
    return found


class SampleForm(forms.Form):
    """The loan by which rules are looked at; what cannot be read gives a usual one."""

    amount = MoneyFormField(label="Amount", min_value=Decimal(1))
    term_months = forms.IntegerField(
        label="Months", min_value=1, max_value=600, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4})
    )
    savings = MoneyFormField(label="The member's savings", min_value=Decimal(0), required=False)
