"""A workbook on its way in: brought, read under a mapping, proposed by one person; nothing is posted here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import OperationalError, connection, transaction

from audit.services import record
from audit.transitions import transition
from core.dates import LAGOS
from core.errors import IllegalTransition
from core.workbooks import Workbook
from onboarding import messages
from onboarding.errors import BeingPosted, ReadsDifferently
from onboarding.mapping import Mapping
from onboarding.models import BookImport
from onboarding.services.reading import Reading, look_at, read_again, refuse_blocked
from onboarding.states import ImportStatus
from users.models import User

LOCK_NOT_AVAILABLE = "55P03"


def bring_books(*, data: bytes, file_name: str, by: User, at: datetime, on: date | None = None) -> BookImport:
    """Keep a workbook with the mapping that we propose and its dry run; nothing is posted.

    `on` is the business date, the day of `at` where it is not said. Raises WorkbookRefused, and nothing is kept then.
    """
    reading = look_at(data=data, file_name=file_name, on=on or day_of(at))
    with transaction.atomic():
        book_import = BookImport(
            file_name=file_name[:160], file_hash=reading.workbook.sha256, data=data, brought_by=by, brought_at=at
        )
        _keep(book_import, reading)
        book_import.save(force_insert=True)
        record("onboarding.bookimport.brought", by=by, subject=book_import, at=at, file_hash=reading.workbook.sha256)
    return book_import


def change_mapping(
    *,
    book_import: BookImport,
    change: Mapping | Callable[[Workbook, Mapping], Mapping],
    by: User,
    at: datetime,
    on: date | None = None,
) -> BookImport:
    """Read the workbook again under another mapping; a proposal is taken back by it.

    `change` is the new mapping, or makes it from the workbook and the present one.
    Raises MappingInvalid, BeingPosted, and IllegalTransition when it is posted or dropped.
    """
    before = Mapping.from_json(book_import.mapping)
    reading = look_at(
        data=bytes(book_import.data),
        file_name=book_import.file_name,
        change=lambda workbook: change(workbook, before) if callable(change) else change,
        on=on or day_of(at),
    )
    with transaction.atomic():
        book_import = locked(book_import)
        if book_import.status != ImportStatus.DRAFT:
            transition(book_import, ImportStatus.DRAFT, by=by, at=at, proposed_by=None, proposed_at=None)
        _keep(book_import, reading)
        book_import.save(update_fields=["mapping", "findings", "as_at"])
        record("onboarding.bookimport.mapped", by=by, subject=book_import, at=at)
    return book_import


def propose_books(*, book_import: BookImport, by: User, at: datetime, on: date | None = None) -> BookImport:
    """Say that these books are right as they are read; a second person has to agree before they are posted.

    Raises StillBlocked while a problem leaves nothing safe to post, and ReadsDifferently when the site has changed
    since the list was shown; the new list is kept then.
    """
    reading = read_again(book_import, on=on or day_of(at))
    with transaction.atomic():
        book_import = locked(book_import)
        is_stale = differs(book_import, reading)
        if is_stale:
            refuse_unless_open(book_import)
            _keep(book_import, reading)
            book_import.save(update_fields=["mapping", "findings", "as_at"])
        else:
            refuse_blocked(reading.analysis)
            transition(book_import, ImportStatus.PROPOSED, by=by, at=at, proposed_by=by, proposed_at=at)
            messages.tell_approvers(book_import, by=by)
    if is_stale:
        raise ReadsDifferently()
    return book_import


@transaction.atomic
def send_back(*, book_import: BookImport, reason: str, by: User, at: datetime) -> BookImport:
    """Do not approve what was proposed, and say why; whoever proposed it is told."""
    book_import = locked(book_import)
    proposer = book_import.proposed_by
    transition(book_import, ImportStatus.DRAFT, by=by, at=at, proposed_by=None, proposed_at=None)
    record("onboarding.bookimport.sent_back", by=by, subject=book_import, at=at, reason=reason)
    messages.tell_proposer(book_import, proposer, reason=reason, by=by, at=at)
    return book_import


@transaction.atomic
def drop_books(*, book_import: BookImport, by: User, at: datetime) -> BookImport:
    """Put a workbook aside that is not to be posted."""
    return transition(locked(book_import), ImportStatus.DROPPED, by=by, at=at)


def day_of(at: datetime) -> date:
    """The day of a moment on the society's calendar."""
    return at.astimezone(LAGOS).date()


def locked(book_import: BookImport) -> BookImport:
    """The row, locked; raises BeingPosted at once when somebody has it, since a posting takes seconds."""
    try:
        with transaction.atomic():
            return BookImport.objects.select_for_update(of=("self",), nowait=True).get(pk=book_import.pk)
    except OperationalError as busy:
        if getattr(busy.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise BeingPosted() from busy
        raise


def one_at_a_time() -> None:
    """Raise BeingPosted when books are put in or taken out in another transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('onboarding.posting', 0))")
        if not cursor.fetchone()[0]:
            raise BeingPosted()


def differs(book_import: BookImport, reading: Reading) -> bool:
    """Whether the workbook says something else now than what people were shown."""
    told = reading.analysis.to_json()
    return any(book_import.findings.get(part) != told[part] for part in ("as_at", "totals", "tie_out", "problems"))


def refuse_unless_open(book_import: BookImport) -> None:
    """Raise IllegalTransition unless it is still being looked at."""
    if book_import.status not in (ImportStatus.DRAFT, ImportStatus.PROPOSED):
        raise IllegalTransition(f"{book_import} is {book_import.get_status_display().lower()} already.")


def _keep(book_import: BookImport, reading: Reading) -> None:
    book_import.mapping, book_import.findings = reading.mapping.to_json(), reading.findings()
    book_import.as_at = reading.analysis.as_at
