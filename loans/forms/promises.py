"""What is typed about promises in mid-life: another guarantor, a notice, an answer to it, money for guarantors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.forms import Tiles, tile
from core.money import MoneyFormField
from loans.forms.officer import BANK, CASH, DayField
from loans.models import SubstitutionReason
from members.models import Member

WORDS = {"rows": 4, "maxlength": 1000}


class SubstituteForm(forms.Form):
    """Who takes a guarantor's place, and why."""

    number = forms.CharField(
        label="Member number of the new guarantor",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the member's number."},
    )
    why = forms.ChoiceField(
        label="Why can the old one stand no longer?",
        choices=[(value, tile(label)) for value, label in SubstitutionReason.choices],
        widget=Tiles,
        error_messages={"required": "Choose why.", "invalid_choice": "Choose why."},
    )

    def clean_number(self) -> Member:
        number = "".join(self.cleaned_data["number"].split()).upper()
        member = Member.objects.select_related("user").filter(number__iexact=number).first()
        if member is None:
            raise forms.ValidationError("No member has this number. Look at his card or in the register.")
        return member


class ReasonForm(forms.Form):
    """Why notice is given, or a recourse is given up: words that all who are told will read."""

    reason = forms.CharField(
        label="Why?",
        help_text="The borrower and those who stand for him read it.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        error_messages={"required": "Say why, in words that they will read."},
    )


class AnswerForm(forms.Form):
    """What a person says to a notice."""

    words = forms.CharField(
        label="What do you want to say?",
        max_length=1000,
        widget=forms.Textarea(attrs=WORDS),
        error_messages={"required": "Write what you want to say."},
    )


class AnswerForForm(AnswerForm):
    """The same, written down by the office for who came or sent a letter."""

    member = forms.ModelChoiceField(
        label="Who says it?", queryset=Member.objects.none(), empty_label=None,
        error_messages={"required": "Choose who says it.", "invalid_choice": "Choose who says it."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, people):
        super().__init__(data)
        self.fields["member"].queryset = people
        self.order_fields(["member", "words"])
        self.fields["words"].label = "What does he say?"


class YesOrNoForm(forms.Form):
    """Whether one takes another's place."""

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[("yes", tile("Yes, I stand for it")), ("no", tile("No"))],
        widget=Tiles,
        error_messages={"required": "Choose yes or no.", "invalid_choice": "Choose yes or no."},
    )

    @property
    def says_yes(self) -> bool:
        return self.cleaned_data["answer"] == "yes"


class AgreedForm(forms.Form):
    """The sum that somebody was shown and agrees to."""

    agreed = forms.DecimalField(
        min_value=Decimal(0), max_digits=15, decimal_places=2, widget=forms.HiddenInput, localize=False
    )


class ClaimReceiptForm(forms.Form):
    """Money that a borrower pays for those who paid for him."""

    amount = MoneyFormField(label="Amount", min_value=Decimal("0.01"))
    into = forms.ChoiceField(
        label="Where did it go?",
        choices=[(BANK, tile("Bank")), (CASH, tile("Cash box"))],
        widget=Tiles,
        error_messages={"required": "Choose where it went.", "invalid_choice": "Choose where it went."},
    )
    reference = forms.CharField(
        label="Number on the slip",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the number on the slip."},
    )
    on = DayField(label="Day of payment")

    def __init__(self, data: Any = None, *, today: date):
        super().__init__(data, initial={"on": today})
        self.fields["on"].today = today


class ContagionForm(forms.Form):
    """Which loans are thought to fail: those that are late, or some by their numbers."""

    days = forms.IntegerField(
        label="All loans late by more than so many days",
        min_value=0,
        max_value=3650,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 5}),
        error_messages={"invalid": "Enter days in figures, like 30.", "min_value": "Enter 0 or more days."},
    )
    serials = forms.CharField(
        label="Or these loans",
        help_text="Loan numbers, with a space or comma between them.",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_serials(self) -> list[str]:
        return self.cleaned_data["serials"].replace(",", " ").split()
