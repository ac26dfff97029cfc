"""When a loan may be paid, and interest that an early pay-off makes unnecessary."""

from decimal import Decimal

import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.money


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0002_guards"),
        ("members", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="allocation",
            name="loans_allocation_positive",
        ),
        migrations.RemoveConstraint(
            model_name="installment",
            name="loans_installment_paid_within_due",
        ),
        migrations.RemoveIndex(
            model_name="installment",
            name="loans_installment_open",
        ),
        migrations.AddField(
            model_name="allocation",
            name="interest_waived",
            field=core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="installment",
            name="interest_waived",
            field=core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="loan",
            name="released_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="installment",
            index=models.Index(
                condition=models.Q(
                    ("principal_paid__lt", models.F("principal")),
                    (
                        "interest_paid__lt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("interest"), "-", models.F("interest_waived")
                        ),
                    ),
                    _connector="OR",
                ),
                fields=["due_on", "loan"],
                name="loans_installment_open",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("released_on__isnull", False)), fields=["released_on"], name="loans_by_release"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest__gte", 0),
                    ("interest_waived__gte", 0),
                    ("principal__gte", 0),
                    models.Q(("interest", 0), ("interest_waived", 0), ("principal", 0), _negated=True),
                ),
                name="loans_allocation_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="installment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest__gte", 0),
                    ("interest_paid__gte", 0),
                    (
                        "interest_paid__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("interest"), "-", models.F("interest_waived")
                        ),
                    ),
                    ("interest_waived__gte", 0),
                    ("principal__gte", 0),
                    ("principal_paid__gte", 0),
                    ("principal_paid__lte", models.F("principal")),
                ),
                name="loans_installment_paid_within_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("origin", "opening"),
                    ("status", "cancelled"),
                    models.Q(("released_on__isnull", True), ("status", "queued")),
                    models.Q(models.Q(("status", "queued"), _negated=True), ("released_on__isnull", False)),
                    _connector="OR",
                ),
                name="loans_payable_is_released",
            ),
        ),
    ]
