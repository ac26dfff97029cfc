"""What pays a loan off until a day, as it was told, and never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0020_proposed_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SettlementQuote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True)),
                ("made_on", models.DateField()),
                ("valid_until", models.DateField()),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("figures", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quotes", to="loans.loan"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("valid_until__gte", models.F("made_on"))),
                        name="loans_quote_of_something",
                    )
                ],
            },
        ),
        migrations.RunSQL(load_sql("loans", "quote_guards"), load_sql("loans", "quote_guards_undo")),
    ]
