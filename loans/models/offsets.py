from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from loans.models.register import Loan, Repayment, RepaymentUse
from loans.states import OFFSET_TRANSITIONS, OffsetStatus


class SavingsOffsetQuerySet(models.QuerySet):
    def waiting(self) -> SavingsOffsetQuerySet:
        return self.filter(status=OffsetStatus.REQUESTED)

    def visible_to(self, user) -> SavingsOffsetQuerySet:
        return self if user.has_perm("loans.view_register") else self.filter(loan__member__user=user)


class SavingsOffset(models.Model):
    """A borrower's own savings are to pay his loan: asked for by him or the office, approved by somebody else.

    Nothing is held while it waits: what is free is judged when it is approved. `use` is what becomes of money above
    what is due.
    """

    transitions = OFFSET_TRANSITIONS

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="offsets")
    amount = MoneyField()
    use = models.CharField(max_length=10, choices=RepaymentUse.choices, default=RepaymentUse.AHEAD)
    status = models.CharField(max_length=10, choices=OffsetStatus.choices, default=OffsetStatus.REQUESTED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    repayment = models.OneToOneField(
        Repayment, on_delete=models.PROTECT, null=True, blank=True, related_name="savings_offset"
    )

    objects = SavingsOffsetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_offset_terms", condition=Q(amount__gt=0, use__in=["ahead", "shorter", "smaller"])
            ),
            models.CheckConstraint(
                name="loans_offset_two_people",
                condition=~Q(status=OffsetStatus.PAID)
                | Q(decided_by__isnull=False, repayment__isnull=False) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="loans_offset_paid_has_repayment",
                condition=Q(status=OffsetStatus.PAID) | Q(repayment__isnull=True),
            ),
            models.UniqueConstraint(
                name="loans_one_offset_waits", fields=["loan"], condition=Q(status=OffsetStatus.REQUESTED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of savings for loan {self.loan_id}"
