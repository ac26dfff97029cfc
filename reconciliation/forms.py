"""What a person types and chooses in the month's work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from core.display import month as spoken_month
from core.money import MoneyFormField
from core.workbooks import LIMITS
from members.models import Employer
from reconciliation.models import DeductionSchedule

MONTHS_BACK, MONTHS_AHEAD = 6, 2
LATEST = timedelta(days=31)  # a value date later than that is a slip of the keyboard


def months_around(today: date) -> list[date]:
    """The first days of the months for which a schedule may be wanted, latest first."""
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this + MONTHS_AHEAD, this - MONTHS_BACK - 1, -1)]


class PrepareForm(forms.Form):
    employer = forms.ChoiceField(label="Employer", error_messages={"required": "Choose the employer."})
    month = forms.ChoiceField(label="Month", error_messages={"required": "Choose the month."})

    def __init__(self, data: Any = None, *, employers: Iterable[Employer], today: date):
        super().__init__(data, initial={"month": today.replace(day=1).isoformat()})
        self.employers = {str(employer.pk): employer for employer in employers}
        self.fields["employer"].choices = [
            ("", "Choose"), *((pk, employer.name) for pk, employer in self.employers.items())
        ]  # fmt: skip
        self.fields["month"].choices = [(day.isoformat(), spoken_month(day)) for day in months_around(today)]

    def clean_employer(self) -> Employer:
        return self.employers[self.cleaned_data["employer"]]

    def clean_month(self) -> date:
        return date.fromisoformat(self.cleaned_data["month"])


class EmptyForm(forms.Form):
    """A form that only confirms: its errors are what the service says."""


class WordForm(forms.Form):
    """The word that posts a return, typed by hand."""

    word = forms.CharField(
        label="Type POST to go on",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": "Type POST to go on."},
    )

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().upper() != "POST":
            raise forms.ValidationError("Type POST to go on.")
        return "POST"


class ImportForm(forms.Form):
    schedule = forms.ChoiceField(
        label="Employer and month", error_messages={"required": "Choose the employer and the month."}
    )
    file = forms.FileField(
        label="The employer's return",
        help_text="XLSX or CSV as it came, at most 20 MB. We only read it. Nothing is posted yet.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "Choose the file that the employer sent.",
            "empty": "This file is empty. Choose the file that the employer sent.",
        },
    )
    bank_credit = MoneyFormField(
        label="What the bank credited, in naira",
        help_text="From the bank statement, to the kobo. A charge that the bank kept is confirmed later.",
    )
    received_on = forms.DateField(
        label="Day on which the bank credited it",
        help_text="The value date on the statement.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Choose the day on the bank statement.",
            "invalid": "Choose a day, like 28 Oct 2026.",
        },
    )
    bank_reference = forms.CharField(
        label="The bank's words for it", required=False, max_length=120, help_text="The narration, if you like."
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, schedules: Iterable[DeductionSchedule], today: date,
        chosen: str = "",
    ):  # fmt: skip
        super().__init__(data, files, initial={"schedule": chosen})
        self.today = today
        self.schedules = {str(schedule.pk): schedule for schedule in schedules}
        self.fields["schedule"].choices = [
            ("", "Choose"),
            *((pk, f"{one.employer}, {spoken_month(one.month)} ({one.number})") for pk, one in self.schedules.items()),
        ]

    def clean_schedule(self) -> DeductionSchedule:
        return self.schedules[self.cleaned_data["schedule"]]

    def clean_file(self) -> Any:
        chosen = self.cleaned_data["file"]
        if chosen.size > LIMITS.packed_bytes:
            raise forms.ValidationError(
                f"This file is {chosen.size / 1_000_000:.1f} MB; the most we take is "
                f"{LIMITS.packed_bytes // 1_000_000} MB. Ask the employer for the list alone."
            )
        return chosen

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.today + LATEST:
            raise forms.ValidationError("This day is still to come. Check the year.")
        return day


class ChargeForm(forms.Form):
    charge = MoneyFormField(label="What the bank kept, in naira", min_value=Decimal("0.01"))


class MemberForm(forms.Form):
    """The member whom a button names."""

    member = forms.IntegerField(
        min_value=1, widget=forms.HiddenInput, error_messages={"required": "Choose the member first."}
    )


class FindForm(forms.Form):
    q = forms.CharField(
        label="Name, member number or staff number",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
