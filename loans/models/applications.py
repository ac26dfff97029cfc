from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import Hold
from loans.models.products import LoanProduct, ProductVersion
from loans.states import APPLICATION_TRANSITIONS, GUARANTEE_TRANSITIONS, ApplicationStatus, GuaranteeStatus
from members.models import Member


class LoanApplicationQuerySet(models.QuerySet):
    def open(self) -> LoanApplicationQuerySet:
        """Asked for and not yet decided, or approved and not yet in the register."""
        return self.filter(
            status__in=[
                ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.UNDER_REVIEW, ApplicationStatus.APPROVED,
            ]
        )  # fmt: skip

    def under_review(self) -> LoanApplicationQuerySet:
        return self.filter(status=ApplicationStatus.UNDER_REVIEW)

    def approved(self) -> LoanApplicationQuerySet:
        return self.filter(status=ApplicationStatus.APPROVED)

    def visible_to(self, user) -> LoanApplicationQuerySet:
        """One's own, and for the committee and the office those that were sent in."""
        own = Q(member__user=user)
        if user.has_perm("loans.view_register") or user.has_perm("committee.view_queue"):
            return self.filter(own | ~Q(status=ApplicationStatus.DRAFT))
        return self.filter(own)


class LoanApplication(models.Model):
    """A member's request for a loan, from the first draft to the register.

    `rules` is what was checked when it was sent in, with the numbers of that day, and `quote` what the loan would cost
    as the member was shown it; `savings_counted` and `owed_counted` are what his rate was found by. `tops_up` is the
    running loan that it clears when it is paid out.
    """

    transitions = APPLICATION_TRANSITIONS

    number = models.CharField(max_length=20, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="applications")
    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = MoneyField()
    term_months = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=200, blank=True, default="")
    status = models.CharField(max_length=20, choices=ApplicationStatus.choices, default=ApplicationStatus.DRAFT)
    tops_up = models.ForeignKey(
        "loans.Loan", on_delete=models.PROTECT, null=True, blank=True, related_name="topped_up_by"
    )
    quorum = models.PositiveSmallIntegerField(null=True, blank=True)
    rules = models.JSONField(null=True, blank=True)
    quote = models.JSONField(null=True, blank=True)
    savings_counted = MoneyField(null=True, blank=True)
    owed_counted = MoneyField(null=True, blank=True)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_from = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=300, blank=True, default="")

    objects = LoanApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_application_amount", condition=Q(amount__gt=0, term_months__gte=1)),
            models.UniqueConstraint(
                name="loans_one_draft_each", fields=["member"], condition=Q(status=ApplicationStatus.DRAFT)
            ),
            models.CheckConstraint(
                name="loans_review_has_quorum",
                condition=Q(quorum__isnull=False, version__isnull=False)
                | Q(status__in=[
                    ApplicationStatus.DRAFT, ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.WITHDRAWN,
                ]),
            ),
        ]  # fmt: skip
        indexes = [models.Index(name="loans_application_queue", fields=["status", "submitted_at"])]

    def __str__(self) -> str:
        return self.number


class GuaranteeQuerySet(models.QuerySet):
    def live(self) -> GuaranteeQuerySet:
        return self.filter(status=GuaranteeStatus.ACCEPTED)

    def requested(self) -> GuaranteeQuerySet:
        return self.filter(status=GuaranteeStatus.REQUESTED)

    def visible_to(self, user) -> GuaranteeQuerySet:
        """What one was asked to stand for, and what others were asked for one's own loan."""
        if user.has_perm("loans.view_register"):
            return self
        return self.filter(
            Q(guarantor__user=user) | Q(application__member__user=user) | Q(loan__member__user=user)
        ).distinct()


class Guarantee(models.Model):
    """One member's promise for another's loan, asked by the borrower and answered by the guarantor himself.

    A promise that came with the society's own books has no application. Of its `amount`, `freed` is the part that
    the loan no longer needs, `charged` what recourse took of it, `uncovered` what his free savings could not hold;
    all the rest is held. `of_principal` is what the loan owed when the promise began, null for its first day.
    """

    transitions = GUARANTEE_TRANSITIONS

    application = models.ForeignKey(
        LoanApplication, on_delete=models.PROTECT, null=True, blank=True, related_name="guarantees"
    )
    loan = models.ForeignKey("loans.Loan", on_delete=models.PROTECT, null=True, blank=True, related_name="guarantees")
    guarantor = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="guarantees")
    amount = MoneyField()
    uncovered = MoneyField(default=0)
    freed = MoneyField(default=0, db_default=0)
    charged = MoneyField(default=0, db_default=0)
    of_principal = MoneyField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=GuaranteeStatus.choices, default=GuaranteeStatus.REQUESTED)
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="guarantee")
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    consent_text = models.TextField(blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    objects = GuaranteeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_guarantee_positive",
                condition=Q(
                    amount__gt=0, uncovered__gte=0, freed__gte=0, charged__gte=0,
                    amount__gte=F("uncovered") + F("freed") + F("charged"),
                ) & (Q(of_principal__isnull=True) | Q(of_principal__gt=0)),
            ),
            models.CheckConstraint(
                name="loans_guarantee_for_something", condition=Q(application__isnull=False) | Q(loan__isnull=False)
            ),
            models.UniqueConstraint(
                name="loans_asked_once", fields=["application", "guarantor"],
                condition=Q(status__in=[GuaranteeStatus.REQUESTED, GuaranteeStatus.ACCEPTED]),
            ),
            models.CheckConstraint(
                name="loans_accepted_is_held",
                condition=~Q(status=GuaranteeStatus.ACCEPTED) | Q(hold__isnull=False)
                | Q(amount=F("uncovered") + F("freed") + F("charged")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.guarantor} for {self.amount}"

    @property
    def needed(self) -> Decimal:
        """What the loan still needs of the promise: the most that can be taken for it today."""
        return self.amount - self.freed - self.charged

    @property
    def held(self) -> Decimal:
        """What is held of his savings for it."""
        return self.needed - self.uncovered

    @property
    def borrower(self) -> Member:
        return self.application.member if self.application_id else self.loan.member


class LoanParty(models.Model):
    """Who stands where on an application: with an interest in it, or as its judge. Nobody is both.

    The rule is an exclusion constraint: whichever comes second is refused, in either
    order and whoever is quicker.
    """

    class Stand(models.TextChoices):
        INTERESTED = "interested", "Has an interest"
        JUDGE = "judge", "Votes on it"

    application = models.ForeignKey(LoanApplication, on_delete=models.PROTECT, related_name="parties")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    stand = models.CharField(max_length=10, choices=Stand.choices)
    why = models.CharField(max_length=60)

    class Meta:
        verbose_name_plural = "loan parties"
        constraints = [
            ExclusionConstraint(
                name="loans_nobody_on_both_sides",
                expressions=[
                    (F("application"), RangeOperators.EQUAL),
                    (F("member"), RangeOperators.EQUAL),
                    (F("stand"), RangeOperators.NOT_EQUAL),
                ],
            ),
            models.UniqueConstraint(name="loans_party_once", fields=["application", "member", "stand"]),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.why}"


class LoanApproval(models.Model):
    """The proof that an application was approved. The committee's guard lets none in without its quorum."""

    application = models.OneToOneField(
        LoanApplication, on_delete=models.PROTECT, primary_key=True, related_name="approval"
    )
    amount = MoneyField()
    term_months = models.PositiveSmallIntegerField()
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_approval_amount", condition=Q(amount__gt=0, term_months__gte=1))
        ]

    def __str__(self) -> str:
        return f"Approval of {self.application_id}"
