"""The society itself, its counters, and the keys that keep a request from being obeyed twice."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Society(models.Model):
    """The one society that this deployment serves."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=120, default="Cooperative Society")
    short_name = models.CharField(max_length=40, default="Cooperative")
    address = models.CharField(max_length=200, blank=True)
    office_phone = models.CharField(max_length=30, blank=True)
    office_hours = models.CharField(max_length=80, blank=True, default="Monday to Friday, 8am to 4pm")
    email = models.EmailField(blank=True)
    currency = models.CharField(max_length=3, default="NGN")
    member_number_prefix = models.CharField(max_length=10, default="M")
    application_serial_prefix = models.CharField(max_length=10, default="APP")
    loan_serial_prefix = models.CharField(max_length=10, default="LH")
    certificate_serial_prefix = models.CharField(max_length=10, default="CERT")

    class Meta:
        verbose_name_plural = "society"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="core_society_is_one"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="core_society_currency_code"),
        ]

    def __str__(self) -> str:
        return self.name


class PracticeClock(models.Model):
    """The practice site's own date: stopped at a day, or running some days away from the real one."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    frozen_on = models.DateField(null=True, blank=True)
    shifted_days = models.IntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="core_practiceclock_is_one")]

    def __str__(self) -> str:
        return str(self.frozen_on or f"{self.shifted_days:+d} days")


class Holiday(models.Model):
    """A day on which nobody is paid."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class SerialCounter(models.Model):
    """The last number given to a kind of document in a year; it only goes up and is never removed."""

    document = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "year"], name="core_serialcounter_unique"),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2999), name="core_serialcounter_year"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.year}: {self.last}"


class IdempotencyKey(models.Model):
    """A request that was obeyed, what it asked and what was answered, so that a repeat changes nothing."""

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="core_idempotencykey_unique")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.key}"
