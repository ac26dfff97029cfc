"""Schedules that are replaced, fees and penalties in what is paid, and changes of a running loan."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0005_interest_given_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Its column grows; the trigger is made again with the guards below.
        migrations.RunSQL(
            "DROP TRIGGER loans_loan_running ON loans_loan",
            "CREATE CONSTRAINT TRIGGER loans_loan_running AFTER INSERT OR UPDATE OF status ON loans_loan "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_running();"
            "ALTER TABLE loans_loan ENABLE ALWAYS TRIGGER loans_loan_running",
        ),
        migrations.CreateModel(
            name="LoanChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holiday", "Payment holiday"),
                            ("restructure", "New terms"),
                            ("waiver", "Waiver"),
                            ("write_off", "Write-off"),
                        ],
                        max_length=12,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("terms", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300)),
                ("resolution", models.CharField(blank=True, default="", max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Asked for"),
                            ("approved", "In force"),
                            ("declined", "Declined"),
                            ("withdrawn", "No longer asked for"),
                            ("reversed", "Taken back"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="allocation",
            name="loans_allocation_positive",
        ),
        migrations.RemoveConstraint(
            model_name="installment",
            name="loans_installment_once",
        ),
        migrations.RemoveConstraint(
            model_name="installment",
            name="loans_installment_paid_within_due",
        ),
        migrations.RemoveConstraint(
            model_name="repayment",
            name="loans_repayment_explained",
        ),
        migrations.RemoveIndex(
            model_name="installment",
            name="loans_installment_open",
        ),
        migrations.AddField(
            model_name="allocation",
            name="fee",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="installment",
            name="fee",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="installment",
            name="fee_paid",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="installment",
            name="kind",
            field=models.CharField(
                choices=[("scheduled", "Instalment"), ("extra", "Paid on top")],
                default="scheduled",
                db_default="scheduled",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="installment",
            name="live",
            field=models.BooleanField(default=True, db_default=True),
        ),
        migrations.AddField(
            model_name="repayment",
            name="fee",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="repayment",
            name="penalty",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="repayment",
            name="surplus",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="repayment",
            name="use",
            field=models.CharField(
                choices=[
                    ("ahead", "Pay the next instalments early"),
                    ("shorter", "Finish sooner, same instalment"),
                    ("smaller", "Same end, smaller instalment"),
                ],
                default="ahead",
                db_default="ahead",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="loan",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting for next month's money"),
                    ("registered", "Ready to be paid out"),
                    ("active", "Running"),
                    ("closed", "Paid back"),
                    ("written_off", "Written off"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="repayment",
            name="channel",
            field=models.CharField(
                choices=[
                    ("counter", "Paid at the office"),
                    ("payroll", "Taken from salary"),
                    ("savings", "Taken from own savings"),
                    ("guarantor", "Taken from a guarantor's savings"),
                    ("top_up", "Cleared by a new loan"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="installment",
            name="unpaid_amount",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("principal"), "-", models.F("principal_paid")
                                    ),
                                    "+",
                                    models.F("interest"),
                                ),
                                "-",
                                models.F("interest_waived"),
                            ),
                            "-",
                            models.F("interest_paid"),
                        ),
                        "+",
                        models.F("fee"),
                    ),
                    "-",
                    models.F("fee_paid"),
                ),
                output_field=models.DecimalField(decimal_places=2, max_digits=14),
            ),
        ),
        migrations.AddIndex(
            model_name="installment",
            index=models.Index(
                condition=models.Q(("live", True), ("unpaid_amount__gt", 0)),
                fields=["due_on", "loan"],
                name="loans_installment_open",
            ),
        ),
        migrations.AddIndex(
            model_name="installment",
            index=models.Index(fields=["loan", "number"], name="loans_installment_history"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee__gte", 0),
                    ("interest_waived__gte", 0),
                    ("principal__gte", 0),
                    models.Q(("fee", 0), ("interest", 0), ("interest_waived", 0), ("principal", 0), _negated=True),
                ),
                name="loans_allocation_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="installment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("live", True)), fields=("loan", "number"), name="loans_installment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="installment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee__gte", 0),
                    ("fee_paid__gte", 0),
                    ("fee_paid__lte", models.F("fee")),
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
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
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
                    ),
                    ("amount__gt", 0),
                    ("fee__gte", 0),
                    ("penalty__gte", 0),
                    ("principal__gte", 0),
                    ("surplus__gte", 0),
                ),
                name="loans_repayment_explained",
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
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
            model_name="loanchange",
            name="entry",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="loanchange",
            name="loan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="loans.loan"
            ),
        ),
        migrations.AddIndex(
            model_name="loanchange",
            index=models.Index(fields=["loan", "effective_on", "id"], name="loans_changes_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="loans_change_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["requested", "withdrawn"]),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="loans_change_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="loans_change_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="loanchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "requested")), fields=("loan", "kind"), name="loans_one_change_waits"
            ),
        ),
        migrations.RunSQL(load_sql("loans", "servicing_guards"), load_sql("loans", "servicing_guards_undo")),
    ]
