from typing import Any

from django.http import HttpRequest

THEMES = ("light", "dark")


def theme(request: HttpRequest) -> dict[str, Any]:
    """`theme` for the page frame: light, dark, or nothing when the device decides."""
    chosen = request.COOKIES.get("theme")
    return {"theme": chosen if chosen in THEMES else ""}
