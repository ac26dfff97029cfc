"""How each loan stands, day by day, and what follows from it: classes, provisions, pauses, notices."""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0007_product_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LateScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("source", models.CharField(max_length=200)),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("in_use", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[(models.F("code"), "="), (models.F("valid"), "&&")],
                        name="loans_late_schemes_never_overlap",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("in_use", True)),
                        expressions=[(models.F("valid"), "&&")],
                        name="loans_one_late_scheme_in_use",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LateClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("from_days", models.PositiveSmallIntegerField()),
                ("provision_percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("suspends_interest", models.BooleanField(default=False)),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="classes", to="loans.latescheme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArrearsRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField(unique=True)),
                ("done_up_to", models.BigIntegerField(default=0)),
                ("loans", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="loans.latescheme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoanPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("span", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("holiday", "Payment holiday"),
                            ("dispute", "Dispute"),
                            ("employer", "The employer did not pay over"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="loans.loan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoanStanding",
            fields=[
                (
                    "loan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="loans.loan",
                    ),
                ),
                ("as_of", models.DateField(null=True)),
                ("accrued_through", models.DateField(null=True)),
                ("oldest_due_on", models.DateField(null=True)),
                ("days_past_due", models.IntegerField(default=0)),
                (
                    "outstanding_principal",
                    core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
                ),
                ("overdue_principal", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("overdue_interest", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("overdue_fee", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("accruing", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("late_naira_days", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=20)),
                ("penalty_charged", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("penalty_paid", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("penalty_waived", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("provision", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("suspended_interest", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("employer_caused", models.BooleanField(default=False)),
                ("stale", models.BooleanField(default=False)),
                (
                    "late_class",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loans.lateclass",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProvisionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField(unique=True)),
                ("required", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("allowance_before", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("posted_at", models.DateTimeField()),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provision_run",
                        to="ledger.journalentry",
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="loans.latescheme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProvisionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("loans", models.PositiveIntegerField()),
                ("outstanding", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("required", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("before", core.money.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "late_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="loans.lateclass"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="loans.provisionrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StandingHistory",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "loan_id", "from_on", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_on", models.DateField()),
                ("oldest_due_on", models.DateField(null=True)),
                ("outstanding_principal", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("overdue_principal", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("overdue_interest", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("overdue_fee", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("accruing", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("late_naira_days", models.DecimalField(decimal_places=2, max_digits=20)),
                ("penalty_charged", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("provision", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("suspended_interest", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("employer_caused", models.BooleanField()),
                (
                    "late_class",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loans.lateclass",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_history",
                        to="loans.loan",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "standing history",
            },
        ),
        migrations.CreateModel(
            name="LateNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("reminder", "Reminder before the due day"),
                            ("member", "Told that a payment is late"),
                            ("guarantors", "Guarantors told"),
                            ("demand", "Demand letter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("on", models.DateField()),
                ("overdue", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("penalty", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("people", models.PositiveSmallIntegerField()),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="late_notices", to="loans.loan"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("loan", "step", "due_on"), name="loans_late_notice_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="lateclass",
            constraint=models.UniqueConstraint(fields=("scheme", "from_days"), name="loans_late_class_once"),
        ),
        migrations.AddConstraint(
            model_name="lateclass",
            constraint=models.CheckConstraint(
                condition=models.Q(("provision_percent__range", (0, 100))), name="loans_late_class_percent"
            ),
        ),
        migrations.AddConstraint(
            model_name="loanpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("span__isempty", False), ("span__startswith__isnull", False)),
                name="loans_pause_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="loans_pause_has_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="loanstanding",
            index=models.Index(condition=models.Q(("stale", True)), fields=["loan"], name="loans_standing_stale"),
        ),
        migrations.AddIndex(
            model_name="loanstanding",
            index=models.Index(
                condition=models.Q(("oldest_due_on__isnull", False)),
                fields=["oldest_due_on"],
                name="loans_standing_late",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanstanding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "penalty_charged__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("penalty_paid"), "+", models.F("penalty_waived")
                        ),
                    ),
                    ("penalty_paid__gte", 0),
                    ("penalty_waived__gte", 0),
                ),
                name="loans_standing_penalty",
            ),
        ),
        migrations.AddConstraint(
            model_name="provisionline",
            constraint=models.UniqueConstraint(fields=("run", "late_class"), name="loans_provision_class_once"),
        ),
        migrations.RunSQL(load_sql("loans", "arrears_guards"), load_sql("loans", "arrears_guards_undo")),
    ]
