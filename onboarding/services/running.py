"""Postings and undoings that are too long for a page: asked for here, done by the worker, told on the page."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django_q.tasks import async_task

from audit.services import record
from core.errors import DomainError
from onboarding.errors import BeingPosted
from onboarding.models import BookImport, ImportRun
from onboarding.selectors.imported import accounts_of
from onboarding.services.imports import locked
from onboarding.services.posting import post_books, refuse_to_approve
from onboarding.services.undoing import refuse_used, undo_books
from onboarding.states import ImportStatus, RunKind
from users.models import User

ROWS_AT_ONCE = 3_000  # members and loans that go in, or out, while a page is waited for
JOB = "onboarding.jobs.run_import"


def is_long(book_import: BookImport) -> bool:
    """Whether putting these books in, or taking them out, is the worker's business."""
    totals = book_import.findings["totals"]
    return totals["members"] + totals["loans"] > ROWS_AT_ONCE


@transaction.atomic
def ask_to_post(*, book_import: BookImport, by: User, at: datetime, on: date) -> ImportRun:
    """Have the worker post proposed books; what can be refused at once is refused at once, as `post_books` does."""
    book_import = locked(book_import)
    refuse_to_approve(book_import, by=by)
    return _ask(book_import, RunKind.POST, by=by, at=at, on=on)


@transaction.atomic
def ask_to_undo(*, book_import: BookImport, reason: str, by: User, at: datetime, on: date) -> ImportRun:
    """Have the worker undo an import; what stands in the way now is told at once, as `undo_books` does."""
    book_import = locked(book_import)
    refuse_used(book_import, accounts_of(book_import))
    return _ask(book_import, RunKind.UNDO, by=by, at=at, on=on, reason=reason)


def _ask(book_import: BookImport, what: RunKind, *, by: User, at: datetime, on: date, reason: str = "") -> ImportRun:
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(
                book_import=book_import, what=what, reason=reason, business_date=on, asked_by=by, asked_at=at
            )
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "onboarding_one_run":
            raise BeingPosted() from refused
        raise
    record(f"onboarding.importrun.{what}_asked", by=by, subject=book_import, at=at)
    # In the same transaction: the task stands in the queue with the run, or neither does.
    async_task(JOB, run.pk)
    return run


def carry_out(*, run: ImportRun, at: datetime) -> ImportRun:
    """Do what was asked for, once; a refusal is kept with the run and nothing is changed by it.

    A worker that died leaves the run open, and the next one does it again: what is done already is only noted.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if not run.is_running:
            return run
        run.started_at = at
        run.save(update_fields=["started_at"])
    refusal = ""
    if not _is_done(run):
        try:
            _do(run, at)
        except DomainError as refused:
            refusal = refused.message
    run.finished_at, run.refusal = at, refusal[:400]
    run.save(update_fields=["finished_at", "refusal"])
    return run


def _is_done(run: ImportRun) -> bool:
    """Whether a worker before us did it and died before it could say so."""
    found = BookImport.objects.filter(pk=run.book_import_id)
    if run.what == RunKind.POST:
        return found.filter(
            status=ImportStatus.POSTED, approved_by=run.asked_by_id, approved_at__gte=run.asked_at
        ).exists()
    return found.filter(status=ImportStatus.UNDONE).exists()


def _do(run: ImportRun, at: datetime) -> None:
    if run.what == RunKind.POST:
        post_books(book_import=run.book_import, by=run.asked_by, at=at, on=run.business_date)
    else:
        undo_books(book_import=run.book_import, reason=run.reason, by=run.asked_by, on=run.business_date, at=at)
