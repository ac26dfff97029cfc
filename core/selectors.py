from core.models import Society


def society() -> Society:
    """The society of this deployment; before anyone has set it up, one with the standard names, not stored."""
    return Society.objects.filter(pk=Society.ONLY).first() or Society()
