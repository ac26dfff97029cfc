"""Sending what stands in the outbox."""

from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.timezone import now

from notifications.models import Message
from notifications.states import Channel, MessageState

BATCH = 50
ATTEMPTS = 5
# A claim older than this belongs to a worker that is gone: one e-mail takes seconds.
CLAIM_LASTS = timedelta(minutes=15)


def deliver() -> dict[str, int]:
    """The recurring job: every minute."""
    return deliver_outbox(at=now())


def deliver_outbox(at: datetime) -> dict[str, int]:
    """Send every e-mail that is waiting, each at most once, and return how many ended in each state.

    A message is claimed and the claim committed before it is sent, so two workers never send the same one, and one
    whose worker died in between is marked `uncertain` instead of being sent again. Run it outside a transaction.
    """
    counts = {"sent": 0, "failed": 0, "retried": 0, "held": 0, "uncertain": _give_up_on_lost_claims(at)}
    if settings.PRACTICE:
        counts["held"] = _queued().update(state=MessageState.HELD)
        return counts
    while claimed := _claim(at):
        _send(claimed, at, counts)
    return counts


def _queued():
    return Message.objects.filter(state=MessageState.QUEUED, channel=Channel.EMAIL)


def _give_up_on_lost_claims(at: datetime) -> int:
    lost = Message.objects.filter(state=MessageState.SENDING, claimed_at__lt=at - CLAIM_LASTS)
    return lost.update(state=MessageState.UNCERTAIN)


def _claim(at: datetime) -> list[Message]:
    """Take some waiting messages for this worker; others skip them."""
    with transaction.atomic():
        ready = _queued().exclude(try_after__gt=at).order_by("id").select_for_update(skip_locked=True)
        claimed = list(ready[:BATCH])
        Message.objects.filter(pk__in=[message.pk for message in claimed]).update(
            state=MessageState.SENDING, claimed_at=at
        )
    return claimed


def _send(claimed: list[Message], at: datetime, counts: dict[str, int]) -> None:
    connection = get_connection()
    for message in claimed:
        message.attempts += 1
        try:
            _email(message, connection).send()
        except (SMTPException, OSError, ValueError) as error:
            _note_failure(message, error, at, counts)
        else:
            message.state, message.sent_at, message.error = MessageState.SENT, at, ""
            if message.secret:
                message.body = ""
            counts["sent"] += 1
        # Noted one by one: a crash leaves only the message in hand uncertain.
        message.save(update_fields=["state", "sent_at", "error", "body", "attempts", "try_after"])
    connection.close()


def _email(message: Message, connection) -> EmailMessage:
    link = urljoin(settings.SITE_URL, message.link) if message.link else ""
    return EmailMessage(
        subject=message.subject,
        body="\n\n".join(part for part in (message.body, link) if part) + "\n",
        to=[message.address],
        connection=connection,
        # The row's own number: a mail server that sees the same message twice can tell.
        headers={"Message-ID": f"<message-{message.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"},
    )


def _note_failure(message: Message, error: Exception, at: datetime, counts: dict[str, int]) -> None:
    """Refused before it left: try again later, a little later each time, and give up after the last attempt."""
    message.error = f"{type(error).__name__}: {error}"[:500]
    if message.attempts >= ATTEMPTS or isinstance(error, ValueError):
        message.state = MessageState.FAILED
        counts["failed"] += 1
    else:
        message.state = MessageState.QUEUED
        message.try_after = at + timedelta(minutes=2**message.attempts)
        counts["retried"] += 1
