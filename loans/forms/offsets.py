"""What is asked of a member's savings for his loan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from core.forms import Tiles
from core.money import MoneyFormField
from loans.forms.receipts import told_choices
from loans.models import RepaymentUse
from loans.services.previews import PREPAYMENTS, ReceiptPreview


class OffsetForm(forms.Form):
    """How much, and what becomes of it where it is above what is due; shown before it is sent."""

    amount = MoneyFormField(label="How much of the savings?", min_value=Decimal("0.01"))
    use = forms.ChoiceField(
        label="What becomes of what is above what is due?", choices=RepaymentUse.choices, required=False,
        widget=Tiles(layout="2"),
    )  # fmt: skip

    def __init__(self, data: Any = None):
        super().__init__(data)
        self.preview: ReceiptPreview | None = None

    def show(self, preview: ReceiptPreview | None) -> None:
        self.preview = preview
        choices = {use: one for use, one in preview.choices.items() if use in PREPAYMENTS} if preview else {}
        self.fields["use"].choices = told_choices(choices)

    @property
    def must_choose(self) -> bool:
        return bool(self.fields["use"].choices) and not self.cleaned_data["use"]

    def facts(self) -> dict[str, Any]:
        return {"amount": self.cleaned_data["amount"], "use": self.cleaned_data["use"] or RepaymentUse.AHEAD}


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Why not?", help_text="The member reads this.", max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why, in words that the member will read."},
    )  # fmt: skip
