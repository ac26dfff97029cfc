"""Writing the audit trail, in the transaction of what it tells."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from audit.errors import JobAlreadyRunning
from audit.models import Event, JobRun
from audit.states import JobState

BATCH = 1000


def record(
    verb: str,
    *,
    by: models.Model | None,
    subject: models.Model,
    at: datetime | None = None,
    job: JobRun | None = None,
    **data: Any,
) -> Event:
    """Write one event: `by` did `verb` (`loans.loan.closed`) to `subject`; `by` is None when the system did it.

    Without `at` the database stamps the moment. Money in `data` is kept as text with its two places.
    """
    event = _event(verb, by=by, subject=subject, at=at, job=job, data=data)
    event.save(force_insert=True)
    return event


def record_many(
    verb: str,
    *,
    by: models.Model | None,
    subjects: Iterable[models.Model | tuple[models.Model, dict[str, Any]]],
    at: datetime | None = None,
    job: JobRun | None = None,
    **data: Any,
) -> int:
    """Write one event for each subject in a few statements; a subject may bring its own data as `(subject, dict)`."""
    events = []
    for item in subjects:
        subject, own = item if isinstance(item, tuple) else (item, {})
        events.append(_event(verb, by=by, subject=subject, at=at, job=job, data={**data, **own}))
    Event.objects.bulk_create(events, batch_size=BATCH)
    return len(events)


@contextmanager
def job_run(*, name: str, on: date, at: datetime) -> Iterator[JobRun]:
    """Run a job for its business date and keep how it went; the block fills `run.counts`.

    The same job for the same date may be run again (the row counts its attempts), but never twice at one time.
    The run stands outside the block's own transactions, so that a failure is kept too.
    Raises JobAlreadyRunning when another worker has it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"job\n{name}\n{on}"])
        if not cursor.fetchone()[0]:
            raise JobAlreadyRunning(f"{name} for {on} is already running.")
    try:
        run, first = JobRun.objects.get_or_create(name=name, business_date=on, defaults={"started_at": at})
        if not first:
            run.state, run.started_at, run.finished_at, run.error = JobState.RUNNING, at, None, ""
            run.attempts += 1
            run.save(update_fields=["state", "started_at", "finished_at", "error", "attempts"])
        try:
            with transaction.atomic() if connection.in_atomic_block else _nothing():
                yield run
        except Exception as error:
            run.state, run.error = JobState.FAILED, f"{type(error).__name__}: {error}"[:2000]
            run.save(update_fields=["state", "error", "counts"])
            raise
        run.state, run.finished_at = JobState.DONE, _database_now()
        run.save(update_fields=["state", "finished_at", "counts"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"job\n{name}\n{on}"])


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _event(
    verb: str,
    *,
    by: models.Model | None,
    subject: models.Model,
    at: datetime | None,
    job: JobRun | None,
    data: dict[str, Any],
) -> Event:
    moment = {} if at is None else {"at": at}
    return Event(
        actor_id=by.pk if by is not None else None,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        data=plain(data),
        job=job,
        **moment,
    )


def plain(value: Any) -> Any:
    """What an event keeps of a value: a record becomes its key, an expression its text, the rest goes as it is."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "resolve_expression"):
        return str(value)
    return value
