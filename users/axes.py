"""What the lockout counts by, and what a locked-out person is told."""

from typing import Any

from allauth.account.adapter import get_adapter
from axes.helpers import get_cool_off
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from users.models import User


def username(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The account behind what was typed, so that guesses by e-mail and by member number count together."""
    given = credentials or {}
    typed = given.get("username") or given.get("email") or given.get("login")
    if not typed and request is not None:
        typed = request.POST.get("login")
    typed = str(typed or "").strip().lower()[:255]
    user = User.objects.signing_in_as(typed).first() if typed else None
    return user.get_username() if user else typed


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address, by the same count of proxies for every throttle; None when a request has none."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def lockout(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page that says how long to wait, with status 429."""
    seconds = int(get_cool_off(request).total_seconds())
    page = render(request, "users/locked.html", {"minutes": seconds // 60}, status=429)
    page["Retry-After"] = str(seconds)
    return page
