from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField


class InterestMethod(models.TextChoices):
    REDUCING = "reducing", "Interest on what is still owed"
    FLAT = "flat", "Interest on the whole amount"


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
    `deduction_ceiling_percent`: the part of his monthly pay that all deductions together may take.
    `cover_percent`: the part of the amount that the guarantors together must stand for.
    """

    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="versions")
    valid = DateRangeField()
    savings_multiple = models.DecimalField(max_digits=5, decimal_places=2)
    annual_rate_percent = models.DecimalField(max_digits=6, decimal_places=3)
    method = models.CharField(max_length=10, choices=InterestMethod.choices, default=InterestMethod.REDUCING)
    min_amount = MoneyField(default=1000)
    max_amount = MoneyField(null=True, blank=True)
    min_term_months = models.PositiveSmallIntegerField(default=1)
    max_term_months = models.PositiveSmallIntegerField()
    min_membership_months = models.PositiveSmallIntegerField(default=6)
    guarantors_required = models.PositiveSmallIntegerField(default=2)
    cover_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    deduction_ceiling_percent = models.DecimalField(max_digits=5, decimal_places=2)
    one_running = models.BooleanField(default=True)

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
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.product}, from {self.valid.lower}"


class LendingPolicyQuerySet(models.QuerySet):
    def in_force(self, on: date) -> LendingPolicy | None:
        """The policy that counts on a day: the newest that has begun, None where none has."""
        return self.filter(valid_from__lte=on).order_by("-valid_from").first()


class LendingPolicy(models.Model):
    """What the society decided for all loans from a day on: the committee's quorum and the month's cap.

    `monthly_cap` is what may be registered for payment in a calendar month; what is
    over it waits in the queue. Null means no cap. `quorum` is copied to each
    application when it goes to the committee: a later change does not touch it.
    """

    valid_from = models.DateField(unique=True)
    quorum = models.PositiveSmallIntegerField(default=3)
    monthly_cap = MoneyField(null=True, blank=True)

    objects = LendingPolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lending policies"
        constraints = [models.CheckConstraint(name="loans_quorum_of_two", condition=Q(quorum__gte=2))]

    def __str__(self) -> str:
        return f"Lending policy from {self.valid_from}"
