"""What a member's own pages and the register show, gathered in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Max, QuerySet

from core.display import local, naira
from core.sql import load_sql
from engine.due_dates import add_months, day_in_month
from loans.models import Guarantee
from loans.services.withdrawals import kept_for_loans
from loans.states import ApplicationStatus
from loans.tables import loan_url
from members.models import Member, Withdrawal
from members.selectors import Equity
from reconciliation.models import Remittance
from reconciliation.states import RemittanceStatus
from reports.statements import told

NOTHING = Decimal("0.00")
LATEST = 6
# The pages that a member opens most are read by statements of their own: to build them anew costs more than they do.
COVER = load_sql("portal", "passbook_cover")
RUNNING_LOANS = load_sql("portal", "running_loans")
WAITING_FOR_MEMBER = load_sql("portal", "waiting_for_member")
LATEST_ACTIVITY = load_sql("portal", "latest_activity")
PASSBOOK = load_sql("portal", "passbook")

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

    serial: str
    product: str
    account_id: int
    owed: Decimal
    paid: int
    instalments: int
    falls_due: Decimal
    late: bool

    @property
    def url(self) -> str:
        return loan_url(self)

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
class Request:
    """A request of the member's own that is not decided, or approved and not in the register yet."""

    number: str
    status: str
    product: str
    amount: Decimal
    submitted_at: datetime | None

    @property
    def label(self) -> str:
        return ApplicationStatus(self.status).label


@dataclass(frozen=True, slots=True)
class Ask:
    """What waits for a member's answer on a loan of `loan` naira: to stand for `amount` of it, or what is taken of him.

    `about` is `stand`, `instead` (to take a guarantor's place) or `notice` (up to `amount` may be taken from him; it
    is for a loan of his own without `borrower`).
    """

    about: str
    pk: int
    borrower: str
    amount: Decimal
    product: str
    loan: Decimal


@dataclass(frozen=True, slots=True)
class MemberHome:
    """A member's home page."""

    number: str
    first_name: str
    cover: Cover
    loans: tuple[RunningLoan, ...]
    asked: tuple[Ask, ...]
    requests: tuple[Request, ...]
    activity: tuple[Activity, ...]
    deduction: Deduction


def home_of(user, *, on: date) -> MemberHome | None:
    """A member's home page in four queries; None for who is not in the register."""
    rows = _rows(COVER, user=user.pk)
    if not rows:
        return None
    pk, number, surname, other_names, pay_day, settled, savings, christmas, accounts, *balances = rows[0]
    day = next_deduction_day(pay_day, settled=settled, on=on)
    loans = running_loans(pk, by=day, on=on)
    asked, requests = _waiting(pk)
    return MemberHome(
        number=number,
        first_name=Member(surname=surname, other_names=other_names).first_name,
        cover=Cover(Equity(*balances), sum((one.owed for one in loans), NOTHING)),
        loans=loans,
        asked=asked,
        requests=requests,
        activity=latest_activity([*accounts, *(one.account_id for one in loans)]),
        deduction=deduction(savings, christmas, loans, day=day),
    )


def greeting(at: datetime) -> str:
    """How one greets at this time of the day."""
    hour = local(at).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 17 else "Good evening"


def _rows(statement: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()


def _waiting(member_id: int) -> tuple[tuple[Ask, ...], tuple[Request, ...]]:
    asked, requests = [], []
    for own, number, status, product, amount, submitted_at, guarantee_id, promise, borrower in _rows(
        WAITING_FOR_MEMBER, member=member_id
    ):
        if own:
            requests.append(Request(number, status, product, amount, submitted_at))
        else:
            about = status if status in ("instead", "notice") else "stand"
            asked.append(Ask(about, guarantee_id, borrower, promise, product, amount))
    return tuple(asked), tuple(requests)


def running_loans(member_id: int, *, by: date, on: date) -> tuple[RunningLoan, ...]:
    """A member's running loans; `falls_due` counts what is due up to the day `by`, late is what was due before `on`."""
    return tuple(RunningLoan(*row) for row in _rows(RUNNING_LOANS, member=member_id, by=by, on=on))


def latest_activity(accounts: list[int], *, limit: int = LATEST) -> tuple[Activity, ...]:
    """The newest lines on accounts, newest first; a payment on a loan with its interest."""
    return tuple(
        Activity(on, told(own, narration), amount, is_in, entry_id)
        for on, own, narration, amount, is_in, entry_id in _rows(LATEST_ACTIVITY, accounts=accounts, limit=limit)
    )


def next_pay_day(pay_day: int, *, on: date) -> date:
    """The next day on which an employer who pays on the `pay_day` of the month pays salaries, today included."""
    day = day_in_month(on.year, on.month, pay_day)
    if day >= on:
        return day
    year, month = (on.year, on.month + 1) if on.month < 12 else (on.year + 1, 1)
    return day_in_month(year, month, pay_day)


def next_deduction_day(pay_day: int, *, settled: date | None, on: date) -> date:
    """The pay day of the next deduction: the next one whose month is not posted yet.

    `settled` is the first day of the latest month for which the employer's return is posted.
    """
    day = next_pay_day(pay_day, on=on)
    while settled is not None and day.replace(day=1) <= settled:
        day = next_pay_day(pay_day, on=add_months(day.replace(day=1), 1))
    return day


def settled_month(employer_id: int) -> date | None:
    """The first day of the latest month for which an employer's return is posted."""
    posted = Remittance.objects.filter(schedule__employer_id=employer_id, status=RemittanceStatus.POSTED)
    return posted.aggregate(month=Max("schedule__month"))["month"]


def deduction(savings: Decimal, christmas: Decimal, loans: tuple[RunningLoan, ...], *, day: date) -> Deduction:
    """What the salary of a day will bring: savings, Christmas savings, and what is unpaid of each loan by then."""
    lines = [("Savings", savings), ("Christmas savings", christmas)]
    lines += [(f"{one.product} loan, payment {one.paid + 1} of {one.instalments}", one.falls_due) for one in loans]
    return Deduction(day, tuple((label, amount) for label, amount in lines if amount))


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
    for account_id, *line in _rows(PASSBOOK, accounts=[account.pk for _, account in named], limit=limit):
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
    """The sheet of a member that was read with `WITH_BALANCES`, in three queries."""
    day = next_deduction_day(member.employer.pay_day, settled=settled_month(member.employer_id), on=on)
    loans = running_loans(member.pk, by=day, on=on)
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
        deduction=deduction(member.monthly_savings, member.monthly_christmas, loans, day=day),
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
