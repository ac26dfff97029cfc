from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ledger.models import JournalEntry
from loans.models.register import Loan
from loans.states import CHANGE_TRANSITIONS, ChangeStatus


class ChangeKind(models.TextChoices):
    HOLIDAY = "holiday", "Payment holiday"
    RESTRUCTURE = "restructure", "New terms"
    WAIVER = "waiver", "Waiver"
    WRITE_OFF = "write_off", "Write-off"


class LoanChangeQuerySet(models.QuerySet):
    def standing(self) -> LoanChangeQuerySet:
        """What counts in a loan's story: approved, and not taken back."""
        return self.filter(status=ChangeStatus.APPROVED)

    def waiting(self) -> LoanChangeQuerySet:
        return self.filter(status=ChangeStatus.REQUESTED)


class LoanChange(models.Model):
    """A change of a running loan that is no payment: asked for with a reason by one person, approved by another.

    `terms` says what the change is, in the words of its kind: for a holiday `from_on`, `months` and whether
    `interest_runs`; for new terms `months` and, where the rate changes too, `annual_rate_percent`; for a waiver
    `interest` and `penalty` in naira. `resolution` names the decision of the general meeting behind a write-off.
    """

    transitions = CHANGE_TRANSITIONS

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    effective_on = models.DateField()
    terms = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    resolution = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(max_length=10, choices=ChangeStatus.choices, default=ChangeStatus.REQUESTED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LoanChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_change_four_eyes",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="loans_change_decided",
                condition=Q(status__in=["requested", "withdrawn"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="loans_change_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                name="loans_one_change_waits", fields=["loan", "kind"], condition=Q(status="requested")
            ),
        ]
        indexes = [models.Index(name="loans_changes_of_loan", fields=["loan", "effective_on", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of loan {self.loan_id}"
