"""One shape for every refusal of the API: `{"code", "message", "field"}`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from core.errors import DomainError, IllegalTransition


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer 409 when a record is not in the right status, 422 when a rule refuses, else what DRF would, in our shape.

    Anything that is not a refusal is a bug: None lets it become a 500.
    """
    if isinstance(error, DomainError):
        set_rollback()
        refused = status.HTTP_409_CONFLICT if isinstance(error, IllegalTransition) else 422
        return Response(_body(error.code, error.message, error.field), status=refused)
    response = rest_exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        field, detail = _first(error.detail)
        response.data = _body(detail.code, str(detail), field) | {"errors": response.data}
    elif isinstance(error, Http404):
        response.data = _body("not_found", "We could not find this.", None)
    elif isinstance(error, PermissionDenied):
        response.data = _body("permission_denied", "You may not do this.", None)
    elif isinstance(error, exceptions.APIException):
        response.data = _body(error.get_codes(), str(error.detail), None)
    return response


def _body(code: Any, message: str, field: str | None) -> dict[str, Any]:
    return {"code": str(code), "message": message, "field": field}


def _first(detail: Any, field: str | None = None) -> tuple[str | None, exceptions.ErrorDetail]:
    """The first thing wrong, and the field it is wrong with (`lines.3.amount` inside lists and objects)."""
    if isinstance(detail, dict):
        name, value = next(iter(detail.items()))
        return _first(value, None if name == "non_field_errors" else f"{field}.{name}" if field else str(name))
    if isinstance(detail, list):
        if isinstance(detail[0], exceptions.ErrorDetail):
            return field, detail[0]
        place = next(place for place, value in enumerate(detail) if value)
        return _first(detail[place], f"{field}.{place}" if field else str(place))
    return field, detail
