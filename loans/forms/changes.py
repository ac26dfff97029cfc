"""What is typed about a change of a running loan: its terms by its kind, why, and why it is declined or taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.forms import Tiles, tile
from core.money import MoneyFormField
from loans.forms.officer import DayField
from loans.models import ChangeKind, HolidayReason

MOST = 60


class ChangeForm(forms.Form):
    """What every change says: from which day, and why. It is shown what it does before it is asked for."""

    effective_on = DayField(label="From which day?")
    reason = forms.CharField(
        label="What is the reason?",
        help_text="The member, the second person and the auditor read it.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        error_messages={"required": "Say why, in words that the member will read."},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    kind: str = ""

    def __init__(self, data: Any = None, *, today: date):
        super().__init__(data, initial={"effective_on": today})
        self.fields["effective_on"].today = today
        self.order_fields([name for name in self.fields if name not in ("reason", "seen")])

    @property
    def terms(self) -> dict[str, Any]:
        """The terms in the words of the service."""
        return {}

    @property
    def resolution(self) -> str:
        return self.cleaned_data.get("resolution", "")

    def is_agreed(self, fingerprint: str) -> bool:
        """The person has seen what this very change does to this very loan, and asks for it."""
        return "ask" in self.data and self.cleaned_data["seen"] == self._of(fingerprint)

    def is_stale(self, fingerprint: str) -> bool:
        """It was asked for as it was shown, and would now do something else."""
        return "ask" in self.data and self.cleaned_data["seen"] != self._of(fingerprint)

    def show_again(self, fingerprint: str) -> None:
        """Let the next answer be about what is shown now."""
        self.data = {**self.data.dict(), "seen": self._of(fingerprint)}

    def _of(self, fingerprint: str) -> str:
        return f"{self.cleaned_data['effective_on']}|{self.terms}|{fingerprint}"


class HolidayForm(ChangeForm):
    kind = ChangeKind.HOLIDAY
    why = forms.ChoiceField(
        label="Why do the payments rest?",
        choices=[(value, tile(label)) for value, label in HolidayReason.choices],
        widget=Tiles(layout="2"),
        error_messages={"required": "Choose why the payments rest."},
    )
    months = forms.IntegerField(
        label="How many payments rest?",
        help_text="All that is due from that day on moves so many pay days back.",
        min_value=1,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter how many payments rest.", "invalid": "Enter a whole number."},
    )
    interest = forms.ChoiceField(
        label="Does interest run on meanwhile?",
        choices=[
            ("runs", tile("Yes", "Each later payment bears an equal share of it")),
            ("rests", tile("No", "The society gives it up")),
        ],
        widget=Tiles(layout="2"),
        error_messages={"required": "Choose whether interest runs on."},
    )

    @property
    def terms(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {"months": found["months"], "why": found["why"], "interest_runs": found["interest"] == "runs"}


class RestructureForm(ChangeForm):
    kind = ChangeKind.RESTRUCTURE
    months = forms.IntegerField(
        label="Over how many payments?",
        help_text="All that is owed on that day is spread over so many payments.",
        min_value=1,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter over how many payments.", "invalid": "Enter a whole number."},
    )
    rate = forms.DecimalField(
        label="A new yearly rate, in percent",
        help_text="Leave it empty to keep the rate of the loan.",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=6,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    @property
    def terms(self) -> dict[str, Any]:
        return {"months": self.cleaned_data["months"], "annual_rate_percent": self.cleaned_data["rate"]}


class WaiverForm(ChangeForm):
    kind = ChangeKind.WAIVER
    interest = MoneyFormField(label="How much interest is let off?", required=False)
    penalty = MoneyFormField(label="How much penalty is let off?", required=False)

    @property
    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] or Decimal(0) for name in ("interest", "penalty")}


class WriteOffForm(ChangeForm):
    kind = ChangeKind.WRITE_OFF
    resolution = forms.CharField(
        label="Resolution of the general meeting",
        help_text="Its number and date, as in the minutes: AGM 2026, no. 7, 14 March 2026.",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the number and date of the resolution."},
    )


FORMS: dict[str, type[ChangeForm]] = {
    form.kind: form for form in (HolidayForm, RestructureForm, WaiverForm, WriteOffForm)
}


class SeenForm(forms.Form):
    """What the second person saw: the decision counts for that alone."""

    seen = forms.CharField(widget=forms.HiddenInput)


class WhyForm(forms.Form):
    """Why a change is declined, or taken back."""

    reason = forms.CharField(
        label="Why?",
        help_text="The member and the auditor read it.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        error_messages={"required": "Say why, in words that the member will read."},
    )
