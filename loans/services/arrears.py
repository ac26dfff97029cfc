"""How every loan stands, brought up to date for a day in chunks that are each all done or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max

from core.display import dmy
from core.sql import load_sql
from loans.errors import DayIsOver, NoLateScheme
from loans.models import ArrearsRun, LateScheme, Loan, LoanStanding
from loans.selectors.arrears import classes_of

PASS = load_sql("loans", "arrears_pass")
LOCK_STALE = load_sql("loans", "arrears_lock_stale")
CHUNK = 50_000
TRIES = 3
# A deadlock, and a standing that a payout made in the same moment.
MET_ANOTHER = ("40P01", "23505")
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Refreshed:
    """What a pass did: loans looked at, standings written, rows added to their history."""

    loans: int = 0
    changed: int = 0
    remembered: int = 0


def refresh_arrears(*, as_of: date, at: datetime, chunk: int = CHUNK) -> Refreshed:
    """Bring the standing of all loans to a day: days past due, class, penalty, provision, and the history of them.

    The first run of a day looks at every running loan, in chunks of one transaction each; run again after it stopped,
    it goes on with the next chunk. Once it has come to the end, another run on the same day looks only at loans to
    which something happened since. A penalty is counted through the day before `as_of`, each day once.
    Not atomic itself: give it no transaction around it.
    Raises DayIsOver for a day before the newest that was done, NoLateScheme where no table of classes is in use.
    """
    run, classes = _run_for(as_of, at)
    done = Refreshed()
    while run.finished_at is None:
        with transaction.atomic():
            # The row is the lock: two workers on one day would count the same chunk twice.
            run = ArrearsRun.objects.select_for_update().get(pk=run.pk)
            last = _end_of_chunk(run.done_up_to, chunk)
            if last is None:
                run.finished_at = at
            else:
                counts = _one_chunk(as_of, classes, run.done_up_to + 1, last, only_stale=False)
                run.done_up_to = last
                run.loans += counts.loans
                run.changed += counts.changed
                _add(done, counts)
            run.save(update_fields=["done_up_to", "loans", "changed", "finished_at"])
    _add(done, _redo_stale(as_of, classes, chunk))
    return done


def days_to_refresh(*, today: date) -> list[date]:
    """The days that a nightly job has to do: the newest one again, to close it, and each since then up to today."""
    newest = ArrearsRun.objects.aggregate(newest=Max("as_of"))["newest"]
    if newest is None:
        return [today]
    return [newest + timedelta(days=number) for number in range((today - newest).days + 1)]


def _run_for(as_of: date, at: datetime) -> tuple[ArrearsRun, dict[str, list[Any]]]:
    newest = ArrearsRun.objects.order_by("-as_of").first()
    if newest is not None and newest.as_of > as_of:
        raise DayIsOver(f"Arrears were worked out for {dmy(newest.as_of)} already, so {dmy(as_of)} is history.")
    scheme = LateScheme.objects.in_use(as_of)
    if scheme is None:
        raise NoLateScheme()
    run, _ = ArrearsRun.objects.get_or_create(as_of=as_of, defaults={"scheme": scheme, "started_at": at})
    classes, figures = classes_of(run.scheme)
    return run, {"classes": [one.pk for one in classes], **figures}


def _end_of_chunk(after: int, chunk: int) -> int | None:
    """The last loan of the next chunk of running loans; None when there is none."""
    ids = Loan.objects.active().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:chunk]
    return ids.aggregate(last=Max("pk"))["last"]


def _redo_stale(as_of: date, classes: dict[str, list[Any]], chunk: int) -> Refreshed:
    done, after = Refreshed(), 0
    while True:
        with transaction.atomic():
            stale = LoanStanding.objects.filter(stale=True, pk__gt=after).order_by("pk")
            ids = list(stale.values_list("pk", flat=True)[:chunk])
            if not ids:
                return done
            _add(done, _one_chunk(as_of, classes, ids[0], ids[-1], only_stale=True))
            after = ids[-1]


def _one_chunk(as_of: date, classes: dict[str, list[Any]], first: int, last: int, *, only_stale: bool) -> Refreshed:
    """One chunk, tried again where it met a payment or a payout and the database let the other one through."""
    figures = {
        "as_of": as_of, "through": as_of - ONE_DAY, "first": first, "last": last, "only_stale": only_stale, **classes
    }  # fmt: skip
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # Locked before it is read, so that what is being paid this moment is either seen or marked again.
                cursor.execute(LOCK_STALE, [first, last])
                cursor.execute(PASS, figures)
                return Refreshed(*cursor.fetchone())
        except (OperationalError, IntegrityError) as refused:
            if not left or getattr(refused.__cause__, "sqlstate", "") not in MET_ANOTHER:
                raise
    raise AssertionError("the last try returns or raises")


def _add(done: Refreshed, counts: Refreshed) -> None:
    done.loans += counts.loans
    done.changed += counts.changed
    done.remembered += counts.remembered
