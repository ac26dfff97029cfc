"""What a person, or a program, reads when a page is not there, not his, or broken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template

WORDS = {
    400: ("bad_request", "We could not read this request."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "We could not find this."),
    500: ("server_error", "Something went wrong on our side. Nothing may have been saved."),
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, request_path=request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn from nothing but itself: what broke may be the database that the frame's menus are read from."""
    if _is_for_a_program(request):
        return _plain(request, 500)
    page = get_template("500.html").render({"reference": getattr(request, "reference", "")})
    return HttpResponse(page, status=500)


def _answer(request: HttpRequest, status: int, **shown) -> HttpResponse:
    if _is_for_a_program(request):
        return _plain(request, status)
    return render(request, f"{status}.html", shown, status=status)


def _is_for_a_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _plain(request: HttpRequest, status: int) -> JsonResponse:
    code, message = WORDS[status]
    body = {"code": code, "message": message, "field": None, "reference": getattr(request, "reference", "")}
    return JsonResponse(body, status=status)
