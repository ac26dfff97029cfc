from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core import selectors


def society(request: HttpRequest) -> dict[str, Any]:
    """`society` for the page frames, read once for a page and only where it is drawn."""
    return {"society": SimpleLazyObject(selectors.society)}
