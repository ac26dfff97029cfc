"""A number for every request, so that what a person reads on an error page can be found in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

log = logging.getLogger("core.references")

# Nothing that can be mistaken for something else over the telephone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
HEADER = "X-Reference"
# These are answers to a request, not failures of the site.
ANSWERS = (Http404, PermissionDenied, SuspiciousOperation, BadRequest)


def new_reference() -> str:
    """Eight letters in two groups: `K7QM-2XPA`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class GiveReference:
    """Names each request (`request.reference`), says the name in the answer, and writes it beside what went wrong."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reference = new_reference()
        response = self.get_response(request)
        response[HEADER] = request.reference
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, ANSWERS):
            return
        # What the exception says may hold a person's data; its traceback follows in Django's own log.
        log.error("%s: %s %s failed with %s", request.reference, request.method, request.path, type(exception).__name__)
