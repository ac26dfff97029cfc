from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.selectors import unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """`unread_messages` for the bell, counted only on pages that draw it."""
    return {"unread_messages": SimpleLazyObject(lambda: unread_count(request.user))}
