"""What the component page shows: every piece in each of its states, with made-up people and figures."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms

from core.forms import Tiles, tile
from core.money import MoneyFormField
from core.tables import Column, Table

QUEUE = Table(
    "Applications waiting for a vote",
    Column("Applicant", "name", kind="lead", href="url", small="number"),
    Column("Loan", "loan", kind="full"),
    Column("Amount", "amount", kind="naira", strong=True),
    Column("Of pay", "share", kind="percent"),
    Column("Cover", "cover", kind="pill", tone="tone"),
    Column("Sent", "sent_on", kind="date", empty="not yet"),
)


class SpecimenForm(forms.Form):
    kind = forms.ChoiceField(
        label="Type of loan",
        choices=[
            ("normal", tile("Normal loan", "Twice your savings, up to 18 months")),
            ("emergency", tile("Emergency loan", "Half your savings, up to 3 months")),
        ],
        widget=Tiles(layout="2"),
    )
    amount = MoneyFormField(label="How much?", help_text="Your limit is ₦1,955,000.")
    months = forms.ChoiceField(
        label="How many months to pay back?",
        choices=[(str(months), str(months)) for months in (3, 6, 10, 12, 18)],
        widget=Tiles(layout="row"),
    )
    purpose = forms.ChoiceField(label="What is it for?", choices=[("fees", "School fees"), ("rent", "Rent")])
    note = forms.CharField(label="Anything we should know", required=False, widget=forms.Textarea({"rows": 3}))
    paper = forms.FileField(label="Your pay slip", help_text="A photo or a PDF, up to 5 MB.", required=False)
    agreed = forms.BooleanField(label="I have read what I am promising, and nobody is forcing me.")


class ConfirmForm(forms.Form):
    word = forms.CharField(label="Type NOVEMBER to confirm", widget=forms.TextInput({"autocomplete": "off"}))


def _row(name: str, number: str, amount: str, share: str, cover: str, tone: str, sent_on: date | None) -> Any:
    return SimpleNamespace(
        name=name,
        number=number,
        loan="Normal, 10 months",
        amount=Decimal(amount),
        share=Decimal(share),
        cover=cover,
        tone=tone,
        sent_on=sent_on,
        url="#queue",
    )


def specimens() -> dict[str, Any]:
    """The context of `portal/components.html`."""
    bad = SpecimenForm({"amount": "2,400,000", "kind": "normal", "months": "10", "purpose": "fees"})
    bad.is_valid()
    bad.add_error("amount", "Ask for ₦1,955,000 or less")
    rows = [
        _row("Adaeze Okonkwo", "UMCS/0412", "500000.00", "31", "Full", "good", date(2026, 11, 18)),
        _row("Musa Ibrahim", "UMCS/0098", "1800000.00", "29.5", "Full", "good", date(2026, 11, 11)),
        _row("Chinedu Nwosu", "UMCS/0350", "900000.00", "33", "₦60,000 short", "short", None),
    ]
    return {
        "form": bad,
        "confirm": ConfirmForm(),
        "queue": QUEUE,
        "rows": rows,
        "current": rows[0],
        "savings": [860, 895, 930, 968, 1002, 1040, 1075, 1110, 1150, 1190, 1240, 1284],
        "months": [
            ("Dec", Decimal("9.1"), "9.1"),
            ("Jan", Decimal("10.4"), "10.4"),
            ("Feb", Decimal("11.8"), "11.8"),
            ("Mar", Decimal("8.2"), "8.2"),
            ("Apr", Decimal("9.9"), "9.9"),
            ("May", Decimal("12.3"), "12.3"),
        ],
        "steps": [
            {"label": "Loan", "state": "done"},
            {"label": "Guarantors", "state": "now"},
            {"label": "Papers", "state": "next"},
            {"label": "Send", "state": "next"},
        ],
        "events": [
            {"title": "Application sent", "detail": "Wed 18 Nov 2026, 8.02am", "state": "done"},
            {"title": "Committee voting", "detail": "2 of 6 have voted. Closes Wed 2 Dec, 2pm", "state": "now"},
            {"title": "Payout to bank", "detail": "Within 2 working days of approval", "state": "next"},
        ],
        "checks": [
            {"outcome": "pass", "title": "Member for 6 months or more", "detail": "You joined in March 2019"},
            {
                "outcome": "fail",
                "title": "Over your limit of ₦1,955,000",
                "detail": "You asked for ₦2,400,000, which is ₦445,000 too much",
            },
            {
                "outcome": "unknown",
                "title": "Deductions under a third of pay",
                "detail": "We cannot tell yet: nobody has entered your pay",
            },
        ],
        "job": {"title": "Posting the matched lines", "done": 212, "total": 291, "note": "about 20 seconds left"},
        "facts": [("Lines that will be posted", "312"), ("Passbooks that change", "318")],
        "day": date(2026, 11, 27),
    }
