"""A member's statement: what he had and owed on the first day, each thing that happened, and where it left him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

from core.display import day, naira
from core.exports import Column, ExportSheet
from core.sql import load_sql
from ledger.models import JournalLine
from loans.models import Loan
from loans.states import LoanStatus
from members.models import Member
from users.services import CODE_LETTERS, clean_code, in_groups

NOTHING = Decimal("0.00")
AROUND_PERIOD = load_sql("reports", "around_period")
CODE_LENGTH = 12
NOT_IN_THE_BOOKS = (LoanStatus.QUEUED, LoanStatus.REGISTERED, LoanStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What one entry did to an account, and what stood there afterwards, as the member says it.

    On a loan `paid_in` is what he paid back and `paid_out` what he was lent.
    """

    on: date
    narration: str
    paid_in: Decimal | None
    paid_out: Decimal | None
    balance: Decimal
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One account over a period, in naira."""

    key: str
    title: str
    is_loan: bool
    opening: Decimal
    closing: Decimal
    lines: tuple[StatementLine, ...]
    first: date
    last: date

    @property
    def rows(self) -> list[StatementLine]:
        """The lines below what was there before them."""
        return [StatementLine(self.first, "Balance brought forward", None, None, self.opening), *self.lines]

    @property
    def total(self) -> StatementLine:
        """What came in and went out in all, and what is there at the end."""
        return StatementLine(
            self.last,
            "At the end",
            sum((line.paid_in or NOTHING for line in self.lines), NOTHING),
            sum((line.paid_out or NOTHING for line in self.lines), NOTHING),
            self.closing,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.opening or self.closing)


@dataclass(frozen=True, slots=True)
class Statement:
    """A member's accounts over a period. `code` changes with any figure that it opens or closes with."""

    member: Member
    first: date
    last: date
    accounts: tuple[AccountStatement, ...]
    choices: tuple[tuple[str, str], ...]
    code: str

    @property
    def about(self) -> str:
        return f"{self.member.name}, {self.member.number}, {day(self.first)} to {day(self.last)}"


def statement_of(member: Member, *, first: date, last: date, only: str = "") -> Statement:
    """A member's statement from the first to the last day, in three queries.

    `only` is the key of one account; without it, or where there is none of that key, all are shown but those on which
    nothing stands and nothing happened. His savings are always there.
    """
    named = _accounts(member)
    around = _around_period([pk for _, _, pk, _ in named], first, last)
    lines = _lines(around, first, last)
    accounts = [
        AccountStatement(key, title, is_loan, *around[pk], lines=_running(lines.get(pk, []), around[pk][0], is_loan),
                         first=first, last=last)
        for key, title, pk, is_loan in named
    ]  # fmt: skip
    shown = [account for account in accounts if account.key == "savings" or not account.is_empty]
    return Statement(
        member=member,
        first=first,
        last=last,
        accounts=tuple([account for account in shown if account.key == only] or shown),
        choices=tuple((account.key, account.title) for account in shown),
        code=_code(member, first, last, accounts),
    )


def agrees(member: Member, *, first: date, last: date, code: str) -> bool:
    """Whether a paper with this code says what the books say now of this member and period."""
    return constant_time_compare(clean_code(statement_of(member, first=first, last=last).code), clean_code(code))


def statement_sheets(statement: Statement) -> list[ExportSheet]:
    """A statement as a workbook, one sheet an account."""
    return [
        ExportSheet(
            name=account.title,
            titles=[account.title, statement.about],
            columns=[
                Column("Date", kind="date"),
                Column("What happened", width=52),
                Column("Paid back" if account.is_loan else "In", kind="money"),
                Column("Lent" if account.is_loan else "Out", kind="money"),
                Column("Owed" if account.is_loan else "Balance", kind="money"),
            ],
            rows=[
                (line.on, line.narration, line.paid_in, line.paid_out, line.balance)
                for line in [*account.rows, account.total]
            ],
            notes=[f"Verification code: {statement.code}"],
        )
        for account in statement.accounts
    ]


def told(own: str, narration: str) -> str:
    """What a line says: its own words before the entry's, unless the entry says them too."""
    return narration if not own or own.lower() in narration.lower() else f"{own}: {narration}"


def _accounts(member: Member) -> list[tuple[str, str, int, bool]]:
    loans = (
        Loan.objects.filter(member=member)
        .exclude(status__in=NOT_IN_THE_BOOKS)
        .order_by("granted_on", "pk")
        .values_list("serial", "product__name", "account_id")
    )
    return [
        ("savings", "Savings", member.savings_account_id, False),
        ("voluntary", "Voluntary savings", member.voluntary_account_id, False),
        ("christmas", "Christmas savings", member.christmas_account_id, False),
        ("shares", "Shares", member.shares_account_id, False),
        *((serial, f"{product} loan {serial}", account_id, True) for serial, product, account_id in loans),
    ]


def _around_period(accounts: list[int], first: date, last: date) -> dict[int, tuple[Decimal, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(AROUND_PERIOD, {"accounts": accounts, "first": first, "last": last})
        return {pk: (opening, closing) for pk, opening, closing in cursor.fetchall()}


def _lines(accounts, first: date, last: date) -> dict[int, list[tuple]]:
    found: dict[int, list[tuple]] = {}
    for account_id, *row in (
        JournalLine.objects.filter(account_id__in=list(accounts), effective_on__gte=first, effective_on__lte=last)
        .order_by("effective_on", "id")
        .values_list(
            "account_id", "effective_on", "entry__narration", "debit", "credit", "entry_id",
            "entry__repayment__amount", "entry__repayment__interest",
        )
    ):  # fmt: skip
        found.setdefault(account_id, []).append(row)
    return found


def _running(rows: list[tuple], opening: Decimal, is_loan: bool) -> tuple[StatementLine, ...]:
    """The lines with the balance after each. Savings stand on the credit side, loans on the debit side."""
    balance, lines = opening, []
    for on, said, debit, credit, entry_id, paid, interest in rows:
        balance += debit - credit if is_loan else credit - debit
        if interest and paid:
            said = f"{said}, {naira(paid)} of which {naira(interest)} was interest"
        lines.append(StatementLine(on, said, credit or None, debit or None, balance, entry_id))
    return tuple(lines)


def _code(member: Member, first: date, last: date, accounts: list[AccountStatement]) -> str:
    said = "|".join(
        [member.number, first.isoformat(), last.isoformat()]
        + [f"{account.key}:{account.opening}:{account.closing}" for account in accounts if not account.is_empty]
    )
    number = int.from_bytes(salted_hmac("reports.statement", said, algorithm="sha256").digest(), "big")
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[place])
    return in_groups("".join(letters))
