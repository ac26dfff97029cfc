from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from loans.models.products import LoanProduct, ProductVersion
from loans.states import PROPOSAL_TRANSITIONS, ProposalStatus


class RulesProposal(models.Model):
    """New rules of a product from a day on: proposed by one person, put in force by another.

    `numbers` are fields of ProductVersion by name, decimals as text; `tiers` are multiples of the savings with the
    rate above each; `fees` are the fields of ProductFee. They never change: other rules are another proposal.
    """

    transitions = PROPOSAL_TRANSITIONS

    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="proposals")
    valid_from = models.DateField()
    numbers = models.JSONField()
    tiers = models.JSONField(default=list)
    fees = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=ProposalStatus.choices, default=ProposalStatus.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(
        ProductVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_rules_two_people", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="loans_rules_decided",
                condition=Q(status__in=["proposed", "withdrawn"], version__isnull=True)
                | Q(status="declined", decided_by__isnull=False, decided_at__isnull=False, version__isnull=True)
                | Q(status="approved", decided_by__isnull=False, decided_at__isnull=False, version__isnull=False),
            ),
            models.CheckConstraint(name="loans_rules_have_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                name="loans_one_proposal_waits", fields=["product"], condition=Q(status="proposed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, from {self.valid_from}"
