from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField


class InterestMethod(models.TextChoices):
    REDUCING = "reducing", "Interest on what is still owed"
    EQUAL_PRINCIPAL = "equal_principal", "Interest on what is still owed, the same principal each time"
    FLAT = "flat", "Interest on the whole amount"
    FLAT_UPFRONT = "flat_upfront", "Interest on the whole amount, taken from the money paid out"
    BULLET = "bullet", "All paid back at once, at the end"
    INTEREST_FREE = "interest_free", "No interest"
    MURABAHA = "murabaha", "Goods sold to the member at cost and a fixed profit"


class RatePer(models.TextChoices):
    """How a rate is quoted; it is stored per year, a month being a twelfth of that."""

    YEAR = "year", "a year"
    MONTH = "month", "a month"


class Frequency(models.TextChoices):
    MONTHLY = "monthly", "Every month"
    FORTNIGHTLY = "fortnightly", "Every two weeks"
    WEEKLY = "weekly", "Every week"


class DayCount(models.TextChoices):
    EQUAL_PERIODS = "equal_periods", "Every period alike"
    ACTUAL_365 = "actual_365", "By days, a year having 365"
    ACTUAL_ACTUAL = "actual_actual", "By days, a year having as many as it has"
    THIRTY_360 = "thirty_360", "By days, every month having 30"


class Moratorium(models.TextChoices):
    NONE = "none", "None"
    PRINCIPAL = "principal", "Only interest is paid at first"
    FULL_WITH_INTEREST = "full_with_interest", "Nothing is paid at first; its interest is paid later"
    FULL_WITHOUT_INTEREST = "full_without_interest", "Nothing is paid at first, and no interest runs"


class PenaltyBase(models.TextChoices):
    PRINCIPAL = "principal", "The principal that is late"
    SCHEDULED = "scheduled", "All that is late, without penalties"


class Spread(models.TextChoices):
    OLDEST_FIRST = "oldest_first", "The oldest instalment first"
    BY_ELEMENT = "by_element", "All of one kind first, then the next kind"


class RunningMonth(models.TextChoices):
    FULL = "full", "A month begun is charged"
    BY_DAYS = "by_days", "By the days of it"
    NOTHING = "nothing", "Not charged"


class Rebate(models.TextChoices):
    PRO_RATA = "pro_rata", "Month by month, alike"
    RULE_OF_78 = "rule_of_78", "By the rule of 78"
    NONE = "none", "Nothing is given back"


class HoldPolicy(models.TextChoices):
    UNTIL_CLOSED = "until_closed", "Held until the loan is paid back"
    FALLS_WITH_PRINCIPAL = "falls_with_principal", "Falls as the loan is paid back"
    UNTIL_OWN_SAVINGS = "until_own_savings", "Held until the borrower's own savings cover the loan"


class Offset(models.TextChoices):
    FORBIDDEN = "forbidden", "Savings never pay this loan"
    ON_REQUEST = "on_request", "When the member asks for it"
    SOCIETY = "society", "The society may, after late months"


ORDERS = [",".join(order) for order in permutations(("penalty", "fee", "interest", "principal"))]
# Nothing of these is reckoned by days: the whole charge is fixed, or there is none.
FIXED_CHARGE = (
    InterestMethod.FLAT, InterestMethod.FLAT_UPFRONT, InterestMethod.INTEREST_FREE, InterestMethod.MURABAHA
)  # fmt: skip


class LoanProduct(models.Model):
    """A kind of loan that the society gives: its rules stand in dated versions."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=60, unique=True)
    purpose = models.CharField(max_length=120, blank=True, default="")
    control_code = models.CharField(max_length=20)
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class ProductVersionQuerySet(models.QuerySet):
    def in_force(self, on: date) -> ProductVersionQuerySet:
        """The version of each product that counts on a day; versions of one product never overlap."""
        return self.filter(valid__contains=on)


class ProductVersion(models.Model):
    """The rules of a product between two days. A loan keeps the version that it was granted under.

    `savings_multiple`: how many times his savings a member may owe on this product.
    `annual_rate_percent`: per cent a year, whatever it is quoted per; higher multiples of the savings may have rates
    of their own (`RateTier`).
    `moratorium_months`: the months at the start, within the term, in which less or nothing is paid.
    `deduction_ceiling_percent`: the part of his monthly pay that all deductions together may take.
    `cover_percent`: the part of the amount that the guarantors together must stand for.
    `penalty_percent`: of what is late (`penalty_base`, never earlier penalties), for each `penalty_per_days` days;
    `penalty_cap_percent` is the most of the loan's principal, `penalty_in_duplum` keeps it within what is still owed.
    `elements`: in which order a payment pays what is due.
    `running_month` and `rebate`: what of the interest is not charged when a loan is paid off early, `rebate_percent`
    how much of that part of a fixed charge is given back.
    `watch_months`: how long a loan with new terms stays under watch.
    """

    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="versions")
    valid = DateRangeField()
    savings_multiple = models.DecimalField(max_digits=5, decimal_places=2)
    annual_rate_percent = models.DecimalField(max_digits=6, decimal_places=3)
    rate_per = models.CharField(max_length=5, choices=RatePer.choices, default=RatePer.YEAR)
    method = models.CharField(max_length=15, choices=InterestMethod.choices, default=InterestMethod.REDUCING)
    frequency = models.CharField(max_length=11, choices=Frequency.choices, default=Frequency.MONTHLY)
    day_count = models.CharField(max_length=13, choices=DayCount.choices, default=DayCount.EQUAL_PERIODS)
    moratorium = models.CharField(max_length=21, choices=Moratorium.choices, default=Moratorium.NONE)
    moratorium_months = models.PositiveSmallIntegerField(default=0)
    min_amount = MoneyField(default=1000)
    max_amount = MoneyField(null=True, blank=True)
    min_term_months = models.PositiveSmallIntegerField(default=1)
    max_term_months = models.PositiveSmallIntegerField()
    min_membership_months = models.PositiveSmallIntegerField(default=6)
    guarantors_required = models.PositiveSmallIntegerField(default=2)
    cover_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    deduction_ceiling_percent = models.DecimalField(max_digits=5, decimal_places=2)
    one_running = models.BooleanField(default=True)
    penalty_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    penalty_per_days = models.PositiveSmallIntegerField(
        choices=[(1, "a day"), (30, "a month of 30 days"), (365, "a year")], default=30
    )
    penalty_grace_days = models.PositiveSmallIntegerField(default=0)
    penalty_base = models.CharField(max_length=10, choices=PenaltyBase.choices, default=PenaltyBase.SCHEDULED)
    penalty_cap_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    penalty_in_duplum = models.BooleanField(default=False)
    elements = models.CharField(max_length=40, choices=[(order, order) for order in ORDERS], default=ORDERS[0])
    spread = models.CharField(max_length=12, choices=Spread.choices, default=Spread.OLDEST_FIRST)
    running_month = models.CharField(max_length=7, choices=RunningMonth.choices, default=RunningMonth.FULL)
    rebate = models.CharField(max_length=10, choices=Rebate.choices, default=Rebate.PRO_RATA)
    rebate_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    hold_policy = models.CharField(max_length=20, choices=HoldPolicy.choices, default=HoldPolicy.UNTIL_CLOSED)
    top_up_after_percent = models.DecimalField(max_digits=5, decimal_places=2, default=50)
    top_up_commission_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    most_restructures = models.PositiveSmallIntegerField(default=1)
    watch_months = models.PositiveSmallIntegerField(default=6)
    offset_from_savings = models.CharField(max_length=10, choices=Offset.choices, default=Offset.ON_REQUEST)

    objects = ProductVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="loans_versions_never_overlap",
                expressions=[(F("product"), RangeOperators.EQUAL), (F("valid"), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="loans_version_terms",
                condition=Q(min_term_months__gte=1, max_term_months__gte=F("min_term_months")),
            ),
            models.CheckConstraint(
                name="loans_version_not_negative",
                condition=Q(
                    annual_rate_percent__gte=0, savings_multiple__gt=0, cover_percent__gte=0,
                    deduction_ceiling_percent__gt=0, deduction_ceiling_percent__lte=100,
                ),
            ),
            models.CheckConstraint(
                name="loans_version_words",
                condition=Q(
                    rate_per__in=RatePer.values, method__in=InterestMethod.values, frequency__in=Frequency.values,
                    day_count__in=DayCount.values, moratorium__in=Moratorium.values, penalty_per_days__in=[1, 30, 365],
                    penalty_base__in=PenaltyBase.values, elements__in=ORDERS, spread__in=Spread.values,
                    running_month__in=RunningMonth.values, rebate__in=Rebate.values,
                    hold_policy__in=HoldPolicy.values, offset_from_savings__in=Offset.values,
                ),
            ),
            models.CheckConstraint(
                name="loans_version_interest_free",
                condition=~Q(method=InterestMethod.INTEREST_FREE) | Q(annual_rate_percent=0),
            ),
            models.CheckConstraint(
                name="loans_version_fixed_charge",
                condition=~Q(method__in=FIXED_CHARGE) | Q(day_count=DayCount.EQUAL_PERIODS),
            ),
            models.CheckConstraint(
                name="loans_version_moratorium",
                condition=Q(moratorium=Moratorium.NONE, moratorium_months=0)
                | ~Q(moratorium=Moratorium.NONE) & ~Q(method=InterestMethod.BULLET)
                & Q(moratorium_months__gte=1, moratorium_months__lt=F("min_term_months")),
            ),
            models.CheckConstraint(
                name="loans_version_percents",
                condition=Q(
                    penalty_percent__range=(0, 100), rebate_percent__range=(0, 100),
                    top_up_after_percent__range=(0, 100), top_up_commission_percent__range=(0, 100),
                ) & (Q(penalty_cap_percent__isnull=True) | Q(penalty_cap_percent__gt=0)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.product}, from {self.valid.lower}"

    @property
    def quoted_rate_percent(self) -> Decimal:
        """The rate as the society says it: per cent `rate_per`."""
        return quoted(self.annual_rate_percent, self.rate_per)


def quoted(annual_rate_percent: Decimal, rate_per: str) -> Decimal:
    """A yearly rate as it is quoted: itself, or a twelfth of it."""
    return annual_rate_percent / 12 if rate_per == RatePer.MONTH else annual_rate_percent


class RateTier(models.Model):
    """The rate of loans that bring a member above a multiple of his savings: the whole loan has it, not a part of it.

    The version's own rate counts up to the lowest tier. `annual_rate_percent` is per cent a year.
    """

    version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="tiers")
    from_multiple = models.DecimalField(max_digits=5, decimal_places=2)
    annual_rate_percent = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_tier_once", fields=["version", "from_multiple"]),
            models.CheckConstraint(
                name="loans_tier_not_negative", condition=Q(from_multiple__gt=0, annual_rate_percent__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annual_rate_percent}% above {self.from_multiple} times"


class FeeCollected(models.TextChoices):
    """The engine's `Collected`."""

    AT_SOURCE = "at_source", "Kept back from the money paid out"
    ADDED = "added_to_loan", "Lent on top and paid back with the loan"
    WITH_INSTALMENTS = "with_instalments", "Paid with the instalments"
    PAID_APART = "paid_apart", "Paid apart, before the loan is paid out"
    FROM_SAVINGS = "from_savings", "Taken from savings when the loan is paid out"


class FeeGoesTo(models.TextChoices):
    FEE_INCOME = "fee_income", "The society's fee income"
    INSURANCE = "insurance", "The insurer"
    COMMISSION = "commission", "The society's commission income"


class ProductFee(models.Model):
    """A fee on every loan of a version: so many naira, or so many per cent of the amount asked for.

    `refundable`: given back when the loan is cancelled before it was paid out.
    """

    version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="fees")
    name = models.CharField(max_length=60)
    amount = MoneyField(null=True, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    collected = models.CharField(max_length=16, choices=FeeCollected.choices)
    goes_to = models.CharField(max_length=10, choices=FeeGoesTo.choices, default=FeeGoesTo.FEE_INCOME)
    refundable = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_fee_once", fields=["version", "name"]),
            models.CheckConstraint(
                name="loans_fee_one_basis",
                condition=Q(amount__gt=0, percent__isnull=True)
                | Q(amount__isnull=True, percent__gt=0, percent__lte=100),
            ),
            models.CheckConstraint(
                name="loans_fee_words",
                condition=Q(collected__in=FeeCollected.values, goes_to__in=FeeGoesTo.values),
            ),
            # Instalments carry one sum of fees: it is all income, so that a repayment has one account to credit.
            models.CheckConstraint(
                name="loans_fee_with_instalments_is_income",
                condition=~Q(collected=FeeCollected.WITH_INSTALMENTS) | Q(goes_to=FeeGoesTo.FEE_INCOME),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LendingPolicyQuerySet(models.QuerySet):
    def in_force(self, on: date) -> LendingPolicy | None:
        """The policy that counts on a day: the newest that has begun, None where none has."""
        return self.filter(valid_from__lte=on).order_by("-valid_from").first()


class ExposureBase(models.TextChoices):
    SAVINGS = "savings", "Savings"
    EQUITY = "equity", "All savings and shares"


class PayrollOrder(models.TextChoices):
    LOANS_FIRST = "loans_first", "Loans first, then Christmas savings, then savings"
    SAVINGS_FIRST = "savings_first", "Savings first, then Christmas savings, then loans"
    PRO_RATA = "pro_rata", "Over all of them, in proportion to what was asked"


class LendingPolicy(models.Model):
    """What the society decided for all loans from a day on: quorum, the month's cap, and who may stand for whom.

    `payroll_order`: what a deduction pays first that is smaller than what was asked for.

    `monthly_cap` is what may be registered for payment in a calendar month; what is
    over it waits in the queue. Null means no cap. `quorum` is copied to each
    application when it goes to the committee: a later change does not touch it.
    A member may stand for `most_promises` loans at a time, and for `most_exposure_percent` of his own
    `exposure_base` in all (null: for what he has free). `notice_days` must pass between the notice of a recourse and
    the first naira that is taken. `savings_may_pay` lets a member's own savings pay his loan when he asks for it, where
    the product does; `savings_must_stay` of them are left then.
    """

    valid_from = models.DateField(unique=True)
    quorum = models.PositiveSmallIntegerField(default=3)
    monthly_cap = MoneyField(null=True, blank=True)
    most_promises = models.PositiveSmallIntegerField(default=4)
    most_exposure_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    exposure_base = models.CharField(max_length=7, choices=ExposureBase.choices, default=ExposureBase.SAVINGS)
    officers_may_stand = models.BooleanField(default=True)
    in_arrears_may_stand = models.BooleanField(default=False)
    notice_days = models.PositiveSmallIntegerField(default=14)
    savings_may_pay = models.BooleanField(default=True, db_default=True)
    savings_must_stay = MoneyField(default=0, db_default=0)
    payroll_order = models.CharField(max_length=13, choices=PayrollOrder.choices, default=PayrollOrder.LOANS_FIRST)

    objects = LendingPolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lending policies"
        constraints = [
            models.CheckConstraint(name="loans_quorum_of_two", condition=Q(quorum__gte=2)),
            models.CheckConstraint(name="loans_policy_of_payroll", condition=Q(payroll_order__in=PayrollOrder.values)),
            models.CheckConstraint(
                name="loans_policy_of_promises",
                condition=Q(most_promises__gte=1, notice_days__gte=1, exposure_base__in=ExposureBase.values)
                & Q(savings_must_stay__gte=0)
                & (Q(most_exposure_percent__isnull=True) | Q(most_exposure_percent__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"Lending policy from {self.valid_from}"
