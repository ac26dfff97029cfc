"""The steps of asking for a loan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from core.display import percent, plural
from core.forms import Tiles, tile
from core.money import MoneyFormField
from loans.eligibility import Facts
from loans.errors import NotEligible
from loans.models import LoanApplication, ProductVersion
from loans.schedules import PayDays
from loans.selectors.applications import Figures, figures

LONGEST_TERM = 120  # months: more than that is a slip of the finger, whatever the product


class LoanForm(forms.Form):
    """What kind of loan, how much, for how long and for what; `figures` says what that would mean.

    A press of "Update the figures" asks for the numbers alone; "Ask for this instead" brings the nearest amount and
    term as `nearest`; only "Save and continue" needs every answer and refuses what the rules refuse.
    """

    product = forms.ChoiceField(label="What kind of loan?", widget=Tiles(layout="2"))
    amount = MoneyFormField(label="How much?", min_value=Decimal(1))
    term_months = forms.IntegerField(
        label="How many months to pay back?",
        min_value=1,
        max_value=LONGEST_TERM,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 3}),
        error_messages={
            "required": "Enter the number of months, like 12.",
            "invalid": "Enter the number of months in figures, like 12.",
            "min_value": "Enter 1 month or more.",
            "max_value": f"Enter {LONGEST_TERM} months or fewer.",
        },
    )
    purpose = forms.CharField(
        label="What is it for?",
        help_text="A few words, like school fees or a roof. The committee and your guarantors read this.",
        max_length=200,
        error_messages={"required": "Say in a few words what the money is for."},
    )

    def __init__(
        self, data: Any = None, *, versions: Sequence[ProductVersion], facts: Facts, pay_days: PayDays,
        draft: LoanApplication | None = None,
    ):  # fmt: skip
        self.versions = {version.product.code: version for version in versions}
        self.facts, self.pay_days = facts, pay_days
        self.figures: Figures | None = None
        self.saving = data is not None and data.get("do") == "save"
        if data is not None and "nearest" in data:
            data = data.copy()
            data["amount"], _, data["term_months"] = data["nearest"].partition("/")
        super().__init__(data, initial=self._answers_of(draft))
        self.fields["product"].choices = [
            (code, tile(f"{version.product.name} loan", self._in_short(version)))
            for code, version in self.versions.items()
        ]
        self.fields["purpose"].required = self.saving
        if draft is not None and not self.is_bound:
            self._work_out(draft.product.code, draft.amount, draft.term_months)

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        asked = [answers.get(name) for name in ("product", "amount", "term_months")]
        if all(asked):
            self._work_out(*asked)
        if self.saving and self.figures and not self.figures.verdict.allows:
            refused = NotEligible(self.figures.verdict)
            self.add_error(refused.field, refused.message)
        return answers

    def terms(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return {**self.cleaned_data, "product": self.versions[self.cleaned_data["product"]].product}

    def _work_out(self, code: str, amount: Decimal, term_months: int) -> None:
        version = self.versions.get(code)
        if version is not None:
            self.figures = figures(self.facts, version, amount, term_months, pay_days=self.pay_days)

    @staticmethod
    def _answers_of(draft: LoanApplication | None) -> dict[str, Any]:
        if draft is None:
            return {}
        return {
            "product": draft.product.code,
            "amount": draft.amount,
            "term_months": draft.term_months,
            "purpose": draft.purpose,
        }

    @staticmethod
    def _in_short(version: ProductVersion) -> str:
        rate = percent(version.annual_rate_percent, 3)
        most = plural(version.max_term_months, "month")
        return f"{version.product.purpose}. {rate} a year, up to {most}".removeprefix(". ")


class SendForm(forms.Form):
    """The last step: the member says that he means it."""

    agree = forms.BooleanField(
        label="I ask for this loan and will pay it back as shown here. It may be taken from my salary.",
        error_messages={"required": "Tick the box to say that you agree."},
    )


class ConfirmForm(forms.Form):
    """A page of its own before something that cannot be undone: nothing to type, the button names it."""
