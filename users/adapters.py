"""How allauth fits this site: who may sign up (nobody), how its letters go out, how its secrets are kept."""

import secrets as random
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.services import record
from core.selectors import society
from notifications.services import notify
from notifications.states import Channel
from users import secrets
from users.models import User, clean_email

WRONG = _("That e-mail or member number and password do not go together. Check both and try again.")
SECRET_LETTERS = ("account/email/password_reset_key",)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": _("Too many wrong tries. Wait 5 minutes, then try again."),
        "incorrect_password": _("That is not your password. Try again."),
        "enter_current_password": _("Enter the password you use now."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited; nobody signs up."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        record("users.user.signed_in", by=user, subject=user)

    def reauthenticate(self, user: User, password: str) -> bool:
        named = {"email": user.email} if user.email else {"username": user.sign_in_number}
        found = self.authenticate(context.request, password=password, **named)
        return found is not None and found.pk == user.pk

    def format_email_subject(self, subject: str) -> str:
        return f"{society().short_name}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, like every letter; to people we know only."""
        user = context.get("user") or User.objects.filter(email=clean_email(email)).first()
        if user is None or not user.email:
            return
        letter = self.render_mail(template_prefix, email, {"email": email, "society": society(), **context})
        notify(
            user=user,
            # Each request for a link is an event of its own.
            event=f"users.letter:{random.token_hex(12)}",
            subject=letter.subject,
            body=letter.body,
            channels=[Channel.EMAIL],
            secret=template_prefix in SECRET_LETTERS,
        )

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email or user.email)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That code is not right, or it is used up. Wait for the next one and try again."),
        "cannot_delete_authenticator": _("Your work needs a second step, so you cannot turn it off."),
    }

    def get_totp_issuer(self) -> str:
        return society().short_name

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever needs a second factor keeps at least one real one; recovery codes alone are not one."""
        if not authenticator.user.needs_second_factor:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
