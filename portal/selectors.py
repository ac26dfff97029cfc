"""What the home pages and the register show, gathered in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.display import naira
from engine.due_dates import day_in_month
from ledger.models import JournalLine, Side
from loans.models import Guarantee, Installment, Loan
from loans.selectors.register import shown_in_list
from loans.states import ApplicationStatus, LoanStatus
from members.models import Member, Withdrawal
from members.selectors import Equity

NOTHING = Decimal("0.00")
LATEST = 6

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
class RunningLoan:
    """A running loan as the home page shows it."""

    loan: Loan
    paid: int
    instalments: int
    late: bool = False

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
    """A line of the member's passbook: what happened, when, and by how much it changed what he has or owes."""

    on: date
    title: str
    amount: Decimal
    is_in: bool


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
    member: Member
    equity: Equity
    loans: tuple[RunningLoan, ...]
    asked: tuple[Guarantee, ...]
    activity: tuple[Activity, ...]
    deduction: Deduction

    @property
    def other_savings(self) -> Decimal:
        return self.equity.voluntary + self.equity.christmas + self.equity.shares

    @property
    def minus_held(self) -> Decimal:
        return -self.equity.held

    @property
    def bar_label(self) -> str:
        parts = (
            ("free", self.equity.free),
            ("held for loans", self.equity.held),
            ("shares and other", self.other_savings),
        )
        return "; ".join(f"{words} {naira(amount)}" for words, amount in parts)


def home_of(user, *, on: date) -> MemberHome | None:
    """A member's home page in four queries; None for who is not in the register."""
    member = Member.objects.filter(user=user).select_related(*WITH_BALANCES).first()
    if member is None:
        return None
    loans = running_loans(member, on=on)
    return MemberHome(
        member=member,
        equity=equity_of(member),
        loans=loans,
        asked=tuple(
            Guarantee.objects.requested()
            .filter(guarantor=member, application__status=ApplicationStatus.AWAITING_GUARANTORS)
            .select_related("application__member", "application__product")
            .order_by("requested_at")
        ),
        activity=latest_activity(member, loans),
        deduction=next_deduction(member, loans, on=on),
    )


def running_loans(member: Member, *, on: date) -> tuple[RunningLoan, ...]:
    """A member's running loans with what is owed, what comes next, and how many payments were made."""
    settled = Q(principal_paid=F("principal"), interest_paid__gte=F("interest") - F("interest_waived"))
    counted = Installment.objects.filter(loan=OuterRef("pk")).values("loan")
    loans = (
        shown_in_list(Loan.objects.filter(member=member, status=LoanStatus.ACTIVE))
        .annotate(
            stored_instalments=Subquery(counted.annotate(n=Count("pk")).values("n")),
            settled=Coalesce(Subquery(counted.filter(settled).annotate(n=Count("pk")).values("n")), 0),
        )
        .order_by("granted_on", "pk")
    )
    return tuple(
        RunningLoan(
            loan,
            paid=loan.months_paid_before + loan.settled,
            instalments=loan.months_paid_before + loan.stored_instalments,
            late=loan.next_due_on is not None and loan.next_due_on < on,
        )
        for loan in loans
    )


def latest_activity(member: Member, loans: tuple[RunningLoan, ...], *, limit: int = LATEST) -> tuple[Activity, ...]:
    """The newest lines on a member's savings and running loans, in one query."""
    owed = {one.loan.account_id for one in loans}
    own = {
        member.savings_account_id,
        member.voluntary_account_id,
        member.christmas_account_id,
        member.shares_account_id,
    }
    rows = (
        JournalLine.objects.filter(account_id__in=own | owed)
        .select_related("entry", "account")
        .order_by("-effective_on", "-id")[:limit]
    )
    return tuple(
        Activity(
            on=row.effective_on,
            title=f"{row.narration}, {row.entry.narration}" if row.narration else row.entry.narration,
            amount=row.debit or row.credit,
            is_in=row.account.normal_side == Side.CREDIT and bool(row.credit),
        )
        for row in rows
    )


def next_pay_day(member: Member, *, on: date) -> date:
    """The next day on which the member's employer pays salaries, today included."""
    pay_day = day_in_month(on.year, on.month, member.employer.pay_day)
    if pay_day >= on:
        return pay_day
    year, month = (on.year, on.month + 1) if on.month < 12 else (on.year + 1, 1)
    return day_in_month(year, month, member.employer.pay_day)


def next_deduction(member: Member, loans: tuple[RunningLoan, ...], *, on: date) -> Deduction:
    """What the next salary will bring: savings, Christmas savings and each loan's next instalment due by then."""
    day = next_pay_day(member, on=on)
    lines = [("Savings", member.monthly_savings), ("Christmas savings", member.monthly_christmas)]
    lines += [
        (f"{one.loan.product} loan, payment {one.paid + 1} of {one.instalments}", one.loan.next_amount)
        for one in loans
        if one.loan.next_due_on is not None and one.loan.next_due_on <= day
    ]
    return Deduction(day, tuple((label, amount) for label, amount in lines if amount))


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
