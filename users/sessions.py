"""Whether a session was opened with a second factor, and opening one outside the sign-in pages.

allauth writes down every method used in a session; it does not say so in its public interface, so this is the only
module that reads that record, and the version of allauth is pinned.
"""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import login
from django.dispatch import receiver
from django.http import HttpRequest

from users.models import User

# The backend that can hold a session: neither the lockout's nor the role table's does.
SESSION_BACKEND = "users.backends.SignInBackend"


def passed_second_factor(request: HttpRequest, user: User) -> bool:
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def note_second_factor(request: HttpRequest, user: User, **how: object) -> None:
    """Mark this session as opened with a second factor."""
    record_authentication(request, user, "mfa", **how)


def open_session(request: HttpRequest, user: User) -> None:
    """Sign a person in whom an invitation, or the practice site, has already let in."""
    login(request, user, backend=SESSION_BACKEND)
    record_authentication(request, user, "password")


@receiver(authenticator_added)
def _enrolment_proves_it(
    sender: type, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: object
) -> None:
    """Whoever enrols has just shown a right code, so the session counts as verified without asking for another."""
    note_second_factor(request, user, id=authenticator.pk, type=authenticator.type)
