"""Shaped reads of the register: lists, what falls due in a month, what is still owed, the month's cap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    DecimalField,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from engine.schedules import Line
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.eligibility import Quote
from loans.eligibility.cost import at_rate, rate_for
from loans.errors import NoLendingPolicy
from loans.models import (
    Guarantee,
    Installment,
    LendingPolicy,
    Loan,
    LoanApplication,
    LoanOrigin,
    Repayment,
)
from loans.schedules import quote_from
from loans.selectors.facts import rules_of
from loans.selectors.pay_days import pay_days_of
from loans.states import ApplicationStatus, LoanStatus

NOTHING = Decimal("0.00")


def outstanding(loan_ids: Iterable[int]) -> dict[int, Decimal]:
    """The principal still owed on each loan, in naira, as the ledger has it; in one query."""
    return dict(Loan.objects.filter(pk__in=list(loan_ids)).values_list("pk", "account__stored__balance"))


# What falls due -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueInstallment:
    """What one loan asks of its borrower in a month; `amount` is what is unpaid of it, in naira."""

    member_id: int
    loan_id: int
    serial: str
    product_code: str
    installment_id: int
    due_on: date
    amount: Decimal


def due_in_month(*, employer_id: int, year: int, month: int) -> list[DueInstallment]:
    """The instalments of running loans that fall due in a month for the members of one employer, in two queries.

    What was paid of them before is left out. The last instalment of a loan asks for all that is still unpaid, so that
    paying it clears the loan.
    """
    rows = list(
        Installment.objects.unpaid()
        .filter(
            due_on__gte=date(year, month, 1), due_on__lt=_next_month(date(year, month, 1)),
            loan__status=LoanStatus.ACTIVE, loan__member__employer_id=employer_id,
        )
        .annotate(
            last=Subquery(
                Installment.objects.live().filter(loan=OuterRef("loan")).values("loan").annotate(n=Max("number")).values("n")
            ),
        )
        .order_by("due_on", "loan__serial_year", "loan__serial_number", "loan_id", "number")
        .values_list(
            "loan__member_id", "loan_id", "loan__serial", "loan__product__code", "pk", "due_on", "unpaid_amount",
            "number", "last",
        )
    )  # fmt: skip
    clearing = _unpaid_of([row[1] for row in rows if row[7] == row[8]])
    return [
        DueInstallment(*row[:6], amount=clearing[row[1]] if row[7] == row[8] else row[6])
        for row in rows
    ]  # fmt: skip


def _unpaid_of(loan_ids: list[int]) -> dict[int, Decimal]:
    return dict(
        Installment.objects.live().filter(loan_id__in=loan_ids).values("loan_id").annotate(left=Sum("unpaid_amount"))
        .values_list("loan_id", "left")
    ) if loan_ids else {}  # fmt: skip


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


# The month's cap ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthCap:
    """What may be let out for payment in a calendar month, and what of it is used; `cap` None means no limit."""

    month: date
    cap: Decimal | None
    used: Decimal

    @property
    def left(self) -> Decimal | None:
        return None if self.cap is None else max(self.cap - self.used, NOTHING)

    def has_room_for(self, amount: Decimal) -> bool:
        return self.cap is None or self.used + amount <= self.cap


def policy_in_force(on: date) -> LendingPolicy:
    """The lending policy that counts on a day. Raises NoLendingPolicy where the society has none yet."""
    policy = LendingPolicy.objects.in_force(on)
    if policy is None:
        raise NoLendingPolicy()
    return policy


def month_cap(on: date) -> MonthCap:
    """The cap of the month of `on` by the policy of that day, and the loans that were let out for payment in it.

    Raises NoLendingPolicy.
    """
    policy = policy_in_force(on)
    first = on.replace(day=1)
    used = (
        Loan.objects.filter(
            origin=LoanOrigin.APPLICATION, released_on__gte=first, released_on__lt=_next_month(first)
        )
        .exclude(status=LoanStatus.CANCELLED)
        .aggregate(used=Coalesce(Sum("principal"), NOTHING))["used"]
    )  # fmt: skip
    return MonthCap(first, policy.monthly_cap, used)


@dataclass(frozen=True, slots=True)
class RegistrationTerms:
    """What registering an application would make: its quote with the instalments, and whether the cap has room."""

    quote: Quote
    cap: MonthCap
    is_payable: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.quote.lines

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def last(self) -> Line:
        return self.lines[-1]


def registration_terms(application: LoanApplication, *, on: date) -> RegistrationTerms:
    """The terms of an approved application as `register_loan` freezes them on a day. Raises NoLendingPolicy.

    The rate is that of the tier which the approved amount falls into, by the savings that counted when it was sent in.
    """
    approval, cap = application.approval, month_cap(on)
    is_payable = cap.has_room_for(approval.amount)
    rules = rules_of(application.version, application.product)
    rate = rules.annual_rate_percent
    if application.savings_counted is not None:
        rate = rate_for(rules, approval.amount, application.savings_counted, application.owed_counted)
    quote = quote_from(
        at_rate(rules, rate),
        approval.amount,
        approval.term_months,
        pay_days=pay_days_of(application.member.employer),
        payable_on=on if is_payable else _next_month(on.replace(day=1)),
    )
    return RegistrationTerms(quote, cap, is_payable)


def days_if_moved(loan: Loan, *, on: date) -> tuple[date, date]:
    """The first due day of a loan that was not paid out: as it stands, and if its payment days are moved today."""
    before = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    return before, pay_days_of(loan.member.employer).first(on, loan.version.frequency)


def payments_after(repayment: Repayment) -> list[Repayment]:
    """The payments that stand on a loan and were posted after one: they are worked out again when it is taken back."""
    return list(
        Repayment.objects.filter(loan=repayment.loan_id, reversed_by_entry__isnull=True, pk__gt=repayment.pk)
        .order_by("pk")
    )  # fmt: skip


def bank() -> Decimal:
    """What stands in the bank by the books."""
    return balance_of(account(chart.BANK))


# Lists ----------------------------------------------------------------------------------------------------------------


def shown_in_list(loans: QuerySet[Loan]) -> QuerySet[Loan]:
    """Add to loans what a line of a list shows: borrower, product, balance, and the oldest unpaid instalment."""
    oldest = _unpaid_installments().order_by("number")
    return loans.select_related("member", "product").annotate(
        owed=F("account__stored__balance"),
        next_due_on=Subquery(oldest.values("due_on")[:1]),
        next_amount=Subquery(
            oldest.values("unpaid_amount")[:1], output_field=DecimalField(max_digits=14, decimal_places=2)
        ),
    )  # fmt: skip


def _unpaid_installments() -> QuerySet[Installment]:
    return Installment.objects.unpaid().filter(loan=OuterRef("pk"))


def approved_applications() -> QuerySet[LoanApplication]:
    """Approved applications, in the register or not, with what is fixed when they come into it."""
    return LoanApplication.objects.filter(
        status__in=[ApplicationStatus.APPROVED, ApplicationStatus.REGISTERED]
    ).select_related("member__employer", "product", "version", "approval__approved_by", "loan")


def waiting_to_be_registered() -> QuerySet[LoanApplication]:
    """Approved applications that are not in the register, the first approved first."""
    return approved_applications().filter(status=ApplicationStatus.APPROVED).order_by("approval__approved_at", "pk")


def queue() -> QuerySet[Loan]:
    """Registered loans that wait for a month with room under the cap, the first approved first."""
    return (
        Loan.objects.queued()
        .select_related("member", "product", "application__approval")
        .order_by("application__approval__approved_at", "pk")
    )


def payouts(*, with_paid: bool = False) -> QuerySet[Loan]:
    """Loans that are ready to be paid out, the first released first; on request those that run already as well."""
    statuses = [LoanStatus.REGISTERED, LoanStatus.ACTIVE] if with_paid else [LoanStatus.REGISTERED]
    return (
        Loan.objects.filter(status__in=statuses, application__isnull=False)
        .select_related("member__employer", "product", "application__approval__approved_by")
        .annotate(first_due_on=Subquery(
            Installment.objects.live().filter(loan=OuterRef("pk")).order_by("number").values("due_on")[:1]
        ))
        .order_by("released_on", "serial_year", "serial_number")
    )  # fmt: skip


def guarantors_of(loan: Loan) -> QuerySet[Guarantee]:
    """Who stands for a loan now, with their people."""
    return Guarantee.objects.live().filter(loan=loan).select_related("guarantor__user", "hold").order_by("pk")
