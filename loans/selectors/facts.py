"""What the eligibility rules ask about a member and a product, gathered in few queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Coalesce, JSONObject

from engine.fees import Collected
from engine.schedules import Frequency
from ledger.models import AccountBalance, HoldPurpose
from loans.eligibility import Facts, FeeRule, OldLoan, Rules
from loans.eligibility.cost import MOST_IN_A_MONTH, instalment_of
from loans.models import Loan, LoanApplication, LoanProduct, ProductFee, ProductVersion, RateTier
from loans.selectors.quotes import pay_off_today, with_figures
from loans.states import LoanStatus
from members.models import Member
from members.states import MemberStatus

NOTHING = Decimal("0.00")
RATE = "annual_rate_percent"
FEE = ("name", "collected", "amount", "percent", "goes_to", "refundable")


def facts_for(member: Member, on: date) -> Facts:
    """What counts for a member's limits on a day, in three queries.

    Savings that wait to be paid out to him count no more. A loan that waits to be paid out counts with its whole
    principal; an application that is still open with the instalment it would have.
    """
    leaving = Q(account__holds__purpose=HoldPurpose.WITHDRAWAL, account__holds__released_at__isnull=True)
    savings = (
        AccountBalance.objects.annotate(leaving=Coalesce(Sum("account__holds__amount", filter=leaving), NOTHING))
        .values_list(F("balance") - F("leaving"), flat=True)
        .get(account_id=member.savings_account_id)
    )
    owed: dict[str, Decimal] = {}
    by_kind: dict[str, list[Loan]] = {}
    instalments = NOTHING
    for loan in (
        with_figures(Loan.objects.unsettled().filter(member=member)).select_related("product")
        .annotate(balance=F("account__stored__balance"))
    ):  # fmt: skip
        code = loan.product.code
        owed[code] = owed.get(code, NOTHING) + (loan.balance if loan.status == LoanStatus.ACTIVE else loan.principal)
        by_kind.setdefault(code, []).append(loan)
        instalments += _a_month(loan)
    waiting: dict[str, str] = {}
    for application in LoanApplication.objects.open().filter(member=member).select_related("version", "product"):
        waiting[application.product.code] = application.number
        instalments += _would_cost_a_month(application, on)
    return Facts(
        on=on,
        joined_on=member.joined_on,
        is_active=member.status == MemberStatus.ACTIVE,
        savings=savings,
        owed=owed,
        waiting=waiting,
        monthly_pay=member.monthly_pay,
        other_deductions=member.other_deductions,
        monthly_contributions=member.monthly_savings + member.monthly_christmas,
        monthly_instalments=instalments,
        old=_old_loans(by_kind, on),
    )


def _a_month(loan: Loan) -> Decimal:
    frequency = loan.version.frequency if loan.version else Frequency.MONTHLY
    return loan.instalment * MOST_IN_A_MONTH[Frequency(frequency)]


def _old_loans(by_kind: dict[str, list[Loan]], on: date) -> dict[str, OldLoan]:
    """Of each kind the one loan that runs, if it is the only one: what a new one of it may clear."""
    return {
        code: OldLoan(
            loan.pk, loan.serial, loan.principal, loan.balance, pay_off_today(loan, on), _a_month(loan),
        )
        for code, (loan, *others) in by_kind.items()
        if not others and loan.status == LoanStatus.ACTIVE
    }  # fmt: skip


def _would_cost_a_month(application: LoanApplication, on: date) -> Decimal:
    """The instalment of a request that waits, as it was quoted; before there were quotes no version had a fee."""
    if application.quote:
        return Decimal(application.quote["a_month"])
    rules = rules_with(application.version, application.product)
    return instalment_of(rules, application.amount, application.term_months, starts_on=on)


def rules_of(version: ProductVersion, product: LoanProduct | None = None) -> Rules:
    """The numbers of a product's version as the eligibility rules take them, with its tiers and fees."""
    return rules_with(
        version,
        product,
        tiers=_tiers(version),
        fees=_fees(version),
    )


def _tiers(version: ProductVersion) -> list[tuple[Decimal, Decimal]]:
    if hasattr(version, "tier_rows"):
        return [(Decimal(row["from_multiple"]), Decimal(row[RATE])) for row in version.tier_rows]
    return [(tier.from_multiple, tier.annual_rate_percent) for tier in version.tiers.all()]


def _fees(version: ProductVersion) -> list[FeeRule]:
    if hasattr(version, "fee_rows"):
        return [
            FeeRule(
                row["name"], Collected(row["collected"]), _amount(row["amount"]), _amount(row["percent"]),
                row["goes_to"], row["refundable"] == "true",
            )
            for row in version.fee_rows
        ]  # fmt: skip
    return [
        FeeRule(fee.name, Collected(fee.collected), fee.amount, fee.percent, fee.goes_to, fee.refundable)
        for fee in sorted(version.fees.all(), key=lambda fee: fee.pk)
    ]


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def rules_with(
    version: ProductVersion, product: LoanProduct | None = None, *, tiers: Iterable[tuple[Decimal, Decimal]] = (),
    fees: Iterable[FeeRule] = (),
) -> Rules:  # fmt: skip
    """The same for tiers and fees that are given, as of a version that is not stored yet."""
    return Rules(**_numbers(version, product or version.product), tiers=tuple(sorted(tiers)), fees=tuple(fees))


def _numbers(version: ProductVersion, product: LoanProduct) -> dict[str, Any]:
    return {
        "code": product.code,
        "name": product.name,
        "savings_multiple": version.savings_multiple,
        "annual_rate_percent": version.annual_rate_percent,
        "method": version.method,
        "min_amount": version.min_amount,
        "max_amount": version.max_amount,
        "min_term_months": version.min_term_months,
        "max_term_months": version.max_term_months,
        "min_membership_months": version.min_membership_months,
        "deduction_ceiling_percent": version.deduction_ceiling_percent,
        "one_running": version.one_running,
        "guarantors_required": version.guarantors_required,
        "cover_percent": version.cover_percent,
        "rate_per": version.rate_per,
        "frequency": version.frequency,
        "day_count": version.day_count,
        "moratorium": version.moratorium,
        "moratorium_months": version.moratorium_months,
        "top_up_after_percent": version.top_up_after_percent,
        "top_up_commission_percent": version.top_up_commission_percent,
    }


def with_rules(applications: QuerySet[LoanApplication]) -> QuerySet[LoanApplication]:
    """Applications with their product and all that `rules_of` reads of their version."""
    return applications.select_related("version", "product").prefetch_related("version__tiers", "version__fees")


def open_versions(on: date) -> list[ProductVersion]:
    """The rules in force on a day of every product that the society gives, each with its product, in one query."""
    version = OuterRef("pk")
    tiers = RateTier.objects.filter(version=version).order_by("pk").values(row=_in_text("from_multiple", RATE))
    fees = ProductFee.objects.filter(version=version).order_by("pk").values(row=_in_text(*FEE))
    return list(
        ProductVersion.objects.in_force(on)
        .filter(product__is_open=True)
        .select_related("product")
        .annotate(tier_rows=ArraySubquery(tiers), fee_rows=ArraySubquery(fees))
        .order_by("product_id")
    )


def _in_text(*names: str) -> JSONObject:
    """Columns of a row as text, so that no amount becomes a float on its way."""
    return JSONObject(**{name: Cast(name, TextField()) for name in names})
