"""What a society says of itself that has no workbook."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from core.forms import Tiles, tile
from core.money import MoneyFormField

EMPLOYERS_ASKED = 3


class SocietyForm(forms.Form):
    """Who the society is, and who pays its members."""

    name = forms.CharField(
        label="Full name of the society",
        max_length=120,
        error_messages={"required": "Enter the name as it stands on the certificate of registration."},
    )
    short_name = forms.CharField(
        label="Short name",
        max_length=40,
        help_text="What members call it. It stands on top of each page.",
        error_messages={"required": "Enter what members call the society."},
    )
    office_phone = forms.CharField(
        label="Phone of the office", max_length=30, required=False, help_text="It stands at the foot of each page."
    )
    email = forms.EmailField(
        label="E-mail of the office",
        required=False,
        error_messages={"invalid": "Enter an e-mail address like office@society.ng."},
    )
    member_number_prefix = forms.CharField(
        label="Letters before a member number",
        max_length=10,
        help_text="UMCS makes member numbers like UMCS/0001.",
        error_messages={"required": "Enter the letters, like UMCS."},
    )
    loan_serial_prefix = forms.CharField(
        label="Letters before a loan number",
        max_length=10,
        help_text="LH makes loan numbers like LH/2026/001.",
        error_messages={"required": "Enter the letters, like LH."},
    )

    def __init__(self, data: Any = None, *, initial: dict | None = None):
        super().__init__(data, initial=initial)
        for place in range(1, EMPLOYERS_ASKED + 1):
            self.fields[f"name_{place}"] = forms.CharField(label="Name of the employer", max_length=120, required=False)
            self.fields[f"code_{place}"] = forms.CharField(
                label="Short code", max_length=12, required=False, help_text="A few letters, like LPA."
            )
            self.fields[f"pay_day_{place}"] = forms.IntegerField(
                label="Day of the month on which it pays",
                required=False,
                min_value=1,
                max_value=31,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), "Enter a day from 1 to 31. 31 means the last day."
                ),
            )

    def clean_member_number_prefix(self) -> str:
        return self._letters("member_number_prefix")

    def clean_loan_serial_prefix(self) -> str:
        return self._letters("loan_serial_prefix")

    def _letters(self, name: str) -> str:
        letters = self.cleaned_data[name].strip().upper()
        if not re.fullmatch(r"[A-Z][A-Z0-9-]*", letters):
            raise forms.ValidationError("Use letters and figures only, and begin with a letter, like UMCS.")
        return letters

    def clean(self) -> dict:
        cleaned = super().clean()
        codes: set[str] = set()
        for place in range(1, EMPLOYERS_ASKED + 1):
            name, code = cleaned.get(f"name_{place}"), cleaned.get(f"code_{place}")
            pay_day = cleaned.get(f"pay_day_{place}")
            if not (name or code or pay_day):
                continue
            if not name:
                self.add_error(f"name_{place}", "Enter the name of this employer, or leave all three empty.")
            if not code:
                self.add_error(f"code_{place}", "Give this employer a short code, like LPA.")
            elif code.upper() in codes:
                self.add_error(f"code_{place}", "Give each employer a code of its own.")
            codes.add((code or "").upper())
            if pay_day is None and f"pay_day_{place}" not in self.errors:
                self.add_error(f"pay_day_{place}", "Enter the day of the month on which it pays, like 28.")
        if not codes and not self.errors:
            self.add_error("name_1", "Enter at least one employer. Loans fall due on its pay day.")
        return cleaned

    def employer_fields(self) -> list[list[forms.BoundField]]:
        """The three fields of each employer."""
        return [
            [self[f"{what}_{place}"] for what in ("name", "code", "pay_day")] for place in range(1, EMPLOYERS_ASKED + 1)
        ]

    def employers(self) -> list[tuple[str, str, int]]:
        """Code, name and pay day of each employer that was entered."""
        cleaned = self.cleaned_data
        return [
            (cleaned[f"code_{place}"].upper(), cleaned[f"name_{place}"], cleaned[f"pay_day_{place}"])
            for place in range(1, EMPLOYERS_ASKED + 1)
            if cleaned.get(f"name_{place}")
        ]


class MoneyForm(forms.Form):
    """What is in the bank and in the cash box as the society begins here."""

    bank = MoneyFormField(label="In the bank", help_text="As the bank's statement says. Enter 0 for nothing.")
    cash = MoneyFormField(label="In the cash box", help_text="Counted by two people. Enter 0 for nothing.")
    whose = forms.ChoiceField(
        label="Whose money is it?",
        choices=[
            ("surplus", tile("The society's own", "Surplus of earlier years that nobody has a claim to")),
            ("difference", tile("Not known yet", "It waits on the opening differences until somebody can say")),
        ],
        widget=Tiles,
        error_messages={"required": "Choose whose money it is."},
    )
    reason = forms.CharField(
        label="How do you know?",
        max_length=120,
        help_text="Such as: bank statement of 30 September and cash count of the same day.",
        error_messages={"required": "Write where these figures come from."},
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("bank") == 0 and cleaned.get("cash") == 0:
            raise forms.ValidationError("Enter an amount. With nothing in bank and cash there is nothing to open.")
        return cleaned
