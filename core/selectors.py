from django.core.cache import caches

from core.models import Society

KEY = "core.society"
SECONDS = 60


def society() -> Society:
    """The society of this deployment; before anyone has set it up, one with the standard names, not stored.

    Every page names it and it hardly ever changes, so a process keeps it for a minute.
    """
    return caches["local"].get_or_set(KEY, _read, SECONDS)


def forget_society() -> None:
    """What was kept is no longer true: read the society again the next time."""
    caches["local"].delete(KEY)


def _read() -> Society:
    return Society.objects.filter(pk=Society.ONLY).first() or Society()
