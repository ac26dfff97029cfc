"""What we ask an employer to deduct, what he says he deducted, and how every kobo of it was explained."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import JournalEntry
from loans.models import Installment, Loan
from members.models import Employer, Member
from reconciliation.states import (
    LINE_TRANSITIONS,
    REMITTANCE_TRANSITIONS,
    SCHEDULE_TRANSITIONS,
    SUSPENSE_TRANSITIONS,
    LineState,
    RemittanceStatus,
    ScheduleStatus,
    SuspenseStatus,
)


class ElementKind(models.TextChoices):
    LOAN = "loan", "Loan instalment"
    CHRISTMAS = "christmas", "Christmas savings"
    SAVINGS = "savings", "Savings"
    VOLUNTARY = "voluntary", "Voluntary savings"


class ScheduleQuerySet(models.QuerySet):
    def issued(self) -> ScheduleQuerySet:
        return self.filter(status=ScheduleStatus.ISSUED)

    def for_month(self, employer: Employer, month: date) -> ScheduleQuerySet:
        return self.filter(employer=employer, month=month)


class DeductionSchedule(models.Model):
    """The list of a month's deductions that goes to one employer; frozen and numbered when it is issued.

    `month` is the first day of the month. One person prepares it, another approves it.
    """

    transitions = SCHEDULE_TRANSITIONS

    number = models.CharField(max_length=30, unique=True, null=True, blank=True)
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="schedules")
    month = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=ScheduleStatus.choices, default=ScheduleStatus.DRAFT)
    total = MoneyField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reconciliation_schedule_version", fields=["employer", "month", "version"]),
            models.UniqueConstraint(
                name="reconciliation_one_issued", fields=["employer", "month"],
                condition=Q(status=ScheduleStatus.ISSUED),
            ),
            models.CheckConstraint(name="reconciliation_month_first", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="reconciliation_issued_by_two",
                condition=~Q(status=ScheduleStatus.ISSUED)
                | (Q(number__isnull=False, approved_by__isnull=False, issued_at__isnull=False)
                   & ~Q(approved_by=F("prepared_by"))),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"Draft for {self.employer}, {self.month:%B %Y}"


class DeductionLine(models.Model):
    """What one member is to be deducted in a month: the sum of his items."""

    schedule = models.ForeignKey(DeductionSchedule, on_delete=models.PROTECT, related_name="lines")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    staff_number = models.CharField(max_length=30, blank=True, default="")
    savings = MoneyField(default=0)
    christmas = MoneyField(default=0)
    loans = MoneyField(default=0)
    total = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reconciliation_member_once", fields=["schedule", "member"]),
            models.CheckConstraint(
                name="reconciliation_line_adds_up",
                condition=Q(total__gt=0, total=F("savings") + F("christmas") + F("loans")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.total}"


class DeductionItem(models.Model):
    """The part of a member's deduction that belongs to one instalment of one loan."""

    line = models.ForeignKey(DeductionLine, on_delete=models.PROTECT, related_name="items")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    installment = models.ForeignKey(Installment, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    amount = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reconciliation_installment_once", fields=["line", "installment"]),
            models.CheckConstraint(name="reconciliation_item_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.loan}: {self.amount}"


class RemittanceQuerySet(models.QuerySet):
    def standing(self) -> RemittanceQuerySet:
        return self.exclude(status=RemittanceStatus.DROPPED)

    def locked(self, pk: int) -> Remittance:
        """One return with its row locked: the first lock of everything that changes a return or its lines."""
        return self.select_for_update(of=("self",)).select_related("schedule__employer").get(pk=pk)


class Remittance(models.Model):
    """A payroll return as the employer sent it, and the bank credit that came with it.

    File total = bank credit + charge when it is posted, and for ever after the sum of
    what was posted and of what went to suspense. The same file, or a copy under another
    name, is refused: `file_hash` is of its bytes, `content_hash` of what it says.
    """

    transitions = REMITTANCE_TRANSITIONS

    schedule = models.ForeignKey(DeductionSchedule, on_delete=models.PROTECT, related_name="remittances")
    file_name = models.CharField(max_length=160)
    file_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    layout = models.JSONField()
    file_total = MoneyField()
    bank_credit = MoneyField()
    charge = MoneyField(default=0)
    charge_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_on = models.DateField()
    bank_reference = models.CharField(max_length=120, blank=True, default="")
    problems = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=RemittanceStatus.choices, default=RemittanceStatus.MATCHED)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    posted_at = models.DateTimeField(null=True, blank=True)
    receipt = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RemittanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="reconciliation_file_once", fields=["file_hash"], condition=~Q(status=RemittanceStatus.DROPPED)
            ),
            models.UniqueConstraint(
                name="reconciliation_content_once", fields=["content_hash"],
                condition=~Q(status=RemittanceStatus.DROPPED),
            ),
            models.CheckConstraint(
                name="reconciliation_amounts", condition=Q(file_total__gt=0, bank_credit__gte=0, charge__gte=0)
            ),
            models.CheckConstraint(
                name="reconciliation_posted_ties",
                condition=Q(status__in=[RemittanceStatus.MATCHED, RemittanceStatus.DROPPED])
                | Q(file_total=F("bank_credit") + F("charge"), receipt__isnull=False, posted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="reconciliation_charge_confirmed", condition=Q(charge=0) | Q(charge_confirmed_by__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.file_name} for {self.schedule}"

    @property
    def gap(self) -> Decimal:
        """What the bank's credit and its charge leave unexplained of the file; nil when they tie."""
        return self.file_total - self.bank_credit - self.charge


class LineQuerySet(models.QuerySet):
    def open(self) -> LineQuerySet:
        return self.exclude(state__in=[LineState.POSTED, LineState.SUSPENSE])

    def for_members(self) -> LineQuerySet:
        """What goes, or went, to members."""
        return self.filter(state__in=[LineState.MATCHED, LineState.POSTED])


class RemittanceLine(models.Model):
    """One person's line in a return, whom it was matched with and why, and what became of it.

    `parts` are the rows of the file that it came from: sheet, row, element, amount.
    """

    transitions = LINE_TRANSITIONS

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=80)
    row = models.PositiveIntegerField()
    staff_number = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    amount = MoneyField()
    parts = models.JSONField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expected = MoneyField(default=0)
    state = models.CharField(max_length=10, choices=LineState.choices)
    cause = models.CharField(max_length=40)
    confidence = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    alternatives = models.JSONField(default=list)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reconciliation_position_once", fields=["remittance", "position"]),
            models.CheckConstraint(name="reconciliation_return_line_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="reconciliation_matched_has_member",
                condition=~Q(state__in=[LineState.MATCHED, LineState.POSTED]) | Q(member__isnull=False),
            ),
            models.UniqueConstraint(
                name="reconciliation_one_line_each", fields=["remittance", "member"],
                condition=Q(state__in=[LineState.MATCHED, LineState.POSTED]),
            ),
        ]  # fmt: skip
        indexes = [models.Index(name="reconciliation_line_state", fields=["remittance", "state", "position"])]

    def __str__(self) -> str:
        return f"{self.name}, row {self.row}"


class RemittancePart(models.Model):
    """Where a part of a posted line went: to a loan, or to one of the member's savings."""

    line = models.ForeignKey(RemittanceLine, on_delete=models.PROTECT, related_name="postings")
    kind = models.CharField(max_length=10, choices=ElementKind.choices)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = MoneyField()
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="reconciliation_part_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="reconciliation_part_of_a_loan",
                condition=Q(kind=ElementKind.LOAN, loan__isnull=False)
                | (~Q(kind=ElementKind.LOAN) & Q(loan__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.amount}"


class SuspenseQuerySet(models.QuerySet):
    def open(self) -> SuspenseQuerySet:
        return self.filter(status=SuspenseStatus.OPEN)


class SuspenseItem(models.Model):
    """Money that came and nobody knows yet whose it is: it has a reason, an age, and one way out."""

    transitions = SUSPENSE_TRANSITIONS

    line = models.OneToOneField(RemittanceLine, on_delete=models.PROTECT, related_name="suspense")
    amount = MoneyField()
    reason = models.CharField(max_length=200)
    opened_on = models.DateField()
    status = models.CharField(max_length=10, choices=SuspenseStatus.choices, default=SuspenseStatus.OPEN)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects = SuspenseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="reconciliation_suspense_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="reconciliation_cleared_by_two",
                condition=~Q(status=SuspenseStatus.CLEARED)
                | (Q(member__isnull=False, proposed_by__isnull=False, cleared_by__isnull=False)
                   & ~Q(cleared_by=F("proposed_by"))),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.amount} from {self.line}"


class NameAlias(models.Model):
    """A spelling and number that a person once confirmed to be a member's: the next return is matched by it."""

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    staff_number = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=200)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "name aliases"
        constraints = [
            models.UniqueConstraint(
                name="reconciliation_alias_once", fields=["employer", "staff_number", "name", "member"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} is {self.member}"
