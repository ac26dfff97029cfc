from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import JournalEntry
from loans.models.products import FeeCollected, FeeGoesTo
from loans.models.register import Loan

NOTHING = Decimal("0.00")


class LoanFee(models.Model):
    """A fee of one loan, fixed in naira when the loan came into the register.

    `entry` is the entry that took it in: the payout's, or for a fee that is paid apart the one of its own receipt. A
    fee that is paid with the instalments has none here. `refund_entry` gave it back, because the loan was cancelled.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="fees")
    name = models.CharField(max_length=60)
    amount = MoneyField()
    collected = models.CharField(max_length=16, choices=FeeCollected.choices)
    goes_to = models.CharField(max_length=10, choices=FeeGoesTo.choices)
    refundable = models.BooleanField()
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refund_entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_loan_fee_once", fields=["loan", "name"]),
            models.CheckConstraint(name="loans_loan_fee_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="loans_loan_fee_refunded_once_paid",
                condition=Q(refund_entry__isnull=True) | Q(entry__isnull=False, refundable=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"

    @property
    def is_unpaid(self) -> bool:
        """It must be paid before the loan can be paid out."""
        return self.collected == FeeCollected.PAID_APART and self.entry_id is None


class DeferredIncome(models.Model):
    """What is earned on one day of interest that was taken at the payout, or of the profit of goods sold.

    The rows of a loan are its whole unearned income, made when it is paid out. `entry` is the entry that took the row
    off it; `given_back` is the part that is never earned, because the loan was paid off early or written off. Where
    that end was taken back, a row of the next `telling` waits for the same day anew.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="deferred")
    earned_on = models.DateField()
    amount = MoneyField()
    given_back = MoneyField(default=NOTHING, db_default=NOTHING)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    telling = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_earned_once", fields=["loan", "earned_on", "telling"]),
            models.CheckConstraint(
                name="loans_deferred_within",
                condition=Q(amount__gt=0, given_back__gte=0, given_back__lte=F("amount")),
            ),
        ]
        indexes = [models.Index(name="loans_deferred_open", fields=["earned_on"], condition=Q(entry__isnull=True))]

    def __str__(self) -> str:
        return f"{self.loan_id}, {self.earned_on}: {self.amount}"


class GoodsPurchase(models.Model):
    """Goods that the society bought for one murabaha, before it sells them to the member.

    It must own them (`bought_on`, with its entry) and have them (`possessed_on`) before the sale can be recorded. The
    purchase is recorded by one person and the possession by another.
    """

    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, primary_key=True, related_name="goods")
    what = models.CharField(max_length=120)
    vendor = models.CharField(max_length=120)
    invoice_number = models.CharField(max_length=60)
    cost = MoneyField()
    bought_on = models.DateField()
    bought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="+")
    possessed_on = models.DateField(null=True, blank=True)
    possessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="loans_invoice_once", fields=["vendor", "invoice_number"]),
            models.CheckConstraint(
                name="loans_goods_possessed_after_purchase",
                condition=Q(cost__gt=0)
                & (
                    Q(possessed_on__isnull=True, possessed_by__isnull=True)
                    | Q(possessed_on__gte=F("bought_on"), possessed_by__isnull=False) & ~Q(possessed_by=F("bought_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} from {self.vendor}"
