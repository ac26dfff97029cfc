"""The books: accounts, journal entries and their lines, stored balances, and holds.

Nothing here is ever edited. A mistake is put right by an entry that mirrors it
(`services.reverse_entry`), and the database refuses everything else: see
`sql/guards.sql`, which is attacked in `tests/test_guards.py`.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField


class AccountKind(models.TextChoices):
    ASSET = "asset", "Asset"
    LIABILITY = "liability", "Liability"
    EQUITY = "equity", "Equity"
    INCOME = "income", "Income"
    EXPENSE = "expense", "Expense"


class Side(models.TextChoices):
    DEBIT = "debit", "Debit"
    CREDIT = "credit", "Credit"


class AccountQuerySet(models.QuerySet):
    def general(self) -> AccountQuerySet:
        """The accounts of the general ledger, without the members' own sub-accounts."""
        return self.filter(control__isnull=True)


class Account(models.Model):
    """A place where money stands: a general account, a control account, or one member's sub-account.

    A control account takes no line of its own; its balance is the sum of its
    sub-accounts, so the two can never disagree by a posting.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=AccountKind.choices)
    normal_side = models.CharField(max_length=6, choices=Side.choices)
    control = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="sub_accounts")
    is_control = models.BooleanField(default=False)
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_account_control_has_no_control", condition=~Q(is_control=True, control__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountBalance(models.Model):
    """What stands on a member's or a loan's account, and how much of it is held.

    Written by the database's own triggers and by nothing else. `balance` is on the
    account's normal side: a saver's 5,000 credit and a borrower's 5,000 debit are
    both +5,000.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="stored")
    balance = MoneyField(default=Decimal("0.00"))
    held = MoneyField(default=Decimal("0.00"))
    floor = MoneyField(null=True, default=Decimal("0.00"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_balance_not_below_floor", condition=Q(floor__isnull=True) | Q(balance__gte=F("floor"))
            ),
            models.CheckConstraint(name="ledger_held_not_negative", condition=Q(held__gte=0)),
            models.CheckConstraint(name="ledger_held_within_balance", condition=Q(held=0) | Q(held__lte=F("balance"))),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.balance}"

    @property
    def free(self) -> Decimal:
        return self.balance - self.held


class JournalEntry(models.Model):
    """One event in the books: two or more lines whose debits equal their credits.

    `effective_on` is when it counts, `recorded_at` when we knew. `reference` is the
    idempotency key: the same reference with the same lines is the same entry, with
    other lines it is refused.
    """

    reference = models.CharField(max_length=120, unique=True)
    request_hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=60)
    narration = models.CharField(max_length=200)
    batch = models.CharField(max_length=60, blank=True, default="")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name_plural = "journal entries"
        indexes = [
            models.Index(name="ledger_entry_batch", fields=["batch"], condition=~Q(batch="")),
            models.Index(name="ledger_entry_effective", fields=["effective_on", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.narration}"


class JournalLine(models.Model):
    """One side of an entry: a debit or a credit of one account, never both."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines", db_index=False)
    debit = MoneyField(default=Decimal("0.00"))
    credit = MoneyField(default=Decimal("0.00"))
    effective_on = models.DateField()
    narration = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_line_one_side",
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
            ),
        ]
        indexes = [
            models.Index(name="ledger_line_entry", fields=["entry"]),
            models.Index(
                name="ledger_line_statement",
                fields=["account", "effective_on", "id"],
                include=["debit", "credit"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} Dr {self.debit} Cr {self.credit}"


class HoldPurpose(models.TextChoices):
    GUARANTEE = "guarantee", "Promised for another member's loan"
    OWN_LOAN = "own_loan", "Held for the member's own loan"
    WITHDRAWAL = "withdrawal", "Waiting to be paid out"


class HoldQuerySet(models.QuerySet):
    def live(self) -> HoldQuerySet:
        return self.filter(released_at__isnull=True)


class Hold(models.Model):
    """A lien: part of a member's savings that he cannot draw while it lasts.

    The amount never changes; it is released once. The holds of an account can never
    exceed its balance, whoever asks first.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount = MoneyField()
    purpose = models.CharField(max_length=12, choices=HoldPurpose.choices)
    reference = models.CharField(max_length=120, unique=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_hold_positive", condition=Q(amount__gt=0))]
        indexes = [
            models.Index(name="ledger_hold_live", fields=["account"], condition=Q(released_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on account {self.account_id} for {self.purpose}"
