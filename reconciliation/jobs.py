"""Posting in the background: queued with the transaction that begins it, done in chunks, gone on with after a stop."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django_q.tasks import async_task

from reconciliation.models import Remittance
from reconciliation.services.posting import finish_posting, post_chunk, post_remittance, start_posting
from users.models import User

JOB = "reconciliation.jobs.post_return"


@transaction.atomic
def begin_posting(*, remittance: Remittance, by: User, at: datetime) -> Remittance:
    """Book the receipt of a return and have the worker post its lines; refuses as `start_posting` does.

    The task stands in the queue with the receipt, or neither does.
    """
    remittance = start_posting(remittance=remittance, by=by, at=at)
    async_task(JOB, remittance.pk, by.pk)
    return remittance


def go_on_posting(*, remittance: Remittance, by: User, at: datetime) -> Remittance:
    """Post the next chunk here and now and queue the rest: so a return is posted even where no worker runs."""
    remittance = begin_posting(remittance=remittance, by=by, at=at)
    post_chunk(remittance=remittance, by=by, at=at)
    return finish_posting(remittance=remittance, by=by, at=at)


def post_return(remittance_id: int, user_id: int) -> str:
    """The worker's part: post a return from where it stands; may be run twice, or beside another worker."""
    remittance = Remittance.objects.get(pk=remittance_id)
    return post_remittance(remittance=remittance, by=User.objects.get(pk=user_id), at=now()).status
