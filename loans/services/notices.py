"""The ladder of notices: a reminder before the due day, then member, guarantors and demand letter, each once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from core.sql import load_sql
from loans.late_messages import to_borrower, to_guarantor
from loans.models import Guarantee, LateNotice, Loan, NoticeStep
from notifications.services import Notice, notify_many

DUE = load_sql("loans", "notices_due")
CHUNK = 1000
# Days before the due day for the reminder, and past it for the others.
DAYS = {"before": 3, "member": 3, "guarantors": 7, "demand": 30}


def send_notices(*, on: date) -> Counter:
    """Tell everybody what the day asks for, and return how many notices of each step there were.

    A step is told once for a loan and its oldest unpaid due day, whatever days the job missed or was run again. Run it
    after the night's pass: it asks the standing of the loans. Messages and notices are written together, in chunks.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"on": on, **DAYS})
        reached = cursor.fetchall()
    counts: Counter = Counter()
    for start in range(0, len(reached), CHUNK):
        counts += _send(reached[start : start + CHUNK], on)
    return counts


@transaction.atomic
def _send(reached: Sequence[tuple], on: date) -> Counter:
    ids = {row[0] for row in reached}
    loans = Loan.objects.select_related("member__user").in_bulk(ids)
    guarantors: dict[int, list[Guarantee]] = defaultdict(list)
    for promise in Guarantee.objects.live().filter(loan__in=ids).select_related("guarantor__user").order_by("pk"):
        guarantors[promise.loan_id].append(promise)
    notices, messages = [], []
    for loan_id, step, due_on, overdue, penalty in reached:
        notice = LateNotice(loan=loans[loan_id], step=step, due_on=due_on, on=on, overdue=overdue, penalty=penalty)
        told = _messages_of(notice, guarantors[loan_id])
        notice.people = len({message.user.pk for message in told})
        notices.append(notice)
        messages += told
    LateNotice.objects.bulk_create(notices, ignore_conflicts=True)
    notify_many(notices=messages)
    return Counter(notice.step for notice in notices)


def _messages_of(notice: LateNotice, guarantors: Sequence[Guarantee]) -> list[Notice]:
    if notice.step == NoticeStep.GUARANTORS:
        told = [to_guarantor(notice, promise) for promise in guarantors]
    else:
        told = [to_borrower(notice)]
    return [message for message in told if message is not None]
