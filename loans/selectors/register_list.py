"""The list of the register: found by words, standing and kind, 25 at a time, at the cost of a few short queries.

It is the page that the office opens most. The rows come from one statement instead of
records with their relations, which would cost more than the rest of the page together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.sql import load_sql
from loans.models import Installment, Loan
from loans.states import LoanStatus
from members.models import Member

LATE = "late"
KINDS = load_sql("loans", "kinds_of_loan")
NEWEST = load_sql("loans", "register_newest")
NUMBERS = load_sql("loans", "register_numbers")
ROWS = load_sql("loans", "register_rows")


@dataclass(frozen=True, slots=True)
class ListedLoan:
    """A loan as a line of the list; `next_due_on` and `next_amount` are of its oldest unpaid instalment."""

    serial: str
    member_number: str
    borrower: str
    product: str
    principal: Decimal
    owed: Decimal
    status: str
    next_due_on: date | None
    next_amount: Decimal | None
    on: date

    @property
    def is_late(self) -> bool:
        return self.status == LoanStatus.ACTIVE and self.next_due_on is not None and self.next_due_on < self.on

    @property
    def standing(self) -> str:
        return "Late" if self.is_late else LoanStatus(self.status).label


class RegisterList:
    """The loans that were asked for, newest first, as a paginator takes them: counted, and cut into pages.

    `status` is a loan's status or `late` (running, with an instalment unpaid whose day is past). Loans of an import
    that was undone are shown only where cancelled ones are asked for.
    """

    def __init__(self, *, on: date, words: str = "", status: str = "", product: str = ""):
        self.on, self.words, self.status, self.product = on, words, status, product
        self.numbers = numbers_by_standing(on=on)

    def count(self) -> int:
        if self.words or self.product or self.status == LoanStatus.CANCELLED:
            return self._found().count()
        if self.status:
            return self.numbers.get(self.status, 0)
        return sum(number for status, number in self.numbers.items() if status != LATE)

    def __getitem__(self, part: slice) -> list[ListedLoan]:
        with connection.cursor() as cursor:
            cursor.execute(ROWS, [self._ids(part)])
            return [ListedLoan(*row, on=self.on) for row in cursor.fetchall()]

    def _ids(self, part: slice) -> list[int]:
        if self.words or self.status or self.product:
            return list(self._found().values_list("pk", flat=True)[part])
        # The list as it opens, before anybody looks for something: no query to build.
        with connection.cursor() as cursor:
            cursor.execute(NEWEST, {"offset": part.start, "limit": part.stop - part.start})
            return [pk for (pk,) in cursor.fetchall()]

    def _found(self) -> QuerySet[Loan]:
        loans = Loan.objects.order_by("-serial_year", "-serial_number", "-pk")
        if self.status != LoanStatus.CANCELLED:
            loans = loans.standing()
        if self.words:
            named = Member.objects.search(self.words)
            loans = loans.filter(Q(serial__icontains=self.words) | Q(member__in=named))
        if self.product:
            loans = loans.filter(product__code=self.product)
        if self.status == LATE:
            unpaid = Installment.objects.unpaid().filter(loan=OuterRef("pk"), due_on__lt=self.on)
            loans = loans.active().filter(Exists(unpaid))
        elif self.status:
            loans = loans.filter(status=self.status)
        return loans


def numbers_by_standing(*, on: date) -> dict[str, int]:
    """How many loans stand in each status, and how many of those that run are late, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [on])
        return dict(cursor.fetchall())


def kinds_of_loan() -> list[tuple[str, str]]:
    """The products by code and name."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS)
        return cursor.fetchall()
