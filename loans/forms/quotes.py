"""For which day a pay-off figure is asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from core.display import dmy
from loans.selectors.quotes import MOST_DAYS

USUAL_DAYS = 14


class QuoteForm(forms.Form):
    """The last day of a quote; asked for nothing, two weeks from today."""

    valid_until = forms.DateField(
        label="Until which day?",
        help_text="The figure stays the same until then, if nothing else is paid on the loan.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the day.", "invalid": "Choose the day."},
    )

    def __init__(self, data: Any = None, *, first: date):
        self.first, self.last = first, first + timedelta(days=MOST_DAYS)
        usual = first + timedelta(days=USUAL_DAYS)
        super().__init__(data if data and "valid_until" in data else {"valid_until": usual})
        self.fields["valid_until"].widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    def clean_valid_until(self) -> date:
        day = self.cleaned_data["valid_until"]
        if not self.first <= day <= self.last:
            raise forms.ValidationError(f"Choose a day from {dmy(self.first)} to {dmy(self.last)}.")
        return day
