"""Telling people: messages written in the caller's transaction, sent by the outbox job afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from notifications.models import Message
from notifications.states import Channel, MessageState

BATCH = 1000


@dataclass(frozen=True)
class Notice:
    """What to tell one person: `event` names what happened so that it is told once (`loans.guarantee.asked:41`)."""

    user: Any
    event: str
    subject: str
    body: str
    link: str = ""


def notify(
    *,
    user: models.Model,
    event: str,
    subject: str,
    body: str,
    link: str = "",
    channels: Sequence[str] = (Channel.IN_APP, Channel.EMAIL),
    secret: bool = False,
) -> None:
    """Tell a person something once, on the site and by e-mail, in the caller's transaction.

    `event` names what happened (`loans.guarantee.asked:41`): the same event is told to the same person once by each
    channel, however often this is called. `link` is a path of this site. A person without an e-mail address gets
    none. A `secret` message (a password link) goes by e-mail alone and its words are wiped when it has gone.
    """
    notify_many(
        notices=[Notice(user=user, event=event, subject=subject, body=body, link=link)],
        channels=(Channel.EMAIL,) if secret else channels,
        secret=secret,
    )


def notify_many(
    *,
    notices: Iterable[Notice],
    channels: Sequence[str] = (Channel.IN_APP, Channel.EMAIL),
    secret: bool = False,
) -> None:
    """`notify` for many people in few statements."""
    rows = [
        Message(
            event=notice.event,
            user=notice.user,
            channel=channel,
            subject=" ".join(notice.subject.split())[:200],
            body=notice.body,
            link=notice.link,
            address=(notice.user.email or "") if channel == Channel.EMAIL else "",
            secret=secret,
            # A message on the site has arrived as soon as it is written.
            state=MessageState.SENT if channel == Channel.IN_APP else MessageState.QUEUED,
        )
        for notice in notices
        for channel in channels
        if channel != Channel.EMAIL or notice.user.email
    ]
    Message.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def mark_read(*, user: models.Model, at: datetime, message_id: int | None = None) -> int:
    """Mark one message of a person's inbox, or all of them, as read; returns how many were unread."""
    unread = Message.objects.inbox_of(user).unread()
    if message_id is not None:
        unread = unread.filter(pk=message_id)
    return unread.order_by().update(read_at=at)
