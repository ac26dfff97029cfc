"""Savings that pay a loan, asked for by one person and approved by another; and the policy about them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0022_owed_in_the_books"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavingsOffset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("ahead", "Pay the next instalments early"),
                            ("shorter", "Finish sooner, same instalment"),
                            ("smaller", "Same end, smaller instalment"),
                            ("savings", "To voluntary savings"),
                            ("refund", "Given back"),
                        ],
                        default="ahead",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waits for approval"),
                            ("paid", "Paid from savings"),
                            ("declined", "Declined"),
                            ("withdrawn", "No longer asked for"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="lendingpolicy",
            name="loans_policy_of_promises",
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="savings_may_pay",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="savings_must_stay",
            field=core.money.MoneyField(db_default=0, decimal_places=2, default=0, max_digits=14),
        ),
        migrations.AddConstraint(
            model_name="lendingpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exposure_base__in", ["savings", "equity"]),
                    ("most_promises__gte", 1),
                    ("notice_days__gte", 1),
                    ("savings_must_stay__gte", 0),
                    models.Q(
                        ("most_exposure_percent__isnull", True), ("most_exposure_percent__gt", 0), _connector="OR"
                    ),
                ),
                name="loans_policy_of_promises",
            ),
        ),
        migrations.AddField(
            model_name="savingsoffset",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="savingsoffset",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savingsoffset",
            name="loan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="offsets", to="loans.loan"
            ),
        ),
        migrations.AddField(
            model_name="savingsoffset",
            name="repayment",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="savings_offset",
                to="loans.repayment",
            ),
        ),
        migrations.AddConstraint(
            model_name="savingsoffset",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("use__in", ["ahead", "shorter", "smaller"])),
                name="loans_offset_terms",
            ),
        ),
        migrations.AddConstraint(
            model_name="savingsoffset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "paid"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("repayment__isnull", False),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loans_offset_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="savingsoffset",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "paid"), ("repayment__isnull", True), _connector="OR"),
                name="loans_offset_paid_has_repayment",
            ),
        ),
        migrations.AddConstraint(
            model_name="savingsoffset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "requested")), fields=("loan",), name="loans_one_offset_waits"
            ),
        ),
        migrations.RunSQL(load_sql("loans", "offset_guards"), load_sql("loans", "offset_guards_undo")),
    ]
