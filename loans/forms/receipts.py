"""What is typed at the counter: money that a member paid, what becomes of the rest, and why one is taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.display import dmy, naira, plural
from core.forms import Tiles, tile
from core.money import MoneyFormField
from loans.forms.officer import BANK, CASH, DayField
from loans.models import RepaymentUse
from loans.services.previews import ReceiptPreview
from loans.story import Outlook

TITLES = {
    RepaymentUse.AHEAD: "Pay the next payments early",
    RepaymentUse.SHORTER: "Make the loan shorter",
    RepaymentUse.SMALLER: "Make the payments smaller",
    RepaymentUse.SAVINGS: "Put {rest} into voluntary savings",
    RepaymentUse.REFUND: "Give {rest} back in cash",
}


class ReceiptForm(forms.Form):
    """Money that a member paid at the office. It is shown where the money goes before anything is recorded."""

    amount = MoneyFormField(label="How much was paid?", min_value=Decimal("0.01"))
    into = forms.ChoiceField(
        label="Where is the money?",
        choices=[(BANK, tile("In the bank", "Transfer or teller")), (CASH, tile("Cash", "In the cash box"))],
        widget=Tiles(layout="2"),
        error_messages={"required": "Choose bank or cash."},
    )
    reference = forms.CharField(
        label="Number on the slip",
        help_text="The bank's teller or transfer, or our receipt. Where one slip pays two loans, add a letter.",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the number on the slip."},
    )
    on = DayField(label="Day of the payment")
    use = forms.ChoiceField(
        label="What becomes of it? The member chooses", required=False, choices=RepaymentUse.choices,
        widget=Tiles(layout="2"),
    )  # fmt: skip
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, today: date, amount: str = ""):
        super().__init__(data, initial={"on": today, "amount": amount[:20]})
        self.fields["on"].today = today
        self.preview: ReceiptPreview | None = None

    @property
    def has_figures(self) -> bool:
        """Whether amount and day can be read, so that what they do can be shown."""
        return self.is_bound and {"amount", "on"} <= self.cleaned_data.keys()

    def figures(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("amount", "on")}

    def forget_errors(self) -> None:
        """While somebody types, nothing is wrong yet but what keeps the figures from being shown."""
        for name in set(self.errors) - {"use"}:
            if self.preview is not None or name in ("into", "reference"):
                del self.errors[name]

    def facts(self) -> dict[str, Any]:
        facts = {name: self.cleaned_data[name] for name in ("amount", "into", "reference", "on")}
        return facts | {"use": self.cleaned_data["use"] or RepaymentUse.AHEAD}

    def is_agreed(self) -> bool:
        """Whether the officer has seen what this very amount does on this very day, the choice made, and said yes."""
        if "record" not in self.data:
            return False
        seen, choice = self.cleaned_data["shown"], self.cleaned_data["use"]
        if seen == self._fingerprint(asked=True) and not choice:
            self.add_error("use", "Ask the member what becomes of the rest, and choose it.")
            return False
        return seen in (self._fingerprint(asked=True), self._fingerprint(asked=False))

    def show(self, preview: ReceiptPreview | None) -> None:
        """Let the next answer be about what is shown now, and offer what the payer may choose."""
        self.preview = preview
        choices = preview.choices if preview else {}
        self.fields["use"].choices = told_choices(choices)
        self.data = {**self.data.dict(), "shown": self._fingerprint(asked=bool(choices))}
        if self.data.get("use") not in choices:
            self.data.pop("use", None)
            if preview and preview.is_little_early:
                self.data["use"] = RepaymentUse.AHEAD

    @property
    def chosen(self) -> Outlook | None:
        """What the payment does by the choice made; where there is no choice, by itself."""
        if self.preview is None:
            return None
        if not self.preview.choices:
            return self.preview.due
        return self.preview.choices.get(self.data.get("use"))

    def _fingerprint(self, *, asked: bool) -> str:
        """What was shown where the money goes: it is recorded only as it was shown."""
        return f"{self.cleaned_data['amount']}|{self.cleaned_data['on']}{'|choose' if asked else ''}"


def told_choices(choices: dict[str, Outlook]) -> list[tuple[str, str]]:
    """Choices for a form, each with what it does."""
    return [(use, _told(use, outlook)) for use, outlook in choices.items()]


def _told(use: str, outlook: Outlook):
    """A choice and its consequence, each by the same figures so that they can be compared."""
    return tile(TITLES[use].format(rest=naira(outlook.surplus)), _goes_on(outlook))


def _goes_on(outlook: Outlook) -> str:
    if outlook.closes:
        return "The loan is paid off."
    following = f"Next payment {naira(outlook.next_instalment)} on {dmy(outlook.next_on)}. " if outlook.next_on else ""
    return (
        f"{following}{plural(outlook.left, 'payment')} left, the last on {dmy(outlook.ends_on)}. "
        f"Interest still to come: {naira(outlook.interest_to_come)}."
    )


class ReverseForm(forms.Form):
    """Why a payment is taken back, and from which day."""

    reason = forms.CharField(
        label="What was wrong?", help_text="The member and the auditor read this.", max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say what was wrong with this payment."},
    )  # fmt: skip
    on = DayField(label="Day on which it counts")

    def __init__(self, data=None, *, today: date):
        super().__init__(data, initial={"on": today})
        self.fields["on"].today = today
