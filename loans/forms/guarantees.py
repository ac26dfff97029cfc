"""Choosing guarantors, and answering for oneself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from core.forms import Tiles, tile
from core.money import MoneyFormField, naira
from loans.models import Guarantee
from loans.selectors.guarantees import FEWEST_LETTERS
from members.models import Member


class FindGuarantorForm(forms.Form):
    """Whom the applicant looks for, and what he would ask him to stand for."""

    q = forms.CharField(
        label="Name or member number",
        help_text=f"{FEWEST_LETTERS} letters or more. Ask only people who know that you will ask them.",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    amount = MoneyFormField(label="How much should this person stand for?", min_value=Decimal(1), required=False)

    def suggest(self, amount: Decimal | None) -> None:
        """Show the amount that was searched for in the box, when none was typed."""
        if not self.data.get("amount") and amount:
            self.data = {"q": self.data.get("q", ""), "amount": amount}

    def answers(self) -> dict[str, Any]:
        """What was typed, as far as it can be read: the name, and the amount or None."""
        self.is_valid()
        return {"words": self.cleaned_data.get("q", ""), "amount": self.cleaned_data.get("amount")}


class AskForm(forms.Form):
    """One member and one amount; who may be asked is the service's to say."""

    guarantor = forms.ModelChoiceField(
        queryset=Member.objects.select_related("user"),
        error_messages={"invalid_choice": "We could not find this member. Search again."},
    )
    amount = MoneyFormField(min_value=Decimal(1))


class ConsentForm(forms.Form):
    """Yes or no, with nothing chosen beforehand; a yes is signed by typing the amount."""

    YES, NO = "yes", "no"

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[
            (YES, tile("Yes, I will stand for this loan")),
            (NO, tile("No, not this time")),
        ],
        widget=Tiles(),
        error_messages={"required": "Choose yes or no."},
    )
    typed_amount = MoneyFormField(label="If yes, type the amount you stand for", required=False)
    reason = forms.CharField(
        label="If no, a word to the borrower (you need not say anything)",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data=None, *, guarantee: Guarantee):
        super().__init__(data)
        self.guarantee = guarantee
        amount = naira(guarantee.amount)
        borrower = guarantee.borrower.first_name
        self.fields["typed_amount"].help_text = f"Type {amount}. It signs your answer, like a thumb print."
        self.fields["reason"].label = f"If no, a word to {borrower}"
        self.fields["reason"].help_text = f"You need not say why. What you write here {borrower} will read."

    @property
    def says_yes(self) -> bool:
        return self.cleaned_data["answer"] == self.YES

    @property
    def thanks(self) -> str:
        borrower = self.guarantee.borrower.name
        if self.says_yes:
            return f"You stand for {naira(self.guarantee.amount)} of the loan of {borrower}."
        return f"You said no. {borrower} is told to choose another member."

    def clean(self) -> dict:
        answers = super().clean()
        typed = answers.get("typed_amount", self.guarantee.amount)  # what could not be read has its own error
        if answers.get("answer") == self.YES and typed != self.guarantee.amount:
            self.add_error("typed_amount", f"Type {naira(self.guarantee.amount)} to say yes.")
        return answers
