"""The books as the office reads them: the trial balance, and what stands behind each of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.display import dmy
from core.exports import Column, ExportSheet
from ledger.models import Account, JournalEntry, JournalLine, Side
from ledger.selectors import StatementLine, TrialBalanceLine, balance_of, statement, trial_balance
from loans.models import Loan
from members.models import Member

NOTHING = Decimal("0.00")
PAGE = 25
MONEY = DecimalField(max_digits=20, decimal_places=2)
FIRST_OF_A_DAY = 0


@dataclass(frozen=True, slots=True)
class TrialBalance:
    as_of: date
    lines: tuple[TrialBalanceLine, ...]

    @property
    def total(self) -> TrialBalanceLine:
        return TrialBalanceLine(
            account_id=0, code="", name="Total", kind="",
            debit=sum((line.debit for line in self.lines), NOTHING),
            credit=sum((line.credit for line in self.lines), NOTHING),
        )  # fmt: skip

    @property
    def is_equal(self) -> bool:
        return self.total.debit == self.total.credit


def trial_balance_on(as_of: date) -> TrialBalance:
    """Every general account with its balance on a day; members' and loans' accounts are summed in their control."""
    return TrialBalance(as_of, tuple(trial_balance(as_of=as_of)))


def trial_balance_sheet(found: TrialBalance, *, society: str) -> ExportSheet:
    return ExportSheet(
        name="Trial balance",
        titles=[society, f"Trial balance as at {dmy(found.as_of)}"],
        columns=[
            Column("Code", kind="number", width=10),
            Column("Account", width=44),
            Column("Debit", kind="money", total=True),
            Column("Credit", kind="money", total=True),
        ],
        rows=[(line.code, line.name, line.debit or None, line.credit or None) for line in found.lines],
    )


# One account ----------------------------------------------------------------------------------------------------------


def sub_accounts(control: Account, *, words: str = "") -> QuerySet[Account]:
    """The accounts under a control account by code, those whose code or name holds every one of the words."""
    found = Account.objects.filter(control=control).order_by("code")
    for word in words.split()[:6]:
        found = found.filter(Q(code__icontains=word) | Q(name__icontains=word))
    return found


def with_balances(accounts: QuerySet[Account], *, as_of: date) -> QuerySet[Account]:
    """Add `debits_less_credits` on a day to accounts; apart from `sub_accounts`, so that counting pages is cheap."""
    lines = (
        JournalLine.objects.filter(account=OuterRef("pk"), effective_on__lte=as_of)
        .order_by()
        .values("account")
        .annotate(moved=Sum(F("debit") - F("credit")))
        .values("moved")
    )
    return accounts.annotate(debits_less_credits=Coalesce(Subquery(lines, output_field=MONEY), NOTHING))


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of an account for the office: its side, and the balance after it on the account's own side."""

    line_id: int
    entry_id: int
    effective_on: date
    narration: str
    debit: Decimal | None
    credit: Decimal | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The newest lines of an account on a day; `next` is where the older ones begin, if there are any."""

    lines: tuple[AccountLine, ...]
    next: int | None


def account_page(account: Account, *, as_of: date, before: JournalLine | None = None) -> AccountPage:
    """Lines that count on or before a day, newest first, from before one of them when a page was read already."""
    if before is None:
        edge = StatementLine(
            FIRST_OF_A_DAY, 0, as_of + timedelta(days=1), "", "", NOTHING, balance_of(account, as_of=as_of)
        )
    else:
        edge = StatementLine(before.pk, 0, before.effective_on, "", "", NOTHING, _balance_before(account, before))
    found = statement(account, limit=PAGE + 1, before=edge)
    lines = tuple(_as_sides(account, line) for line in found[:PAGE])
    return AccountPage(lines, lines[-1].line_id if len(found) > PAGE else None)


def _balance_before(account: Account, line: JournalLine) -> Decimal:
    earlier = Q(effective_on__lt=line.effective_on) | Q(effective_on=line.effective_on, pk__lt=line.pk)
    moved = JournalLine.objects.filter(earlier, account=account).aggregate(
        s=Coalesce(Sum(F("debit") - F("credit")), NOTHING)
    )["s"]
    return moved if account.normal_side == Side.DEBIT else -moved


def _as_sides(account: Account, line: StatementLine) -> AccountLine:
    moved = line.change if account.normal_side == Side.DEBIT else -line.change
    return AccountLine(
        line.line_id, line.entry_id, line.effective_on, line.narration,
        debit=moved if moved > 0 else None, credit=-moved if moved < 0 else None, balance=line.balance,
    )  # fmt: skip


# One entry ------------------------------------------------------------------------------------------------------------


def own_accounts(user) -> set[int]:
    """The accounts of a member and of his loans."""
    member = Member.objects.filter(user=user).first()
    if member is None:
        return set()
    return {
        member.savings_account_id,
        member.voluntary_account_id,
        member.christmas_account_id,
        member.shares_account_id,
        *Loan.objects.filter(member=member).values_list("account_id", flat=True),
    }


def entries_visible_to(user, own: set[int]) -> QuerySet[JournalEntry]:
    """All entries for who may read the books, else those that touched one's own accounts."""
    entries = JournalEntry.objects.select_related("posted_by", "reverses", "reversed_by")
    if user.has_perm("ledger.view_books"):
        return entries
    return entries.filter(pk__in=JournalLine.objects.filter(account_id__in=own).values("entry_id"))


@dataclass(frozen=True, slots=True)
class EntryLine:
    account_id: int
    code: str
    name: str
    narration: str
    debit: Decimal
    credit: Decimal


def lines_of(entry: JournalEntry, *, for_office: bool, own: set[int]) -> list[EntryLine]:
    """The lines of an entry; a member reads another's account by its kind alone, never whose it is."""
    rows = JournalLine.objects.filter(entry=entry).select_related("account__control").order_by("id")
    return [
        EntryLine(
            account_id=row.account_id,
            code=row.account.code if for_office else "",
            name=row.account.name
            if for_office or row.account_id in own or row.account.control is None
            else row.account.control.name,
            narration=row.narration,
            debit=row.debit,
            credit=row.credit,
        )
        for row in rows
    ]
