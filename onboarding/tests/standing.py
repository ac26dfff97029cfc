"""What the tests of posting and undoing share: the steps to the books, and how the books stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Count, F, Sum

import ledger.checks
import loans.checks
import members.checks
import onboarding.checks
from audit.models import Event
from ledger.models import AccountBalance, Hold, JournalEntry, JournalLine
from loans.models import Loan
from members.models import Member
from onboarding.models import BookImport
from onboarding.services import bring_books, post_books, propose_books, undo_books
from users.models import User

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
ON = date(2026, 10, 1)
ROOMS = (ledger.checks, members.checks, loans.checks, onboarding.checks)


@dataclass(frozen=True)
class Desk:
    """The steps from a file to the books."""

    proposer: User
    approver: User

    def bring(self, data: bytes, name: str = "books.xlsx") -> BookImport:
        return bring_books(data=data, file_name=name, by=self.proposer, at=AT)

    def propose(self, data: bytes) -> BookImport:
        return propose_books(book_import=self.bring(data), by=self.proposer, at=AT)

    def post(self, data: bytes) -> BookImport:
        return post_books(book_import=self.propose(data), by=self.approver, at=AT)

    def undo(self, book_import: BookImport) -> BookImport:
        return undo_books(book_import=book_import, reason="Wrong sheet", by=self.approver, on=ON, at=AT)


def broken() -> list[str]:
    """The invariants that do not hold, of every room that an import touches."""
    return [
        f"{check.code} {check.title}: {finding.broken[:3]}"
        for room in ROOMS
        for check in room.INVARIANTS
        if (finding := check.run()).broken
    ]


def balances() -> dict[str, Decimal]:
    """What stands on each account, by its code, nil left out: members' and loans' own, control and general ones."""
    own = AccountBalance.objects.exclude(balance=0).values_list("account__code", "balance")
    general = (
        JournalLine.objects.values("account__code", "account__control__code")
        .annotate(total=Sum(F("credit") - F("debit")))
        .values_list("account__code", "account__control__code", "total")
    )
    standing = dict(own)
    for code, control, total in general:
        standing[control or code] = standing.get(control or code, Decimal(0)) + total
    return {code: amount for code, amount in standing.items() if amount}


def open_items() -> dict[str, object]:
    """What is waiting for somebody: members, loans that run, what they owe month by month, savings that are held."""
    held = Hold.objects.live().aggregate(count=Count("pk"), amount=Sum("amount"))
    running = Loan.objects.active()
    return {
        "members": sorted(Member.objects.active().values_list("number", flat=True)),
        "loans": sorted(running.values_list("serial", flat=True)),
        "due": sorted(
            running.values_list("serial", "installments__number", "installments__due_on", "installments__principal")
        ),
        "held": (held["count"], held["amount"]),
        "staff numbers": sorted(Member.objects.exclude(staff_number="").values_list("number", "staff_number")),
    }


def trail() -> tuple[int, int]:
    """How many entries and how many events there are."""
    return JournalEntry.objects.count(), Event.objects.count()
