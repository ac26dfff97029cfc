"""What the administrator says of the society's lending as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.money import MoneyFormField
from loans.models import ExposureBase, LendingPolicy, PayrollOrder

MOST_VOTES = 50


class PolicyForm(forms.Form):
    """From which day, how many must vote, what may be let out in a month, and who may stand for whom."""

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

    most_promises = forms.IntegerField(
        label="For how many loans may one member stand?",
        help_text="At the same time.",
        min_value=1,
        max_value=MOST_VOTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
        error_messages={
            "required": "Enter how many loans, like 4.",
            "invalid": "Enter how many loans in figures, like 4.",
            "min_value": "Enter 1 or more.",
            "max_value": f"Enter {MOST_VOTES} or fewer.",
        },
    )
    most_exposure_percent = forms.DecimalField(
        label="How much may one member promise in all?",
        help_text="Per cent of what he has, like 60. Leave it empty where all that is free may be promised.",
        min_value=Decimal(1),
        max_value=Decimal(999),
        max_digits=5,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        error_messages={
            "invalid": "Enter per cent in figures, like 60.",
            "min_value": "Enter 1 or more.",
            "max_value": "Enter 999 or less.",
        },
    )
    exposure_base = forms.ChoiceField(label="Per cent of what?", choices=ExposureBase.choices)
    officers_may_stand = forms.BooleanField(label="Officers may stand for loans", required=False)
    in_arrears_may_stand = forms.BooleanField(label="Who is late on his own loan may stand for others", required=False)
    notice_days = forms.IntegerField(
        label="How many days' notice before guarantors pay?",
        help_text="From the notice to the first naira that is taken for a loan that is not paid.",
        min_value=1,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
        error_messages={
            "required": "Enter how many days, like 14.",
            "invalid": "Enter how many days in figures, like 14.",
            "min_value": "Enter 1 or more: nobody pays without notice.",
            "max_value": "Enter 365 or fewer.",
        },
    )

    payroll_order = forms.ChoiceField(
        label="What does a deduction pay first that is smaller than asked for?", choices=PayrollOrder.choices
    )

    savings_may_pay = forms.BooleanField(label="A member's own savings may pay his loan", required=False)
    savings_must_stay = MoneyFormField(
        label="How much of his savings must stay?",
        help_text="When they pay his loan. What is held for others stays in any case. Leave it empty for nothing.",
        min_value=Decimal(0),
        required=False,
    )

    def clean_savings_must_stay(self) -> Decimal:
        return self.cleaned_data["savings_must_stay"] or Decimal("0.00")

    def __init__(self, data: Any = None, *, today: date, now: LendingPolicy | None = None):
        """Begin with the policy `now` in force, so that what is not touched stays as it is."""
        usual = now or LendingPolicy()
        super().__init__(
            data, initial={name: getattr(usual, name) for name in self.base_fields} | {"valid_from": today}
        )
