"""An import undone as a whole: every entry mirrored, nothing erased."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit.transitions import transition, transition_many
from core.money import naira
from ledger.models import Hold, JournalEntry, JournalLine
from ledger.services import lock_accounts, reverse_entries
from loans.models import LoanApplication
from loans.services.takeover import take_back_loans
from loans.states import ApplicationStatus
from members.models import Member
from members.states import MemberStatus
from onboarding import postings
from onboarding.errors import UsedSince
from onboarding.models import BookImport
from onboarding.selectors.imported import accounts_of, loans_of
from onboarding.services.imports import locked, one_at_a_time
from onboarding.states import ImportStatus
from users.models import User

OVER = (ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN, ApplicationStatus.DECLINED)


@transaction.atomic
def undo_books(*, book_import: BookImport, reason: str, by: User, on: date, at: datetime) -> BookImport:
    """Undo an import as a whole: every entry mirrored, guarantors free, loans cancelled, members out of the register.

    Raises UsedSince when anything was done with the imported members or loans after the import; take that back first.
    Raises BeingPosted, and IllegalTransition when it is not in the books.
    """
    one_at_a_time()
    book_import = locked(book_import)
    transition(book_import, ImportStatus.UNDONE, by=by, at=at, undone_by=by, undone_at=at, undo_reason=reason)
    # Locked before they are judged: a payment that is being posted on one of them is waited for and then seen.
    list(loans_of(book_import).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    members = Member.objects.filter(pk__in=book_import.imported.values("member_id"))
    list(members.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    accounts = accounts_of(book_import)
    lock_accounts(ids=accounts)
    refuse_used(book_import, accounts)
    take_back_loans(batch=book_import.batch, reason=reason, by=by, on=on, at=at)
    entries = JournalEntry.objects.filter(
        batch=book_import.batch, kind__in=[postings.OPENING, postings.TRIAL_BALANCE], reversed_by__isnull=True
    )
    reverse_entries(
        entries=entries.order_by("pk"), prefix="undo/", reason=reason, on=on, by=by, batch=book_import.batch
    )
    # A number that no member bears any more is free for the next import.
    members.update(staff_number="", claimed_staff_number="")
    transition_many(members, MemberStatus.CANCELLED, by=by, at=at)
    return book_import


def refuse_used(book_import: BookImport, accounts: list[int]) -> None:
    """Raise UsedSince with the first thing that was done since and stands in the way."""
    later = (
        JournalLine.objects.filter(account_id__in=accounts)
        .exclude(entry__batch=book_import.batch)
        .filter(entry__reversed_by__isnull=True, entry__reverses__isnull=True)
        .select_related("entry")
        .order_by("pk")
        .first()
    )
    if later is not None:
        raise UsedSince(
            f"{later.entry.narration} ({naira(later.debit or later.credit)}) was posted after the import. "
            "Reverse it first."
        )
    asked = LoanApplication.objects.filter(member__in=book_import.imported.values("member_id")).exclude(status__in=OVER)
    first = asked.order_by("pk").first()
    if first is not None:
        raise UsedSince(f"{first.number} was sent in after the import. It must be withdrawn first.")
    held = Hold.objects.live().filter(account_id__in=accounts).exclude(guarantee__loan__origin="opening")
    if held.exists():
        raise UsedSince("Savings of an imported member are held for something new. Take that back first.")
