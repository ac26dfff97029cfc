"""What an import brought into the books: its loans, and the accounts that it opened or filled."""

from __future__ import annotations

from django.db.models import QuerySet

from ledger.models import JournalLine
from loans.models import Loan
from members.models import Member
from onboarding.models import BookImport

OWN_ACCOUNTS = ("savings_account", "voluntary_account", "christmas_account", "shares_account")


def loans_of(book_import: BookImport) -> QuerySet[Loan]:
    """The loans that an import took over."""
    taken_over = JournalLine.objects.filter(entry__batch=book_import.batch, account__loan__isnull=False)
    return Loan.objects.filter(account__in=taken_over.values("account_id"))


def accounts_of(book_import: BookImport) -> list[int]:
    """The members' and loans' own accounts that an import opened or filled."""
    members = Member.objects.filter(pk__in=book_import.imported.values("member_id"))
    own = [pk for row in members.values_list(*(f"{name}_id" for name in OWN_ACCOUNTS)) for pk in row]
    return own + list(loans_of(book_import).values_list("account_id", flat=True))
