from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.money import MoneyField
from ledger.models import Hold, JournalEntry
from loans.models.applications import Guarantee
from loans.models.register import Loan, Repayment
from loans.states import (
    RECOURSE_TRANSITIONS,
    SUBSTITUTION_TRANSITIONS,
    RecourseStatus,
    SubstitutionStatus,
)
from members.models import Member

NOTHING = Decimal("0.00")
USER = settings.AUTH_USER_MODEL


class OwnCover(models.Model):
    """The borrower's own savings that stand for his loan, once they reach and the guarantors are free.

    `hold` is null while nothing is held.
    """

    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, primary_key=True, related_name="own_cover")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, null=True, related_name="own_cover")

    def __str__(self) -> str:
        return f"Own savings for loan {self.loan_id}"


class SubstitutionReason(models.TextChoices):
    DEATH = "death", "He has died"
    EXIT = "exit", "He leaves the society"
    WISH = "wish", "He asks to be let go"


class SubstitutionQuerySet(models.QuerySet):
    def open(self) -> SubstitutionQuerySet:
        return self.filter(status__in=[SubstitutionStatus.ASKED, SubstitutionStatus.CONSENTED])


class Substitution(models.Model):
    """One guarantor takes another's place on a running loan: asked, agreed to by himself, approved by an officer.

    Until it is done the old promise stands. `amount` is the most that the new one agreed to.
    """

    transitions = SUBSTITUTION_TRANSITIONS

    old = models.ForeignKey(Guarantee, on_delete=models.PROTECT, related_name="substitutions")
    guarantor = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    why = models.CharField(max_length=5, choices=SubstitutionReason.choices)
    status = models.CharField(max_length=10, choices=SubstitutionStatus.choices, default=SubstitutionStatus.ASKED)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    consent_text = models.TextField(blank=True, default="")
    consented_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    new = models.OneToOneField(Guarantee, on_delete=models.PROTECT, null=True, related_name="takes_over")

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_substitution_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                name="loans_one_substitution_waits", fields=["old"],
                condition=Q(status__in=[SubstitutionStatus.ASKED, SubstitutionStatus.CONSENTED]),
            ),
            models.CheckConstraint(
                name="loans_substitution_done",
                condition=~Q(status=SubstitutionStatus.DONE)
                | Q(new__isnull=False, consented_at__isnull=False, decided_by__isnull=False) & ~Q(consent_text="")
                & ~Q(decided_by=F("asked_by")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.guarantor} in place of {self.old.guarantor}"


class RecourseQuerySet(models.QuerySet):
    def open(self) -> RecourseQuerySet:
        """Not yet at its end: what was taken is still owed to those who paid, or may still be taken."""
        return self.exclude(status__in=[RecourseStatus.SETTLED, RecourseStatus.WITHDRAWN])


class Recourse(models.Model):
    """Money for a loan that is not paid, from those who stand for it: notice first, then by two people, in order.

    `notice_days` are those of the lending policy on the day of the notice; nothing is taken before they are over.
    """

    transitions = RECOURSE_TRANSITIONS

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="recourses")
    status = models.CharField(max_length=18, choices=RecourseStatus.choices, default=RecourseStatus.NOTICE_GIVEN)
    given_on = models.DateField()
    notice_days = models.PositiveSmallIntegerField()
    owed = MoneyField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    why_ended = models.CharField(max_length=300, blank=True, default="")

    objects = RecourseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_recourse_amounts", condition=Q(owed__gt=0, notice_days__gte=1)),
            models.CheckConstraint(name="loans_recourse_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="loans_recourse_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="loans_recourse_approved",
                condition=~Q(status__in=[RecourseStatus.SAVINGS_OFFSET, RecourseStatus.GUARANTORS_CHARGED])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="loans_one_recourse_each", fields=["loan"],
                condition=Q(status__in=[RecourseStatus.NOTICE_GIVEN, RecourseStatus.SAVINGS_OFFSET]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Recourse on loan {self.loan_id} of {self.given_on}"

    @property
    def free_on(self) -> date:
        """The first day on which money may be taken."""
        return self.given_on + timedelta(days=self.notice_days)


class RecourseNotice(models.Model):
    """What one person was told: that money may be taken from him, how much at most, and from which day.

    `recorded_at` is the database's own clock, so that no notice is older than it is. Never changed.
    """

    recourse = models.ForeignKey(Recourse, on_delete=models.PROTECT, related_name="notices")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    guarantee = models.ForeignKey(Guarantee, on_delete=models.PROTECT, null=True, related_name="recourse_notices")
    most = MoneyField()
    told_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="loans_recourse_notice_once", fields=["recourse", "member"])]

    def __str__(self) -> str:
        return f"Notice to {self.member}"


class RecourseAnswer(models.Model):
    """What the borrower or a guarantor says to a notice, before anything is taken. Never changed."""

    recourse = models.ForeignKey(Recourse, on_delete=models.PROTECT, related_name="answers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="loans_recourse_answer_says", condition=~Q(words=""))]

    def __str__(self) -> str:
        return f"{self.member}: {self.words[:40]}"


class RecourseCharge(models.Model):
    """Money taken in a recourse: of the borrower's own savings, or of a guarantor's within his promise.

    Never changed, and never there before the notice days of its person are over. `repayment` is the payment that
    stands for it: where the loan's story was told again, the one that took the place of the first.
    """

    recourse = models.ForeignKey(Recourse, on_delete=models.PROTECT, related_name="charges")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    guarantee = models.ForeignKey(Guarantee, on_delete=models.PROTECT, null=True, related_name="charges")
    amount = MoneyField()
    charged_on = models.DateField()
    repayment = models.OneToOneField(Repayment, on_delete=models.PROTECT, related_name="charge")

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_recourse_charge_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(name="loans_recourse_charge_once", fields=["recourse", "member"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.member}"


class ClaimQuerySet(models.QuerySet):
    def open(self) -> ClaimQuerySet:
        return self.filter(repaid__lt=F("amount"))


class GuarantorClaim(models.Model):
    """What a borrower owes a guarantor who paid for him; `repaid` is the sum of its payments, kept by the database."""

    charge = models.OneToOneField(RecourseCharge, on_delete=models.PROTECT, related_name="claim")
    guarantor = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="claims")
    borrower = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="owes_guarantors")
    amount = MoneyField()
    repaid = MoneyField(default=NOTHING)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_claim_repaid_within", condition=Q(amount__gt=0, repaid__gte=0, repaid__lte=F("amount"))
            ),
            models.CheckConstraint(name="loans_claim_two_people", condition=~Q(guarantor=F("borrower"))),
        ]

    def __str__(self) -> str:
        return f"{self.guarantor} on {self.borrower}: {self.amount}"

    @property
    def left(self) -> Decimal:
        return self.amount - self.repaid


class ClaimPayment(models.Model):
    """The part of one payment of a borrower that went to one guarantor who had paid for him. Never changed."""

    claim = models.ForeignKey(GuarantorClaim, on_delete=models.PROTECT, related_name="payments")
    amount = MoneyField()
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="loans_claim_payment_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(name="loans_claim_payment_once", fields=["claim", "entry"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.claim.guarantor}"
