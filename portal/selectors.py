"""What a member's own pages and the register show, gathered in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, DecimalField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.display import local, naira
from core.sql import load_sql
from engine.due_dates import day_in_month
from ledger.models import JournalLine, Side
from loans.models import Guarantee, Installment, Loan, LoanApplication
from loans.selectors.register import UNPAID, shown_in_list
from loans.services.withdrawals import kept_for_loans
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from members.models import Member, Withdrawal
from members.selectors import Equity
from reports.statements import told

NOTHING = Decimal("0.00")
LATEST = 6
PASSBOOK = load_sql("portal", "passbook")
OPEN = (
    ApplicationStatus.DRAFT, ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.UNDER_REVIEW,
    ApplicationStatus.APPROVED,
)  # fmt: skip

WITH_BALANCES = (
    "employer",
    "user",
    "savings_account__stored",
    "voluntary_account__stored",
    "christmas_account__stored",
    "shares_account__stored",
)


def equity_of(member: Member) -> Equity:
    """What a member has, from a member that was read with `WITH_BALANCES`: no further query."""
    return Equity(
        savings=member.savings_account.stored.balance,
        voluntary=member.voluntary_account.stored.balance,
        christmas=member.christmas_account.stored.balance,
        shares=member.shares_account.stored.balance,
        held=member.savings_account.stored.held,
    )


@dataclass(frozen=True, slots=True)
class Cover:
    """What a member has, as the cover of his passbook says it: what he can draw, what stays, and the rest; naira.

    `owed` is what he still owes on running loans: as much of his free savings stays with the society.
    """

    equity: Equity
    owed: Decimal

    @property
    def can_draw(self) -> Decimal:
        return max(self.equity.free - self.owed, NOTHING)

    @property
    def for_own_loans(self) -> Decimal:
        """The part of his free savings that stays because he owes as much."""
        return self.equity.free - self.can_draw

    @property
    def stays(self) -> Decimal:
        return self.equity.savings - self.can_draw

    @property
    def other(self) -> Decimal:
        return self.equity.voluntary + self.equity.christmas + self.equity.shares

    @property
    def less_held(self) -> Decimal:
        return -self.equity.held

    @property
    def less_owed(self) -> Decimal:
        return -self.for_own_loans

    @property
    def sentence(self) -> str:
        """The bar in words."""
        return (
            f"Of {naira(self.equity.total)} you can draw {naira(self.can_draw)}, {naira(self.stays)} stays for loans, "
            f"and {naira(self.other)} is in shares and other savings"
        )


@dataclass(frozen=True, slots=True)
class RunningLoan:
    """A running loan as its borrower sees it; `falls_due` is what is unpaid of all that is due by the next pay day."""

    loan: Loan
    paid: int
    instalments: int
    falls_due: Decimal
    late: bool

    @property
    def owed(self) -> Decimal:
        return self.loan.owed

    @property
    def left(self) -> int:
        return self.instalments - self.paid

    @property
    def sentence(self) -> str:
        return f"{self.paid} of {self.instalments} payments made"


@dataclass(frozen=True, slots=True)
class Activity:
    """A line of the member's passbook: what happened, when, how much, and whether it is more money of his."""

    on: date
    title: str
    amount: Decimal
    is_in: bool
    entry_id: int


@dataclass(frozen=True, slots=True)
class Deduction:
    """What will be taken from the next salary, line by line."""

    on: date
    lines: tuple[tuple[str, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.lines), NOTHING)


@dataclass(frozen=True, slots=True)
class MemberHome:
    """`asked` are the requests of others to stand for them, `requests` his own that are not decided or not in yet."""

    member: Member
    cover: Cover
    loans: tuple[RunningLoan, ...]
    asked: tuple[LoanApplication, ...]
    requests: tuple[LoanApplication, ...]
    activity: tuple[Activity, ...]
    deduction: Deduction


def home_of(user, *, on: date) -> MemberHome | None:
    """A member's home page in four queries; None for who is not in the register."""
    member = Member.objects.filter(user=user).select_related(*WITH_BALANCES).first()
    if member is None:
        return None
    loans = running_loans(member, on=on)
    waiting = _waiting(member)
    return MemberHome(
        member=member,
        cover=Cover(equity_of(member), sum((one.owed for one in loans), NOTHING)),
        loans=loans,
        asked=tuple(row for row in waiting if row.guarantee_id),
        requests=tuple(row for row in waiting if not row.guarantee_id),
        activity=latest_activity(member, loans),
        deduction=next_deduction(member, loans, on=on),
    )


def greeting(at: datetime) -> str:
    """How one greets at this time of the day."""
    hour = local(at).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 17 else "Good evening"


def _waiting(member: Member) -> list[LoanApplication]:
    """His own open requests, and those of others that wait for his yes or no, oldest first, in one query."""
    to_him = FilteredRelation(
        "guarantees", condition=Q(guarantees__guarantor=member, guarantees__status=GuaranteeStatus.REQUESTED)
    )
    return list(
        LoanApplication.objects.annotate(to_him=to_him)
        .filter(
            Q(member=member, status__in=OPEN) | Q(to_him__isnull=False, status=ApplicationStatus.AWAITING_GUARANTORS)
        )
        .exclude(Q(member=member), to_him__isnull=False)
        .annotate(guarantee_id=F("to_him__pk"), asked_amount=F("to_him__amount"))
        .select_related("member", "product")
        .order_by("started_at")
    )


def running_loans(member: Member, *, on: date) -> tuple[RunningLoan, ...]:
    """A member's running loans with what is owed, what comes next, and how many payments were made."""
    day = next_pay_day(member, on=on)
    settled = Q(principal_paid=F("principal"), interest_paid__gte=F("interest") - F("interest_waived"))
    counted = Installment.objects.filter(loan=OuterRef("pk")).order_by().values("loan")
    due = counted.filter(due_on__lte=day).annotate(total=Sum(UNPAID)).values("total")
    loans = (
        shown_in_list(Loan.objects.filter(member=member, status=LoanStatus.ACTIVE))
        .annotate(
            stored_instalments=Subquery(counted.annotate(n=Count("pk")).values("n")),
            settled=Coalesce(Subquery(counted.filter(settled).annotate(n=Count("pk")).values("n")), 0),
            falls_due=Coalesce(Subquery(due, output_field=DecimalField(max_digits=14, decimal_places=2)), NOTHING),
        )
        .order_by("granted_on", "pk")
    )
    return tuple(
        RunningLoan(
            loan,
            paid=loan.months_paid_before + loan.settled,
            instalments=loan.months_paid_before + loan.stored_instalments,
            falls_due=loan.falls_due,
            late=loan.next_due_on is not None and loan.next_due_on < on,
        )
        for loan in loans
    )


def latest_activity(member: Member, loans: tuple[RunningLoan, ...], *, limit: int = LATEST) -> tuple[Activity, ...]:
    """The newest lines on a member's savings and running loans, in one query; a payment on a loan with its interest."""
    accounts = [
        member.savings_account_id,
        member.voluntary_account_id,
        member.christmas_account_id,
        member.shares_account_id,
        *(one.loan.account_id for one in loans),
    ]
    rows = (
        JournalLine.objects.filter(account_id__in=accounts)
        .order_by("-effective_on", "-id")
        .values_list(
            "effective_on", "narration", "entry__narration", "debit", "credit", "account__normal_side", "entry_id",
            "entry__repayment__amount",
        )[:limit]
    )  # fmt: skip
    return tuple(
        Activity(
            on=on,
            title=told(own, narration),
            amount=repaid or debit or credit,
            is_in=side == Side.CREDIT and bool(credit),
            entry_id=entry_id,
        )
        for on, own, narration, debit, credit, side, entry_id, repaid in rows
    )


def next_pay_day(member: Member, *, on: date) -> date:
    """The next day on which the member's employer pays salaries, today included."""
    pay_day = day_in_month(on.year, on.month, member.employer.pay_day)
    if pay_day >= on:
        return pay_day
    year, month = (on.year, on.month + 1) if on.month < 12 else (on.year + 1, 1)
    return day_in_month(year, month, member.employer.pay_day)


def next_deduction(member: Member, loans: tuple[RunningLoan, ...], *, on: date) -> Deduction:
    """What the next salary will bring: savings, Christmas savings, and what is unpaid of each loan by then."""
    lines = [("Savings", member.monthly_savings), ("Christmas savings", member.monthly_christmas)]
    lines += [(f"{one.loan.product} loan, payment {one.paid + 1} of {one.instalments}", one.falls_due) for one in loans]
    return Deduction(next_pay_day(member, on=on), tuple((label, amount) for label, amount in lines if amount))


# Savings --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PassbookLine:
    """A line of one of a member's accounts; `change` is above nil when it is more money of his."""

    entry_id: int
    on: date
    title: str
    change: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class SavingsPage:
    """`accounts` are (title, balance, newest lines) of those on which something stands or happened."""

    member: Member
    cover: Cover
    accounts: tuple[tuple[str, Decimal, tuple[PassbookLine, ...]], ...]
    withdrawals: tuple[Withdrawal, ...]


def savings_of(member: Member, *, limit: int = LATEST) -> SavingsPage:
    """The savings page of a member that was read with `WITH_BALANCES`, in three queries."""
    named = [
        ("Savings", member.savings_account),
        ("Voluntary savings", member.voluntary_account),
        ("Christmas savings", member.christmas_account),
        ("Shares", member.shares_account),
    ]
    lines: dict[int, list[PassbookLine]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PASSBOOK, {"accounts": [account.pk for _, account in named], "limit": limit})
        for account_id, *line in cursor.fetchall():
            lines.setdefault(account_id, []).append(PassbookLine(*line))
    return SavingsPage(
        member=member,
        cover=Cover(equity_of(member), kept_for_loans(member)),
        accounts=tuple(
            (title, account.stored.balance, tuple(lines.get(account.pk, ())))
            for title, account in named
            if title == "Savings" or account.pk in lines
        ),
        withdrawals=tuple(Withdrawal.objects.filter(member=member).order_by("-requested_at")[:5]),
    )


# The member as the office sees him -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holding:
    """One of a member's accounts and what stands on it."""

    title: str
    account_id: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """A member for the office: what he has, owes, promises, and what comes off his next salary."""

    member: Member
    cover: Cover
    holdings: tuple[Holding, ...]
    loans: tuple[RunningLoan, ...]
    promises: tuple[Guarantee, ...]
    deduction: Deduction


def sheet_of(member: Member, *, on: date) -> MemberSheet:
    """The sheet of a member that was read with `WITH_BALANCES`, in two queries."""
    loans = running_loans(member, on=on)
    equity = equity_of(member)
    return MemberSheet(
        member=member,
        cover=Cover(equity, sum((one.owed for one in loans), NOTHING)),
        holdings=(
            Holding("Savings", member.savings_account_id, equity.savings),
            Holding("Voluntary savings", member.voluntary_account_id, equity.voluntary),
            Holding("Christmas savings", member.christmas_account_id, equity.christmas),
            Holding("Shares", member.shares_account_id, equity.shares),
        ),
        loans=loans,
        promises=tuple(
            Guarantee.objects.live()
            .filter(guarantor=member)
            .select_related("loan__member", "application__member")
            .order_by("pk")
        ),
        deduction=next_deduction(member, loans, on=on),
    )


# The register ---------------------------------------------------------------------------------------------------------


def register(*, user, words: str = "") -> QuerySet[Member]:
    """The members whom a person may see, by number, with what stands on their savings."""
    found = Member.objects.visible_to(user)
    if words:
        found = found.search(words)
    return found.select_related("employer", "savings_account__stored").order_by("number")


def open_withdrawals() -> QuerySet[Withdrawal]:
    """Requests for savings that wait to be paid, the first asked first."""
    return Withdrawal.objects.waiting().select_related("member", "requested_by").order_by("requested_at", "pk")
