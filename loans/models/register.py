from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.money import MoneyField
from ledger.models import Account, JournalEntry
from loans.models.applications import LoanApplication, LoanApproval
from loans.models.products import InterestMethod, LoanProduct, ProductVersion
from loans.states import LOAN_TRANSITIONS, LoanStatus
from members.models import Member

NOTHING = Decimal("0.00")


class LoanOrigin(models.TextChoices):
    APPLICATION = "application", "Asked for here"
    OPENING = "opening", "Came with the society's own books"


class LoanQuerySet(models.QuerySet):
    def active(self) -> LoanQuerySet:
        return self.filter(status=LoanStatus.ACTIVE)

    def ready_to_pay(self) -> LoanQuerySet:
        return self.filter(status=LoanStatus.REGISTERED)

    def queued(self) -> LoanQuerySet:
        return self.filter(status=LoanStatus.QUEUED)

    def unsettled(self) -> LoanQuerySet:
        """Owed or about to be: what counts against a member's limits."""
        return self.filter(status__in=[LoanStatus.QUEUED, LoanStatus.REGISTERED, LoanStatus.ACTIVE])

    def standing(self) -> LoanQuerySet:
        """All but the loans of an import that was undone, whose serials may have come again."""
        return self.exclude(origin=LoanOrigin.OPENING, status=LoanStatus.CANCELLED)

    def visible_to(self, user) -> LoanQuerySet:
        return self if user.has_perm("loans.view_register") else self.filter(member__user=user)


class Loan(models.Model):
    """A loan in the register: its terms are frozen, its instalments stored, its balance the ledger's.

    `scheduled_principal` is what the stored instalments pay back: the whole principal,
    or for a loan that was taken over in mid-life what was still owed that day.
    `added_fees` is the part of the principal that was lent on top of what was approved,
    for the fees that are added to the loan.
    `released_on` is the day from which it may be paid out: its amount counts to the
    cap of that month. A loan in the queue has none yet. `serial_year` and `serial_number`
    order the register. A loan that came with the society's own books has those of its own
    serial, or the year in which it was granted and 0.
    """

    transitions = LOAN_TRANSITIONS

    serial = models.CharField(max_length=30)
    serial_year = models.PositiveSmallIntegerField()
    serial_number = models.PositiveIntegerField()
    origin = models.CharField(max_length=12, choices=LoanOrigin.choices)
    application = models.OneToOneField(
        LoanApplication, on_delete=models.PROTECT, null=True, blank=True, related_name="loan"
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="loans")
    version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="loans")
    principal = MoneyField()
    added_fees = MoneyField(default=NOTHING, db_default=NOTHING)
    annual_rate_percent = models.DecimalField(max_digits=6, decimal_places=3)
    method = models.CharField(max_length=15, choices=InterestMethod.choices)
    term_months = models.PositiveSmallIntegerField()
    instalment = MoneyField()
    granted_on = models.DateField()
    registered_on = models.DateField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    scheduled_principal = MoneyField()
    months_paid_before = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12, choices=LoanStatus.choices)
    released_on = models.DateField(null=True, blank=True)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="loan")
    closed_on = models.DateField(null=True, blank=True)
    certificate_number = models.CharField(max_length=30, unique=True, null=True, blank=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        constraints = [
            # An import that was undone leaves its loans cancelled; their serials come again when it is posted anew.
            models.UniqueConstraint(
                name="loans_serial_once", fields=["serial"],
                condition=~Q(origin=LoanOrigin.OPENING, status=LoanStatus.CANCELLED),
            ),
            models.UniqueConstraint(
                name="loans_serial_number_once", fields=["serial_year", "serial_number"],
                condition=Q(origin=LoanOrigin.APPLICATION),
            ),
            models.CheckConstraint(
                name="loans_loan_amounts",
                condition=Q(
                    principal__gt=0, scheduled_principal__gt=0, scheduled_principal__lte=F("principal"),
                    term_months__gte=1, instalment__gt=0, added_fees__gte=0, added_fees__lt=F("principal"),
                ),
            ),
            models.CheckConstraint(
                name="loans_own_loan_has_application",
                condition=Q(origin=LoanOrigin.OPENING, application__isnull=True)
                | Q(origin=LoanOrigin.APPLICATION, application__isnull=False, version__isnull=False,
                    scheduled_principal=F("principal")),
            ),
            models.CheckConstraint(
                name="loans_closed_has_certificate",
                condition=~Q(status=LoanStatus.CLOSED) | Q(closed_on__isnull=False, certificate_number__isnull=False),
            ),
            models.CheckConstraint(
                name="loans_payable_is_released",
                condition=Q(origin=LoanOrigin.OPENING) | Q(status=LoanStatus.CANCELLED)
                | Q(status=LoanStatus.QUEUED, released_on__isnull=True)
                | (~Q(status=LoanStatus.QUEUED) & Q(released_on__isnull=False)),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="loans_by_status", fields=["status", "serial_year", "serial_number"]),
            models.Index(
                name="loans_newest_first", fields=["-serial_year", "-serial_number", "-id"],
                condition=~Q(origin=LoanOrigin.OPENING, status=LoanStatus.CANCELLED),
            ),
            models.Index(name="loans_by_member", fields=["member", "status"]),
            models.Index(name="loans_by_release", fields=["released_on"], condition=Q(released_on__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.serial


class InstallmentQuerySet(models.QuerySet):
    def live(self) -> InstallmentQuerySet:
        """The schedule that counts, without those that it replaced."""
        return self.filter(live=True)

    def unpaid(self) -> InstallmentQuerySet:
        return self.live().filter(unpaid_amount__gt=0)


class InstallmentKind(models.TextChoices):
    SCHEDULED = "scheduled", "Instalment"
    EXTRA = "extra", "Paid on top"


class Installment(models.Model):
    """What is due on one day: so much principal, interest and fee, and what of each was paid.

    `interest_waived` is interest that is not charged: of a later month, because the loan was
    paid off before that month began, or because the society waived it. When a change of the
    loan makes a new schedule, the old one stays, no longer `live`; `generation` 0 is the
    schedule that was agreed. An `extra` line is principal that was paid on top of what was due.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="installments", db_index=False)
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    principal = MoneyField()
    interest = MoneyField()
    principal_paid = MoneyField(default=NOTHING)
    interest_paid = MoneyField(default=NOTHING)
    interest_waived = MoneyField(default=NOTHING)
    fee = MoneyField(default=NOTHING, db_default=NOTHING)
    fee_paid = MoneyField(default=NOTHING, db_default=NOTHING)
    kind = models.CharField(
        max_length=10, choices=InstallmentKind.choices, default=InstallmentKind.SCHEDULED, db_default="scheduled"
    )
    live = models.BooleanField(default=True, db_default=True)
    generation = models.PositiveSmallIntegerField(default=0, db_default=0)
    unpaid_amount = models.GeneratedField(
        expression=F("principal") - F("principal_paid") + F("interest") - F("interest_waived") - F("interest_paid")
        + F("fee") - F("fee_paid"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2), db_persist=True,
    )  # fmt: skip

    objects = InstallmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_installment_once", fields=["loan", "number"], condition=Q(live=True)),
            models.CheckConstraint(
                name="loans_installment_paid_within_due",
                condition=Q(
                    principal__gte=0, interest__gte=0, fee__gte=0,
                    principal_paid__gte=0, interest_paid__gte=0, interest_waived__gte=0, fee_paid__gte=0,
                    principal_paid__lte=F("principal"), interest_paid__lte=F("interest") - F("interest_waived"),
                    fee_paid__lte=F("fee"),
                ),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                name="loans_installment_open", fields=["due_on", "loan"], condition=Q(live=True, unpaid_amount__gt=0)
            ),
            models.Index(name="loans_installment_history", fields=["loan", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} no. {self.number}"

    @property
    def due(self) -> Decimal:
        return self.principal + self.interest + self.fee

    @property
    def paid(self) -> Decimal:
        return self.principal_paid + self.interest_paid + self.fee_paid

    @property
    def unpaid(self) -> Decimal:
        """As `unpaid_amount`, of an instalment in memory whose payments are not written yet."""
        return self.due - self.paid - self.interest_waived


class Disbursement(models.Model):
    """The payment of an approved loan, once, by somebody who did not approve it.

    `amount` is what was paid; `kept_back` are the fees taken from it, `upfront_interest` the interest, and `cleared`
    what paid an old loan off. The four are the principal. For goods that were sold the amount is their cost, and the
    bank's fields say who sold them and by which delivery.
    """

    approval = models.OneToOneField(
        LoanApproval, on_delete=models.PROTECT, primary_key=True, related_name="disbursement"
    )
    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, related_name="disbursement")
    amount = MoneyField()
    kept_back = MoneyField(default=NOTHING, db_default=NOTHING)
    upfront_interest = MoneyField(default=NOTHING, db_default=NOTHING)
    cleared = MoneyField(default=NOTHING, db_default=NOTHING)
    bank_name = models.CharField(max_length=80)
    bank_account = models.CharField(max_length=20)
    bank_reference = models.CharField(max_length=60, unique=True)
    disbursed_on = models.DateField()
    disbursed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="disbursement")

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.amount}"


class RepaymentChannel(models.TextChoices):
    COUNTER = "counter", "Paid at the office"
    PAYROLL = "payroll", "Taken from salary"
    SAVINGS = "savings", "Taken from own savings"
    GUARANTOR = "guarantor", "Taken from a guarantor's savings"
    TOP_UP = "top_up", "Cleared by a new loan"


class RepaymentUse(models.TextChoices):
    """What becomes of money above what is due."""

    AHEAD = "ahead", "Pay the next instalments early"
    SHORTER = "shorter", "Finish sooner, same instalment"
    SMALLER = "smaller", "Same end, smaller instalment"
    SAVINGS = "savings", "To voluntary savings"
    REFUND = "refund", "Given back"


class Repayment(models.Model):
    """Money that came in for a loan, however it came; `reversed_by_entry` is set when it was a mistake.

    `interest` is below zero when the loan was paid off and more interest had been paid in advance than was still due:
    that part of it pays principal. `surplus` is in the member's voluntary savings: what he chose to save of his money,
    or what the loan no longer needed when an earlier payment was entered late. `recovered` came in after the loan was
    written off. `entered_at` is when it was first recorded: of one day, payments count in that order, also when they
    are posted anew.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="repayments")
    amount = MoneyField()
    principal = MoneyField()
    interest = MoneyField()
    fee = MoneyField(default=NOTHING, db_default=NOTHING)
    penalty = MoneyField(default=NOTHING, db_default=NOTHING)
    surplus = MoneyField(default=NOTHING, db_default=NOTHING)
    recovered = MoneyField(default=NOTHING, db_default=NOTHING)
    use = models.CharField(max_length=10, choices=RepaymentUse.choices, default=RepaymentUse.AHEAD, db_default="ahead")
    received_on = models.DateField()
    entered_at = models.DateTimeField(db_default=Now())
    channel = models.CharField(max_length=10, choices=RepaymentChannel.choices)
    reference = models.CharField(max_length=120, unique=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="repayment")
    reversed_by_entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_repayment_explained",
                condition=Q(
                    amount__gt=0,
                    principal__gte=0,
                    fee__gte=0,
                    penalty__gte=0,
                    surplus__gte=0,
                    recovered__gte=0,
                    amount=F("principal") + F("interest") + F("fee") + F("penalty") + F("surplus") + F("recovered"),
                ),
            )
        ]
        indexes = [models.Index(name="loans_repayment_latest", fields=["loan", "-received_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.amount}"

    @property
    def needed(self) -> Decimal:
        """What the loan took of it, in naira; the rest is in the member's savings."""
        return self.amount - self.surplus

    @property
    def slip(self) -> str:
        """The paper behind it, as a person looks for it: the number of a slip, or the month's salary."""
        if self.channel == RepaymentChannel.PAYROLL:
            return self.entry.narration.partition(": ")[2]
        return self.reference.removeprefix("receipt/").partition("#")[0]

    @property
    def why_taken_back(self) -> str:
        return self.reversed_by_entry.narration.removeprefix("Reversal: ") if self.reversed_by_entry_id else ""


class Allocation(models.Model):
    """The part of a repayment that went to one instalment, and the interest that it made unnecessary."""

    repayment = models.ForeignKey(Repayment, on_delete=models.PROTECT, related_name="allocations")
    installment = models.ForeignKey(Installment, on_delete=models.PROTECT, related_name="allocations")
    principal = MoneyField()
    interest = MoneyField()
    fee = MoneyField(default=NOTHING, db_default=NOTHING)
    interest_waived = MoneyField(default=NOTHING)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_allocation_once", fields=["repayment", "installment"]),
            models.CheckConstraint(
                name="loans_allocation_positive",
                condition=Q(principal__gte=0, interest_waived__gte=0, fee__gte=0)
                & ~Q(principal=0, interest=0, interest_waived=0, fee=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repayment_id} to {self.installment_id}"
