"""What a person types and chooses while the society's own books come in."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from core.workbooks import LIMITS
from onboarding.mapping import SheetMapping
from onboarding.vocabulary import ACCOUNT_KINDS, KINDS, LABELS, MEANINGS

NOT_READ = [("", "Not used")]
SHEET_KINDS = {
    "members": "The register of members",
    "balances": "The members' balances",
    "loans": "The running loans",
    "trial_balance": "The trial balance",
    "ignore": "Not used",
}
ROW_KINDS = {
    "data": "An ordinary row",
    "total": "A total",
    "signature": "A signature",
    "repeated_header": "The headings again",
    "note": "A note",
    "skip": "Left out",
}
ACCOUNT_LABELS = {
    "savings": "Members' savings",
    "voluntary": "Voluntary savings",
    "shares": "Share capital",
    "christmas": "Christmas savings",
    "loans": "Loans to members",
    "loans_normal": "Normal loans",
    "loans_emergency": "Emergency loans",
    "loans_electronics": "Electronics loans",
    "loans_commodity": "Commodity loans",
    "loans_asset": "Car and asset loans",
    "bank": "Bank",
    "cash": "Cash in hand",
    "reserve": "Statutory reserve",
    "surplus": "Undistributed surplus",
    "investments": "Investments",
    "fixed_assets": "Fixed assets",
    "receivable": "Money owed to the society",
    "payable": "Money the society owes",
    "loan_provision": "Allowance for loan losses",
    "interest_income": "Interest received on loans",
    "fee_income": "Fees received",
    "bank_charges": "Bank charges",
    "expense": "Running costs",
    "other": "None of these: to the opening differences",
}
MOST_COLUMNS = 60  # more than a person can answer for on one page
MOST_ROWS = 60
ROW_LIST = re.compile(r"\d{1,6}(?:\s*-\s*\d{1,6})?")


def label_of(meaning: str) -> str:
    """What a column holds, to begin a sentence or a choice with."""
    words = LABELS[meaning]
    return words[0].upper() + words[1:]


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Your workbook",
        help_text="XLSX or CSV, at most 20 MB. We only read it. Nothing is posted before two people agree.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "Choose the workbook that holds the society's figures.",
            "empty": "This file is empty. Choose the workbook that holds the society's figures.",
        },
    )

    def clean_file(self) -> Any:
        chosen = self.cleaned_data["file"]
        if chosen.size > LIMITS.packed_bytes:
            raise forms.ValidationError(
                f"This file is {chosen.size / 1_000_000:.1f} MB; the most we take is "
                f"{LIMITS.packed_bytes // 1_000_000} MB. Copy only the filled cells to a new workbook and choose that "
                "one."
            )
        return chosen


class DayForm(forms.Form):
    as_at = forms.DateField(
        label="Day of these books",
        help_text="The day on which the balances stood, such as 30 September 2026.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Choose the day of the balances.",
            "invalid": "Choose a day, like 30 September 2026.",
        },
    )


class SheetForm(forms.Form):
    """What one sheet is, where its headings stand, what each column holds, and which rows are no data."""

    kind = forms.ChoiceField(label="What is this sheet?", choices=[(kind, SHEET_KINDS[kind]) for kind in KINDS])
    header_row = forms.IntegerField(
        label="The headings stand in row",
        required=False,
        min_value=1,
        max_value=LIMITS.rows,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
        error_messages={
            "invalid": "Enter the number of the row, like 3.",
            "min_value": "Enter the number of the row, like 3.",
            "max_value": "Enter the number of the row, like 3.",
        },
    )
    left_out = forms.CharField(
        label="Leave out these rows as well",
        required=False,
        max_length=200,
        help_text="Row numbers as Excel shows them, like 12, 40-45.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, place: int, sheet: SheetMapping, accounts: list[list]):
        self.sheet = sheet
        listed = [row for row, kind in sheet.rows.items() if kind != "skip"][:MOST_ROWS]
        super().__init__(
            data,
            prefix=f"s{place}",
            initial={
                "kind": sheet.kind,
                "header_row": sheet.header_row,
                "left_out": ", ".join(str(row) for row, kind in sheet.rows.items() if kind == "skip"),
            },
        )
        choices = NOT_READ + [(meaning, label_of(meaning)) for meaning in MEANINGS.get(sheet.kind, {})]
        for column in sheet.columns[:MOST_COLUMNS] if sheet.kind != "ignore" else ():
            self.fields[f"c{column.index}"] = self._choice(
                f"Column {column.letter} holds", choices, column.meaning, required=False
            )
        for row in listed:
            self.fields[f"r{row}"] = self._choice(f"Row {row} is", list(ROW_KINDS.items()), sheet.rows[row])
        kinds = [(kind, ACCOUNT_LABELS.get(kind, kind)) for kind in ACCOUNT_KINDS]
        self.accounts = [line for line in accounts if line[0] == sheet.sheet][:MOST_ROWS]
        for _, row, name, kind, *_ in self.accounts:
            self.fields[f"a{row}"] = self._choice(f"“{name}” is", kinds, kind)

    def _choice(self, label: str, choices: list, initial: str, *, required: bool = True) -> forms.ChoiceField:
        field = forms.ChoiceField(label=label, choices=choices, initial=initial, required=required)
        field.widget.attrs["aria-label"] = label
        return field

    def clean_left_out(self) -> list[int]:
        rows: list[int] = []
        for part in re.split(r"[,;\s]+(?!-)(?<!-)", self.cleaned_data["left_out"].strip()):
            if not part:
                continue
            if not ROW_LIST.fullmatch(part):
                raise forms.ValidationError(f"“{part}” is no row. Write row numbers like 12, 40-45.")
            first, _, last = (end.strip() for end in part.partition("-"))
            if last and int(last) < int(first):
                raise forms.ValidationError(f"“{part}” runs backwards. Write it like 40-45.")
            rows += range(int(first), min(int(last or first), LIMITS.rows) + 1)
        return rows

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("kind", "ignore") != "ignore" and not cleaned.get("header_row") and not self.errors:
            self.add_error("header_row", "Say in which row the headings stand.")
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What `remapping.said_about` wants to know."""
        cleaned = self.cleaned_data
        return {
            "kind": cleaned["kind"],
            "header_row": cleaned["header_row"],
            "left_out": cleaned["left_out"],
            "meanings": self._answered("c"),
            "rows": self._answered("r"),
            "accounts": self._answered("a"),
        }

    def _answered(self, letter: str) -> dict[int, str]:
        return {
            int(name[1:]): value
            for name, value in self.cleaned_data.items()
            if name[0] == letter and name[1:].isdecimal()
        }


class ProposeForm(forms.Form):
    """The proposer says that he has looked at what a person must decide."""

    seen = forms.BooleanField()

    def __init__(self, data: Any = None, *, errors: int, warnings: int):
        super().__init__(data)
        looked = []
        if errors:
            looked.append(f"{errors:,} error{'s' if errors != 1 else ''}")
        if warnings:
            looked.append(f"{warnings:,} warning{'s' if warnings != 1 else ''}")
        words = f"I have looked at the {' and the '.join(looked)}." if looked else "I have looked at these figures."
        self.fields["seen"].label = words
        self.fields["seen"].error_messages["required"] = f"Tick the box: {words}"


class WordForm(forms.Form):
    """A word that is typed by hand before something that cannot be taken back."""

    def __init__(self, data: Any = None, *, word: str):
        super().__init__(data)
        self.wanted = word
        self.fields["word"] = forms.CharField(
            label=f"Type {word} to go on",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": f"Type {word} to go on."},
        )

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().upper() != self.wanted:
            raise forms.ValidationError(f"Type {self.wanted} to go on.")
        return self.wanted


class UndoForm(WordForm):
    """Why an import is undone, and the word."""

    def __init__(self, data: Any = None):
        super().__init__(data, word="UNDO")
        reason = forms.CharField(
            label="Why?",
            max_length=200,
            help_text="It stands in the books beside every reversal.",
            error_messages={"required": "Write why the import is undone."},
        )
        self.fields = {"reason": reason, **self.fields}


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label="What should be put right?",
        max_length=200,
        error_messages={"required": "Write what should be put right."},
    )
