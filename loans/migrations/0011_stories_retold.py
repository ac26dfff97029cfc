"""What retelling a story needs: which schedule was agreed, when a payment was entered, what was recovered."""

from decimal import Decimal

import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

import core.money


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0010_promises_and_recourse"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="repayment",
            name="loans_repayment_explained",
        ),
        migrations.AddField(
            model_name="installment",
            name="generation",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="repayment",
            name="entered_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="repayment",
            name="recovered",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("principal"), "+", models.F("interest")
                                        ),
                                        "+",
                                        models.F("fee"),
                                    ),
                                    "+",
                                    models.F("penalty"),
                                ),
                                "+",
                                models.F("surplus"),
                            ),
                            "+",
                            models.F("recovered"),
                        ),
                    ),
                    ("amount__gt", 0),
                    ("fee__gte", 0),
                    ("penalty__gte", 0),
                    ("principal__gte", 0),
                    ("recovered__gte", 0),
                    ("surplus__gte", 0),
                ),
                name="loans_repayment_explained",
            ),
        ),
    ]
