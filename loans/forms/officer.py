"""What the loan officer and the treasurer type: a payout, a receipt, why a payment is taken back."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

from core.display import dmy
from loans.selectors.register_list import LATE
from loans.states import LoanStatus

BANK, CASH = "bank", "cash"


class DayField(forms.DateField):
    """A day that is not after today."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"required": "Choose the day.", "invalid": "Choose the day."}

    def __init__(self, *, today: date | None = None, **options: Any):
        super().__init__(**options)
        self.today = today

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and self.today and day > self.today:
            raise forms.ValidationError(f"This day is still to come. Enter {dmy(self.today)} or an earlier day.")
        return day


class FindForm(forms.Form):
    """What the register's list is narrowed to; anything that cannot be read narrows nothing."""

    STATUSES = [
        ("", "All"), (LoanStatus.ACTIVE, "Running"), (LATE, "Late"), (LoanStatus.REGISTERED, "Ready to pay"),
        (LoanStatus.QUEUED, "In the queue"), (LoanStatus.CLOSED, "Paid back"), (LoanStatus.CANCELLED, "Cancelled"),
    ]  # fmt: skip

    q = forms.CharField(
        label="Loan number, name, member or staff number", required=False, max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search", "placeholder": "Name or number"}),
    )  # fmt: skip
    status = forms.ChoiceField(label="Standing", required=False, choices=STATUSES)
    product = forms.ChoiceField(label="Kind of loan", required=False)

    def __init__(self, data, *, kinds: list[tuple[str, str]]):
        super().__init__(data)
        self.fields["product"].choices = [("", "Any kind of loan"), *kinds]

    def standings(self, numbers: dict[str, int], address: str) -> list[dict[str, Any]]:
        """The register's groups with how many stand in each; the one that is shown leads back to all."""
        chosen = self.cleaned_data.get("status", "") if self.is_valid() else ""
        return [
            {
                "label": label,
                "count": numbers.get(value, 0),
                "href": address if value == chosen else f"{address}?status={value}",
                "is_current": value == chosen,
            }
            for value, label in self.STATUSES
            if value and value != LoanStatus.CANCELLED
        ]

    def narrowed(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        return {
            "words": found.get("q", ""), "status": found.get("status", ""), "product": found.get("product", ""),
        }  # fmt: skip


class PayoutForm(forms.Form):
    """The transfer as it stands on the bank's slip."""

    bank_name = forms.CharField(
        label="Member's bank", max_length=80, error_messages={"required": "Enter the name of the member's bank."}
    )
    bank_account = forms.CharField(
        label="Account number", help_text="Ten figures.", max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter the ten figures of the account number."},
    )  # fmt: skip
    bank_reference = forms.CharField(
        label="Number of the transfer", help_text="From the bank's own slip or statement.", max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the number of the transfer from the bank's slip."},
    )  # fmt: skip
    on = DayField(label="Day of the transfer")
    seen = forms.BooleanField(
        label="I have sent this money, to this member's own account.",
        error_messages={"required": "Tick this once the bank has taken the transfer."},
    )

    def __init__(self, data=None, *, today: date):
        super().__init__(data, initial={"on": today})
        self.fields["on"].today = today

    def clean_bank_account(self) -> str:
        account = re.sub(r"[\s-]", "", self.cleaned_data["bank_account"])
        if not re.fullmatch(r"[0-9]{10}", account):
            raise forms.ValidationError("An account number has ten figures. Check it against the member's papers.")
        return account

    def details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("bank_name", "bank_account", "bank_reference", "on")}


class CancelForm(forms.Form):
    """Why a loan that is in the register will not be paid out."""

    reason = forms.CharField(
        label="Why will it not be paid out?", help_text="The member reads this.", max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why, in words that the member will read."},
    )  # fmt: skip


class EmptyForm(forms.Form):
    """A page whose button is the whole answer."""
