from django import forms

from committee.models import VoteChoice
from core.forms import Tiles, tile


class VoteForm(forms.Form):
    """A vote: no answer stands there before the member chooses one."""

    choice = forms.ChoiceField(
        label="Your vote",
        choices=[
            (VoteChoice.APPROVE, tile("Approve", "The loan as it was asked for")),
            (VoteChoice.DECLINE, tile("Decline", "The member reads the reason that you give")),
            (VoteChoice.ABSTAIN, tile("Abstain", "Counts for the quorum, not for yes or no")),
        ],
        widget=Tiles,
        error_messages={"required": "Choose approve, decline or abstain."},
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed when you decline.",
    )
    no_interest = forms.BooleanField(
        label="I am not this member's guarantor, relative or line manager.",
        error_messages={"required": "Tick this before you vote. If it is not true, do not vote on this one."},
    )


class OpenSittingForm(forms.Form):
    held_on = forms.DateField(
        label="Day of the meeting",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choose the day of the meeting.", "invalid": "Choose the day of the meeting."},
    )


class CloseSittingForm(forms.Form):
    """The word that closes a sitting, typed by hand."""

    word = forms.CharField(
        label="Type CLOSE to go on",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type CLOSE to go on."},
    )

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().upper() != "CLOSE":
            raise forms.ValidationError("Type CLOSE to go on.")
        return "CLOSE"
