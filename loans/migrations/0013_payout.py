"""What a payout takes and brings: fees, interest at the start, goods bought for a sale; and the guards of products."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_newer_accounts"),
        ("loans", "0012_changes_stay"),
        ("members", "0003_cut_off_and_off_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeferredIncome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("earned_on", models.DateField()),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "given_back",
                    core.money.MoneyField(
                        db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoodsPurchase",
            fields=[
                (
                    "loan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="goods",
                        serialize=False,
                        to="loans.loan",
                    ),
                ),
                ("what", models.CharField(max_length=120)),
                ("vendor", models.CharField(max_length=120)),
                ("invoice_number", models.CharField(max_length=60)),
                ("cost", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("bought_on", models.DateField()),
                ("possessed_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LoanFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "collected",
                    models.CharField(
                        choices=[
                            ("at_source", "Kept back from the money paid out"),
                            ("added_to_loan", "Lent on top and paid back with the loan"),
                            ("with_instalments", "Paid with the instalments"),
                            ("paid_apart", "Paid apart, before the loan is paid out"),
                            ("from_savings", "Taken from savings when the loan is paid out"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "goes_to",
                    models.CharField(
                        choices=[
                            ("fee_income", "The society's fee income"),
                            ("insurance", "The insurer"),
                            ("commission", "The society's commission income"),
                        ],
                        max_length=10,
                    ),
                ),
                ("refundable", models.BooleanField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="loan",
            name="loans_loan_amounts",
        ),
        migrations.AddField(
            model_name="disbursement",
            name="kept_back",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="disbursement",
            name="upfront_interest",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="added_fees",
            field=core.money.MoneyField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="loanapplication",
            name="owed_counted",
            field=core.money.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="loanapplication",
            name="quote",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="loanapplication",
            name="savings_counted",
            field=core.money.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("added_fees__gte", 0),
                    ("added_fees__lt", models.F("principal")),
                    ("instalment__gt", 0),
                    ("principal__gt", 0),
                    ("scheduled_principal__gt", 0),
                    ("scheduled_principal__lte", models.F("principal")),
                    ("term_months__gte", 1),
                ),
                name="loans_loan_amounts",
            ),
        ),
        migrations.AddField(
            model_name="deferredincome",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="deferredincome",
            name="loan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deferred", to="loans.loan"
            ),
        ),
        migrations.AddField(
            model_name="goodspurchase",
            name="bought_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="goodspurchase",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.journalentry"
            ),
        ),
        migrations.AddField(
            model_name="goodspurchase",
            name="possessed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="loanfee",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="loanfee",
            name="loan",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="fees", to="loans.loan"),
        ),
        migrations.AddField(
            model_name="loanfee",
            name="refund_entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
            ),
        ),
        migrations.AddIndex(
            model_name="deferredincome",
            index=models.Index(
                condition=models.Q(("entry__isnull", True)), fields=["earned_on"], name="loans_deferred_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="deferredincome",
            constraint=models.UniqueConstraint(fields=("loan", "earned_on"), name="loans_earned_once"),
        ),
        migrations.AddConstraint(
            model_name="deferredincome",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("given_back__gte", 0), ("given_back__lte", models.F("amount"))),
                name="loans_deferred_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="goodspurchase",
            constraint=models.UniqueConstraint(fields=("vendor", "invoice_number"), name="loans_invoice_once"),
        ),
        migrations.AddConstraint(
            model_name="goodspurchase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost__gt", 0),
                    models.Q(
                        models.Q(("possessed_by__isnull", True), ("possessed_on__isnull", True)),
                        models.Q(
                            ("possessed_by__isnull", False),
                            ("possessed_on__gte", models.F("bought_on")),
                            models.Q(("possessed_by", models.F("bought_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="loans_goods_possessed_after_purchase",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanfee",
            constraint=models.UniqueConstraint(fields=("loan", "name"), name="loans_loan_fee_once"),
        ),
        migrations.AddConstraint(
            model_name="loanfee",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="loans_loan_fee_positive"),
        ),
        migrations.AddConstraint(
            model_name="loanfee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refund_entry__isnull", True),
                    models.Q(("entry__isnull", False), ("refundable", True)),
                    _connector="OR",
                ),
                name="loans_loan_fee_refunded_once_paid",
            ),
        ),
        migrations.RunSQL(load_sql("loans", "payout_guards"), load_sql("loans", "payout_guards_undo")),
    ]
