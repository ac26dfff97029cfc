from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import JournalEntry
from loans.models.register import Loan
from loans.states import CHANGE_TRANSITIONS, ChangeStatus

NOTHING = Decimal("0.00")
USER = settings.AUTH_USER_MODEL


class ChangeKind(models.TextChoices):
    HOLIDAY = "holiday", "Payment holiday"
    RESTRUCTURE = "restructure", "New terms"
    WAIVER = "waiver", "Waiver"
    WRITE_OFF = "write_off", "Write-off"


class HolidayReason(models.TextChoices):
    MATERNITY = "maternity", "Maternity leave"
    UNPAID_LEAVE = "unpaid_leave", "Leave without pay"
    EMPLOYER = "employer", "The employer did not pay"
    ILLNESS = "illness", "Illness or accident"
    OTHER = "other", "Another reason"


class LoanChangeQuerySet(models.QuerySet):
    def standing(self) -> LoanChangeQuerySet:
        """What counts in a loan's story: approved, and not taken back."""
        return self.filter(status=ChangeStatus.APPROVED)

    def waiting(self) -> LoanChangeQuerySet:
        return self.filter(status=ChangeStatus.REQUESTED)


class LoanChange(models.Model):
    """A change of a running loan that is no payment: asked for with a reason by one person, approved by another.

    `terms` says what the change is, in the words of its kind: for a holiday `months`, `why` and whether
    `interest_runs`; for new terms `months` and, where the rate changes too, `annual_rate_percent`; for a waiver
    `interest` and `penalty` in naira. `resolution` names the decision of the general meeting behind a write-off.

    `interest_let_off`, `penalty_let_off` and `principal_lost` are what it really came to, in naira: written when it is
    approved, and again whenever the loan's story is told again. Taken back, a change keeps what it had come to.
    `why_ended` says why it was declined or taken back.

    New terms put the loan under watch: through `watched_until` it is classed as at least `watch_days` late, which is as
    late as it was when they were approved, and one day at least. Written with the approval, once.
    """

    transitions = CHANGE_TRANSITIONS

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    effective_on = models.DateField()
    terms = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    resolution = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(max_length=10, choices=ChangeStatus.choices, default=ChangeStatus.REQUESTED)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    interest_let_off = MoneyField(default=NOTHING, db_default=NOTHING)
    penalty_let_off = MoneyField(default=NOTHING, db_default=NOTHING)
    principal_lost = MoneyField(default=NOTHING, db_default=NOTHING)
    watched_until = models.DateField(null=True, blank=True)
    watch_days = models.PositiveIntegerField(null=True, blank=True)
    why_ended = models.CharField(max_length=300, blank=True, default="")
    taken_back_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                name="loans_change_end_has_reason",
                condition=~Q(status__in=["declined", "reversed"]) | ~Q(why_ended=""),
            ),
            models.CheckConstraint(
                name="loans_change_taken_back",
                condition=Q(status="reversed", taken_back_by__isnull=False, taken_back_at__isnull=False)
                | (~Q(status="reversed") & Q(taken_back_by__isnull=True, taken_back_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="loans_holiday_says_why", condition=~Q(kind="holiday") | Q(terms__has_key="why")
            ),
            models.CheckConstraint(
                name="loans_change_let_off_by_kind",
                condition=Q(interest_let_off__gte=0, penalty_let_off__gte=0, principal_lost__gte=0)
                & (Q(kind="waiver") | Q(interest_let_off=0, penalty_let_off=0))
                & (Q(kind="write_off") | Q(principal_lost=0))
                & (Q(status__in=["approved", "reversed"]) | Q(interest_let_off=0, penalty_let_off=0, principal_lost=0)),
            ),
            models.CheckConstraint(
                name="loans_change_watched",
                condition=Q(watched_until__isnull=True, watch_days__isnull=True)
                | Q(
                    kind="restructure",
                    status__in=["approved", "reversed"],
                    watched_until__isnull=False,
                    watch_days__isnull=False,
                    watch_days__gte=1,
                    watched_until__gte=F("effective_on"),
                ),
            ),
            models.UniqueConstraint(
                name="loans_one_change_waits", fields=["loan", "kind"], condition=Q(status="requested")
            ),
        ]
        indexes = [models.Index(name="loans_changes_of_loan", fields=["loan", "effective_on", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of loan {self.loan_id}"
