from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.money import MoneyField
from loans.models.register import Loan


class SettlementQuote(models.Model):
    """What pays a loan off until a day, as it was told: the figures of that day, kept as they were.

    `figures` holds the lines of `amount` with their working, how it moves from the day it was made to the last, and how
    much more it is a day later; amounts in it are naira as text. A quote is never changed: another one is made.
    """

    number = models.CharField(max_length=30, unique=True)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="quotes")
    made_on = models.DateField()
    valid_until = models.DateField()
    amount = MoneyField()
    figures = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loans_quote_of_something", condition=Q(amount__gt=0, valid_until__gte=F("made_on"))
            )
        ]

    def __str__(self) -> str:
        return self.number
