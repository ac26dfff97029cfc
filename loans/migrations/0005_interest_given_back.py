"""A pay-off may use interest that was paid in advance."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0004_register_guards"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="allocation",
            name="loans_allocation_positive",
        ),
        migrations.RemoveConstraint(
            model_name="repayment",
            name="loans_repayment_explained",
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest_waived__gte", 0),
                    ("principal__gte", 0),
                    models.Q(("interest", 0), ("interest_waived", 0), ("principal", 0), _negated=True),
                ),
                name="loans_allocation_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("principal"), "+", models.F("interest")
                        ),
                    ),
                    ("amount__gt", 0),
                    ("principal__gte", 0),
                ),
                name="loans_repayment_explained",
            ),
        ),
    ]
