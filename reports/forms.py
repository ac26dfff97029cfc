from __future__ import annotations

from datetime import date

from django import forms

DAY = {"invalid": "Choose a day, like 26 October 2026.", "required": "Choose a day."}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), error_messages=DAY
    )


class PeriodForm(forms.Form):
    """The first and the last day of a statement, and which account; named as they stand in the address."""

    account = forms.ChoiceField(
        label="Which account", required=False, error_messages={"invalid_choice": "Choose one of the accounts."}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # `from` is a word of Python's own, so the two days are added by name.
        self.fields = {"from": _day("From"), "to": _day("To"), **self.fields}

    def offer(self, choices) -> None:
        """The accounts that there are, once they are known."""
        self.fields["account"].choices = [("", "All accounts"), *choices]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("from") and cleaned.get("to") and cleaned["from"] > cleaned["to"]:
            self.add_error("to", "Choose a last day that is not before the first.")
        return cleaned


class DayForm(forms.Form):
    as_of = _day("As at")

    @staticmethod
    def day_of(data, today: date) -> tuple[DayForm, date]:
        """The day that was asked for, or today where none was or it cannot be read."""
        form = DayForm(data if "as_of" in data else {"as_of": today})
        return form, form.cleaned_data["as_of"] if form.is_valid() else today


class CheckForm(forms.Form):
    """What stands on a printed statement."""

    number = forms.CharField(
        label="Member number", max_length=20, error_messages={"required": "Enter the member number on the paper."}
    )
    first = _day("First day")
    last = _day("Last day")
    code = forms.CharField(
        label="Verification code", max_length=20, error_messages={"required": "Enter the code on the paper."}
    )
