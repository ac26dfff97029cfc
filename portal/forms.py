from django import forms

from core.money import MoneyFormField
from users.models import User


class WithdrawalForm(forms.Form):
    amount = MoneyFormField(label="How much do you want to draw?", min_value=1)


class PayWithdrawalForm(forms.Form):
    bank_reference = forms.CharField(
        label="Bank reference",
        max_length=60,
        error_messages={"required": "Enter the bank's reference of the transfer."},
    )


class DeclineWithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Reason", max_length=200, error_messages={"required": "Write why. The member will read it."}
    )


class PayForm(forms.Form):
    """What the member's pay slip says."""

    monthly_pay = MoneyFormField(label="Pay each month", min_value=1, help_text="Before the society's own deductions.")
    other_deductions = MoneyFormField(
        label="Other deductions each month", help_text="Tax, pension, other loans. Enter 0 if there are none."
    )


class SavingForm(forms.Form):
    savings = MoneyFormField(label="Savings each month")
    christmas = MoneyFormField(label="Christmas savings each month", help_text="Enter 0 for none.")


class StaffNumberForm(forms.Form):
    staff_number = forms.CharField(
        label="Staff number", max_length=30, error_messages={"required": "Enter the number on his pay slip."}
    )


class AccountForm(forms.Form):
    """Which sign-in is the member's own."""

    user = forms.CharField(
        label="E-mail or number with which this person signs in now",
        max_length=254,
        error_messages={"required": "Enter the e-mail address or the number with which this person signs in."},
    )

    def clean_user(self) -> User:
        found = User.objects.signing_in_as(self.cleaned_data["user"]).filter(is_active=True).first()
        if found is None:
            raise forms.ValidationError("Nobody signs in with that. Look at the spelling on the page of people.")
        return found
