"""A new loan that clears the old one of its kind when it is paid out."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0025_charges_point_at_what_stands"),
    ]

    operations = [
        migrations.AddField(
            model_name="disbursement",
            name="cleared",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loanapplication",
            name="tops_up",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="topped_up_by",
                to="loans.loan",
            ),
        ),
        migrations.RunSQL(load_sql("loans", "top_up_guards"), load_sql("loans", "top_up_guards_undo")),
    ]
