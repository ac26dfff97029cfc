from django.db import models
from django.db.models import QuerySet

from notifications.models import Message
from notifications.states import Channel


def unread_count(user: models.Model) -> int:
    """How many messages a person has not read: one count on a small partial index."""
    if not user.is_authenticated:
        return 0
    return Message.objects.filter(user=user, channel=Channel.IN_APP, read_at__isnull=True).count()


def outbox(limit: int = 200) -> QuerySet[Message]:
    """The newest e-mails that were written, whatever became of them."""
    return Message.objects.filter(channel=Channel.EMAIL).select_related("user").order_by("-id")[:limit]
