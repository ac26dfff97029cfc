"""What a change of a loan really came to, why it ended, and the guards of both."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_goods_and_fees"),
        ("loans", "0018_what_the_payer_chose"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="loanchange",
            name="interest_let_off",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="penalty_let_off",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="principal_lost",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="why_ended",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["declined", "reversed"]), _negated=True),
                    models.Q(("why_ended", ""), _negated=True),
                    _connector="OR",
                ),
                name="loans_change_end_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "reversed"), ("taken_back_at__isnull", False), ("taken_back_by__isnull", False)
                    ),
                    models.Q(
                        models.Q(("status", "reversed"), _negated=True),
                        ("taken_back_at__isnull", True),
                        ("taken_back_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="loans_change_taken_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "holiday"), _negated=True), ("terms__has_key", "why"), _connector="OR"
                ),
                name="loans_holiday_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest_let_off__gte", 0),
                    ("penalty_let_off__gte", 0),
                    ("principal_lost__gte", 0),
                    models.Q(
                        ("kind", "waiver"), models.Q(("interest_let_off", 0), ("penalty_let_off", 0)), _connector="OR"
                    ),
                    models.Q(("kind", "write_off"), ("principal_lost", 0), _connector="OR"),
                    models.Q(
                        ("status__in", ["approved", "reversed"]),
                        models.Q(("interest_let_off", 0), ("penalty_let_off", 0), ("principal_lost", 0)),
                        _connector="OR",
                    ),
                ),
                name="loans_change_let_off_by_kind",
            ),
        ),
        migrations.RunSQL(load_sql("loans", "change_result_guards"), load_sql("loans", "change_result_guards_undo")),
    ]
