from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import JournalEntry
from loans.models.register import Loan

NOTHING = Decimal("0.00")


class LateSchemeQuerySet(models.QuerySet):
    def in_use(self, on: date) -> LateScheme | None:
        """The table by which loans are classed on a day; None where the society uses none."""
        return self.filter(in_use=True, valid__contains=on).first()


class LateScheme(models.Model):
    """A table of classes by days past due, from a day on: the society's own, or a regulator's.

    Several may be kept side by side, so that a report can be read by any of them; `in_use` is the one by which loans
    are classed and set aside for. A change is a new row from its day on.
    """

    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=200)
    valid = DateRangeField()
    in_use = models.BooleanField(default=False)

    objects = LateSchemeQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="loans_late_schemes_never_overlap",
                expressions=[(F("code"), RangeOperators.EQUAL), (F("valid"), RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="loans_one_late_scheme_in_use",
                expressions=[(F("valid"), RangeOperators.OVERLAPS)], condition=Q(in_use=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class LateClass(models.Model):
    """One row of such a table: from so many days past due on, and how much of what is owed to set aside.

    `suspends_interest`: interest that is overdue on such a loan is no longer expected.
    """

    scheme = models.ForeignKey(LateScheme, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(max_length=40)
    from_days = models.PositiveSmallIntegerField()
    provision_percent = models.DecimalField(max_digits=5, decimal_places=2)
    suspends_interest = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_late_class_once", fields=["scheme", "from_days"]),
            models.CheckConstraint(name="loans_late_class_percent", condition=Q(provision_percent__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return self.name


class LoanStanding(models.Model):
    """How a loan stands: one row for each loan that runs or ran, brought up to date every night.

    `as_of` is the day of the figures, null until the first night. Penalties: `late_naira_days` is the sum, over days
    through `accrued_through`, of what was late at the end of each (`accruing` is what each day adds as things stand);
    `penalty_charged` is worked out from it and never falls. `suspended_interest` is interest overdue on a loan of a
    class that suspends it; interest is income when received, so it is a figure to read and stands in no account.
    `employer_caused`: the loan became late in days when its employer did not pay over.
    `watch_days`: under watch after new terms it is classed as at least so many days late; 0 where it is not watched.
    `stale`: something happened to the loan since the figures were made; set by the database, cleared by the pass.
    """

    # Loans and classes are never deleted. To look each up again for a million rows in one night, and lock it for that,
    # would cost more than all the rest and prove nothing; `checks.py` recounts it.
    loan = models.OneToOneField(
        Loan, on_delete=models.PROTECT, primary_key=True, related_name="standing", db_constraint=False
    )
    as_of = models.DateField(null=True)
    accrued_through = models.DateField(null=True)
    oldest_due_on = models.DateField(null=True)
    days_past_due = models.IntegerField(default=0)
    late_class = models.ForeignKey(
        LateClass, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    outstanding_principal = MoneyField(default=NOTHING)
    overdue_principal = MoneyField(default=NOTHING)
    overdue_interest = MoneyField(default=NOTHING)
    overdue_fee = MoneyField(default=NOTHING)
    accruing = MoneyField(default=NOTHING)
    late_naira_days = models.DecimalField(max_digits=20, decimal_places=2, default=NOTHING)
    penalty_charged = MoneyField(default=NOTHING)
    penalty_paid = MoneyField(default=NOTHING)
    penalty_waived = MoneyField(default=NOTHING)
    provision = MoneyField(default=NOTHING)
    suspended_interest = MoneyField(default=NOTHING)
    employer_caused = models.BooleanField(default=False)
    watch_days = models.PositiveIntegerField(default=0, db_default=0)
    stale = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_standing_penalty",
                condition=Q(
                    penalty_paid__gte=0,
                    penalty_waived__gte=0,
                    penalty_charged__gte=F("penalty_paid") + F("penalty_waived"),
                ),
            ),
        ]
        indexes = [
            models.Index(name="loans_standing_stale", fields=["loan"], condition=Q(stale=True)),
            # Not on the days past due: they change every night, and an index on them would be written every night.
            models.Index(
                name="loans_standing_late", fields=["oldest_due_on"], condition=Q(oldest_due_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.days_past_due} days past due"

    @property
    def overdue(self) -> Decimal:
        return self.overdue_principal + self.overdue_interest + self.overdue_fee

    @property
    def penalty_left(self) -> Decimal:
        return self.penalty_charged - self.penalty_paid - self.penalty_waived


class StandingHistory(models.Model):
    """How a loan stood from a day on, until its next row: written only when something changed by more than time.

    What grows by time alone is worked out for any day in between: days past due are the day less `oldest_due_on`;
    naira-days are `late_naira_days`, which hold the days before `from_on`, and `accruing` for each day since.
    A row never changes once its day is over.
    """

    pk = models.CompositePrimaryKey("loan_id", "from_on")
    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="standing_history", db_constraint=False, db_index=False
    )
    from_on = models.DateField()
    oldest_due_on = models.DateField(null=True)
    late_class = models.ForeignKey(
        LateClass, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    outstanding_principal = MoneyField()
    overdue_principal = MoneyField()
    overdue_interest = MoneyField()
    overdue_fee = MoneyField()
    accruing = MoneyField()
    late_naira_days = models.DecimalField(max_digits=20, decimal_places=2)
    penalty_charged = MoneyField()
    provision = MoneyField()
    suspended_interest = MoneyField()
    employer_caused = models.BooleanField()
    watch_days = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "standing history"

    def __str__(self) -> str:
        return f"{self.loan_id} from {self.from_on}"


class ArrearsRun(models.Model):
    """One night's pass over all loans for a day: which table it used, and up to which loan it has come.

    Each chunk is one transaction with this row, so a pass that stopped goes on where it stopped.
    """

    as_of = models.DateField(unique=True)
    scheme = models.ForeignKey(LateScheme, on_delete=models.PROTECT, related_name="+")
    done_up_to = models.BigIntegerField(default=0)
    loans = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Arrears on {self.as_of}"


class PauseReason(models.TextChoices):
    HOLIDAY = "holiday", "Payment holiday"
    DISPUTE = "dispute", "Dispute"
    EMPLOYER = "employer", "The employer did not pay over"


class LoanPauseQuerySet(models.QuerySet):
    def on(self, day: date) -> LoanPauseQuerySet:
        return self.filter(span__contains=day)


class LoanPause(models.Model):
    """Days on which a loan's lateness costs nothing and nobody is reminded; without an end it still goes on."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="pauses")
    span = DateRangeField()
    why = models.CharField(max_length=10, choices=PauseReason.choices)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LoanPauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_pause_has_days", condition=Q(span__isempty=False, span__startswith__isnull=False)
            ),
            models.CheckConstraint(name="loans_pause_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.get_why_display()}"


class ProvisionRun(models.Model):
    """What was set aside for loan losses on a day, and the entry that brought the allowance to it, if one was needed.

    `allowance_before` is what stood on the allowance account at the end of that day before the entry.
    """

    as_of = models.DateField(unique=True)
    scheme = models.ForeignKey(LateScheme, on_delete=models.PROTECT, related_name="+")
    required = MoneyField()
    allowance_before = MoneyField()
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="provision_run")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Provision on {self.as_of}"

    @property
    def change(self) -> Decimal:
        return self.required - self.allowance_before


class ProvisionLine(models.Model):
    """One class of a provision: its loans, what they owe, the percentage, what to set aside, and what was before."""

    run = models.ForeignKey(ProvisionRun, on_delete=models.PROTECT, related_name="lines")
    late_class = models.ForeignKey(LateClass, on_delete=models.PROTECT, related_name="+")
    loans = models.PositiveIntegerField()
    outstanding = MoneyField()
    required = MoneyField()
    before = MoneyField()

    class Meta:
        constraints = [models.UniqueConstraint(name="loans_provision_class_once", fields=["run", "late_class"])]

    def __str__(self) -> str:
        return f"{self.late_class}: {self.required}"

    @property
    def change(self) -> Decimal:
        return self.required - self.before


class NoticeStep(models.TextChoices):
    """The ladder of notices, from a friendly word to a letter."""

    REMINDER = "reminder", "Reminder before the due day"
    MEMBER = "member", "Told that a payment is late"
    GUARANTORS = "guarantors", "Guarantors told"
    DEMAND = "demand", "Demand letter"


class LateNotice(models.Model):
    """One step of the ladder, taken once for a loan and its oldest unpaid due day; the messages are in the outbox.

    `people` is how many were told: none where nobody has a sign-in, so that the office knows whom to call.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="late_notices")
    step = models.CharField(max_length=10, choices=NoticeStep.choices)
    due_on = models.DateField()
    on = models.DateField()
    overdue = MoneyField()
    penalty = MoneyField()
    people = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="loans_late_notice_once", fields=["loan", "step", "due_on"])]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.get_step_display()}"

    @property
    def event(self) -> str:
        """What its messages are called in the outbox."""
        return f"loans.late.{self.step}:{self.loan_id}:{self.due_on}"

    @property
    def days_past_due(self) -> int:
        return (self.on - self.due_on).days

    @property
    def to_pay(self) -> Decimal:
        return self.overdue + self.penalty
