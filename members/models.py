"""Employers, members with their accounts, and requests to draw savings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from ledger.models import Account, Hold, JournalEntry
from members.states import MEMBER_TRANSITIONS, WITHDRAWAL_TRANSITIONS, MemberStatus, WithdrawalStatus


class OffDayRule(models.TextChoices):
    """Where a payment day goes that falls on a weekend or a holiday."""

    NONE = "none", "It stays"
    NEXT = "next", "To the next working day"
    PREVIOUS = "previous", "To the working day before"


class Employer(models.Model):
    """Who pays the members and deducts for the society each month.

    `pay_day` is the day of the month on which salaries are paid (31 = the last day);
    loans fall due on it, moved by `off_day_rule` where it is a weekend or a holiday.
    `cut_off_day` is the last day of the month on which the pay office takes changes for
    that month's salaries. `return_layout` is how this employer's payroll return is laid
    out, as the reconciliation room remembers it. `bank_charge_limit` is the most that the
    bank may keep of a remittance before somebody has to ask where the rest is.
    """

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120, unique=True)
    aliases = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    pay_day = models.PositiveSmallIntegerField(default=28)
    cut_off_day = models.PositiveSmallIntegerField(default=15)
    off_day_rule = models.CharField(max_length=8, choices=OffDayRule.choices, default=OffDayRule.NONE)
    return_layout = models.JSONField(null=True, blank=True)
    bank_charge_limit = MoneyField(default=500)

    class Meta:
        constraints = [
            models.CheckConstraint(name="members_employer_charge", condition=Q(bank_charge_limit__gte=0)),
            models.CheckConstraint(name="members_employer_pay_day", condition=Q(pay_day__gte=1, pay_day__lte=31)),
            models.CheckConstraint(
                name="members_employer_cut_off", condition=Q(cut_off_day__gte=1, cut_off_day__lte=31)
            ),
            models.CheckConstraint(name="members_employer_off_day", condition=Q(off_day_rule__in=OffDayRule.values)),
        ]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet):
    def active(self) -> MemberQuerySet:
        return self.filter(status=MemberStatus.ACTIVE)

    def visible_to(self, user) -> MemberQuerySet:
        """Everybody for who keeps or inspects the register; oneself for the rest."""
        return self if user.has_perm("members.view_register") else self.filter(user=user)

    def search(self, words: str) -> MemberQuerySet:
        """Members whose number, staff number or names hold every one of the words."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                Q(number__icontains=word) | Q(staff_number__icontains=word)
                | Q(surname__unaccent__icontains=word) | Q(other_names__unaccent__icontains=word)
            )  # fmt: skip
        return found


class Member(models.Model):
    """A person of the society, with his four accounts and what he saves each month.

    `claimed_staff_number` is a number that the register gave to two members: it stays
    out of `staff_number` on the later one until a person decides. `monthly_pay` is
    unknown (null) until someone enters it from a pay slip.
    """

    transitions = MEMBER_TRANSITIONS

    number = models.CharField(max_length=20, unique=True)
    surname = models.CharField(max_length=80)
    other_names = models.CharField(max_length=120)
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="members")
    staff_number = models.CharField(max_length=30, blank=True, default="")
    claimed_staff_number = models.CharField(max_length=30, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    joined_on = models.DateField()
    status = models.CharField(max_length=10, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="member"
    )
    monthly_savings = MoneyField(default=0)
    monthly_christmas = MoneyField(default=0)
    monthly_pay = MoneyField(null=True, blank=True)
    other_deductions = MoneyField(null=True, blank=True)
    savings_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    voluntary_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    christmas_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    shares_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="members_staff_number_once", fields=["employer", "staff_number"], condition=~Q(staff_number="")
            ),
            models.CheckConstraint(
                name="members_contributions_not_negative",
                condition=Q(monthly_savings__gte=0, monthly_christmas__gte=0),
            ),
            models.CheckConstraint(
                name="members_pay_positive", condition=Q(monthly_pay__isnull=True) | Q(monthly_pay__gt=0)
            ),
        ]
        indexes = [models.Index(name="members_by_name", fields=["surname", "other_names"])]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The register's way: SURNAME Other Names."""
        return f"{self.surname} {self.other_names}".strip()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in (self.other_names.split()[:1] + self.surname.split()[:1])).upper()

    @property
    def first_name(self) -> str:
        return (self.other_names.split() or [self.surname])[0]


class WithdrawalQuerySet(models.QuerySet):
    def waiting(self) -> WithdrawalQuerySet:
        return self.filter(status=WithdrawalStatus.REQUESTED)

    def visible_to(self, user) -> WithdrawalQuerySet:
        return self if user.has_perm("members.view_register") else self.filter(member__user=user)


class Withdrawal(models.Model):
    """A member's request to draw from his savings: held at once, paid by somebody who did not ask for it."""

    transitions = WITHDRAWAL_TRANSITIONS

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="withdrawals")
    amount = MoneyField()
    status = models.CharField(max_length=10, choices=WithdrawalStatus.choices, default=WithdrawalStatus.REQUESTED)
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="+")

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="members_withdrawal_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="members_withdrawal_two_people",
                condition=~Q(status=WithdrawalStatus.PAID) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="members_withdrawal_paid_has_entry",
                condition=Q(status=WithdrawalStatus.PAID, entry__isnull=False)
                | (~Q(status=WithdrawalStatus.PAID) & Q(entry__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.amount}"
