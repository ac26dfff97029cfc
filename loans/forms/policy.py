"""What the administrator says of the society's lending as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.money import MoneyFormField

MOST_VOTES = 50


class PolicyForm(forms.Form):
    """From which day, how many must vote, and what may be let out in a month."""

    valid_from = forms.DateField(
        label="From which day?",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the day.", "invalid": "Choose the day."},
    )
    quorum = forms.IntegerField(
        label="How many votes must be cast?",
        help_text="So many of the committee vote on each loan before it is decided. 2 or more.",
        min_value=2,
        max_value=MOST_VOTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
        error_messages={
            "required": "Enter how many votes, like 3.",
            "invalid": "Enter how many votes in figures, like 3.",
            "min_value": "Enter 2 or more: nobody decides alone.",
            "max_value": f"Enter {MOST_VOTES} or fewer.",
        },
    )
    monthly_cap = MoneyFormField(
        label="How much may be let out in a month?",
        help_text="Loans over it wait for the next month. Leave it empty where there is no limit.",
        min_value=Decimal(1),
        required=False,
    )

    def __init__(self, data: Any = None, *, today: date):
        super().__init__(data, initial={"valid_from": today, "quorum": 3})
