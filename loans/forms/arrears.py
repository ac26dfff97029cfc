"""What is asked about arrears: which day and table a report is for, what a pause is, which day a provision is of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from loans.forms.officer import DayField
from loans.models import LateScheme, PauseReason
from members.models import Employer


class PortfolioForm(forms.Form):
    """The day and the table of classes; anything that cannot be read gives the newest day and the table in use."""

    as_of = DayField(label="As at")
    scheme = forms.ChoiceField(label="Classes", required=False)

    def __init__(self, data: Any, *, known: tuple[date, date], schemes: Iterable[LateScheme]):
        first, last = known
        super().__init__({"as_of": last, **data.dict()})
        self.fields["as_of"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        self.schemes = {one.code: one for one in schemes}
        self.fields["scheme"].choices = [(code, one.name) for code, one in self.schemes.items()]
        self.full_clean()
        asked = self.cleaned_data.get("as_of") or last
        self.on = min(max(asked, first), last)


class ProvisionForm(forms.Form):
    as_of = DayField(label="The last day of the month")


class PauseForm(forms.Form):
    """Days that do not count against a loan; without a last day until somebody ends it."""

    why = forms.ChoiceField(
        label="Why", choices=[(one.value, one.label) for one in (PauseReason.DISPUTE, PauseReason.EMPLOYER)]
    )
    first = DayField(label="First day")
    until = DayField(label="Counts again from", required=False, help_text="Leave it empty while nobody knows.")
    reason = forms.CharField(
        label="What happened", max_length=200, error_messages={"required": "Say what happened, in a few words."}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("first") and cleaned.get("until") and cleaned["until"] <= cleaned["first"]:
            self.add_error("until", "Choose a day after the first one.")
        return cleaned


class EmployerPauseForm(PauseForm):
    """The same for all loans of an employer's members whose payments he did not pay over."""

    employer = forms.ModelChoiceField(
        label="Employer", queryset=Employer.objects.order_by("name"), empty_label="Choose the employer",
        error_messages={"required": "Choose the employer.", "invalid_choice": "Choose one of the employers."},
    )  # fmt: skip
    field_order = ("employer", "first", "until", "reason")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        del self.fields["why"]


class EndPauseForm(forms.Form):
    until = DayField(label="Counts again from")
