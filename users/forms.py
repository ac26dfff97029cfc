from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.forms import ReauthenticateForm as PasswordReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from users.models import User, clean_email, clean_sign_in_number
from users.roles import Role


class SignInForm(LoginForm):
    """E-mail address or member number, and the password."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("E-mail or member number")
        login.max_length = 254
        login.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": "254"}
        )
        login.error_messages["required"] = _("Enter your e-mail or member number.")
        password.error_messages["required"] = _("Enter your password.")
        password.widget.attrs.pop("placeholder", None)
        password.help_text = ""
        hours = settings.SESSION_COOKIE_AGE // 3600
        self.fields["remember"].label = _("Stay signed in for %(hours)s hours") % {"hours": hours}

    def user_credentials(self) -> dict[str, Any]:
        typed = self.cleaned_data["login"]
        named = {"email": clean_email(typed)} if "@" in typed else {"username": clean_sign_in_number(typed)}
        return {**named, "password": self.cleaned_data["password"]}


class PasswordAgainForm(PasswordReauthenticateForm):
    """The password once more, before something that a stranger at an open screen must not do."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.error_messages["required"] = _("Enter your password.")
        password.widget.attrs.pop("placeholder", None)
        password.help_text = ""


class ForgottenForm(ResetPasswordForm):
    """The address to which the password link goes."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password again")
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = PASSWORD_HINT


PASSWORD_HINT = _("10 letters or more. Three words that you can remember are good.")


def _code_box(form: forms.Form, label: str, hint: str) -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, hint
    field.error_messages["required"] = _("Enter the code.")
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
    )


CODE_HINT = _("The 6 figures your app shows now, or one of your recovery codes.")


class SecondStepForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _code_box(self, _("Code"), CODE_HINT)


class ProveAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _code_box(self, _("Code"), CODE_HINT)


class EnrolForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _code_box(self, _("Code from the app"), _("The 6 figures your app shows now."))


class InvitationForm(forms.Form):
    """The slip of paper: a member number and a code."""

    number = forms.CharField(
        label=_("Member number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "characters"}),
        error_messages={"required": _("Enter your member number.")},
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The 8 letters and figures on your slip, like K7QM 2XPA."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        error_messages={"required": _("Enter the code on your slip.")},
    )


class JoinForm(forms.Form):
    """A password of one's own and, for those who have one, an e-mail address."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Leave this empty if you have none. You can always sign in with your member number."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an e-mail address like ada@example.com.")},
    )
    password1 = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Type the same password again.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        # Someone without a member number has only the e-mail address to sign in with.
        if not user.sign_in_number:
            self.fields["email"].required = True
            self.fields["email"].help_text = ""
        self.fields["email"].initial = user.email

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        return cleaned


class EmailForm(forms.Form):
    """One's own e-mail address, changed."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter your e-mail address.")},
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class PersonForm(forms.Form):
    """A person who is not a member, or whose account comes before the membership."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=150, error_messages={"required": _("Enter the person's name.")}
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, error_messages={"required": _("Enter the person's e-mail address.")}
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
