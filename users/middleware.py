from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from users.roles import Role
from users.sessions import passed_second_factor


class SecondFactorVocabulary:
    """Gives every user `is_verified()` and `otp_device`, the words of django-otp, from allauth's record of the session.

    It stands in the place of django-otp's own middleware, so that `OTPAdminSite` and `otp_required` work with the one
    enrolment that allauth keeps.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def user():
            signed_in = get_user(request)
            verified = signed_in.is_authenticated and passed_second_factor(request, signed_in)
            signed_in.otp_device = "allauth" if verified else None
            signed_in.is_verified = lambda: signed_in.otp_device is not None
            return signed_in

        request.user = SimpleLazyObject(user)
        return self.get_response(request)


class RequireSecondFactor:
    """Whoever holds a role beyond member goes on only with a second factor: enrol once, then prove it each session.

    Members may use one and need not. Signing in and out, and proving the factor, stay open; enrolling is open only
    while there is nothing enrolled, or a stolen password could replace the factor.
    """

    OPEN = frozenset(
        {
            "account_login",
            "account_logout",
            "account_reauthenticate",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "users:theme",
            "users:practice_sign_in",
        }
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        name = request.resolver_match.view_name or ""
        user = request.user
        if name in self.OPEN or not user.is_authenticated or user.is_verified() or not user.needs_second_factor:
            return None
        enrolled = is_mfa_enabled(user)
        if not enrolled and name.startswith("mfa_"):
            return None
        if request.path.startswith("/api/"):
            refusal = {
                "code": "second_factor_required",
                "message": "Sign in with your second step first.",
                "field": None,
            }
            return JsonResponse(refusal, status=403)
        if not enrolled:
            return redirect("mfa_index")
        back = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: back})}")


class AuditorsOnlyLook:
    """Whoever is an auditor and nothing else sends nothing, wherever a page forgot to ask: only his own account is his.

    An auditor who is a member too acts as a member where the permissions say so; every other role bars being one.
    """

    OWN = ("account_", "mfa_", "notifications:", "users:email")
    SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        is_open_to_all = not getattr(view, "login_required", True)
        if request.method in self.SAFE or is_open_to_all or not request.user.is_authenticated:
            return
        if request.user.roles == {Role.AUDITOR} and not (request.resolver_match.view_name or "").startswith(self.OWN):
            raise PermissionDenied
