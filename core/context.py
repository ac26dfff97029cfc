from functools import cache
from typing import Any

from django.http import HttpRequest

from core import selectors


def society(request: HttpRequest) -> dict[str, Any]:
    """`society` for the page frames: a function, which a template calls where it draws it, read once for a page."""
    return {"society": cache(selectors.society)}
