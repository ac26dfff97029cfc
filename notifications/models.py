"""The outbox: what people are told, written in the transaction of what they are told about."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.states import Channel, MessageState


class MessageQuerySet(models.QuerySet):
    def inbox_of(self, user: models.Model) -> "MessageQuerySet":
        """What a person finds on the site, newest first."""
        return self.filter(user=user, channel=Channel.IN_APP).order_by("-id")

    def unread(self) -> "MessageQuerySet":
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """One message to one person by one channel; the same event is told once."""

    event = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    # Where an e-mail goes: the address at the moment of writing. Empty for messages on the site.
    address = models.CharField(max_length=254, blank=True)
    # A password link or a code: the words are wiped once they have gone out.
    secret = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    try_after = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # I23: at most one for each event, person and channel.
            models.UniqueConstraint(fields=["event", "user", "channel"], name="notifications_message_once"),
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL) | ~Q(address=""), name="notifications_message_has_address"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=[MessageState.QUEUED, MessageState.SENDING]),
                name="notifications_message_open",
            ),
            models.Index(
                fields=["user"],
                condition=Q(channel=Channel.IN_APP, read_at__isnull=True),
                name="notifications_message_unread",
            ),
            models.Index(fields=["user", "-id"], name="notifications_message_inbox"),
        ]

    def __str__(self) -> str:
        return self.subject
