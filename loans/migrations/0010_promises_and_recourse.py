"""Promises that fall and are replaced, limits to them, and recourse with its notice, charges and claims."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import core.money
from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_standard_chart"),
        ("loans", "0009_late_schemes"),
        ("members", "0003_cut_off_and_off_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("paid_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="GuarantorClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("repaid", core.money.MoneyField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
            ],
        ),
        migrations.CreateModel(
            name="OwnCover",
            fields=[
                (
                    "loan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="own_cover",
                        serialize=False,
                        to="loans.loan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recourse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("notice_given", "Notice given"),
                            ("savings_offset", "Own savings taken"),
                            ("guarantors_charged", "Guarantors have paid"),
                            ("settled", "Settled"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="notice_given",
                        max_length=18,
                    ),
                ),
                ("given_on", models.DateField()),
                ("notice_days", models.PositiveSmallIntegerField()),
                ("owed", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("why_ended", models.CharField(blank=True, default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="RecourseAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=1000)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RecourseCharge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("charged_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="RecourseNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("most", core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("told_by", models.CharField(max_length=40)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Substitution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", core.money.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("death", "He has died"),
                            ("exit", "He leaves the society"),
                            ("wish", "He asks to be let go"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("consented", "Said yes"),
                            ("done", "Stands in his place"),
                            ("refused", "Said no"),
                            ("withdrawn", "No longer asked"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("consent_text", models.TextField(blank=True, default="")),
                ("consented_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="guarantee",
            name="loans_guarantee_positive",
        ),
        migrations.RemoveConstraint(
            model_name="guarantee",
            name="loans_accepted_is_held",
        ),
        migrations.AddField(
            model_name="guarantee",
            name="charged",
            field=core.money.MoneyField(db_default=0, decimal_places=2, default=0, max_digits=14),
        ),
        migrations.AddField(
            model_name="guarantee",
            name="freed",
            field=core.money.MoneyField(db_default=0, decimal_places=2, default=0, max_digits=14),
        ),
        migrations.AddField(
            model_name="guarantee",
            name="of_principal",
            field=core.money.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="exposure_base",
            field=models.CharField(
                choices=[("savings", "Savings"), ("equity", "All savings and shares")], default="savings", max_length=7
            ),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="in_arrears_may_stand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="most_exposure_percent",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="most_promises",
            field=models.PositiveSmallIntegerField(default=4),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="notice_days",
            field=models.PositiveSmallIntegerField(default=14),
        ),
        migrations.AddField(
            model_name="lendingpolicy",
            name="officers_may_stand",
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name="guarantee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    (
                        "amount__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("uncovered"), "+", models.F("freed")
                            ),
                            "+",
                            models.F("charged"),
                        ),
                    ),
                    ("charged__gte", 0),
                    ("freed__gte", 0),
                    ("uncovered__gte", 0),
                    models.Q(("of_principal__isnull", True), ("of_principal__gt", 0), _connector="OR"),
                ),
                name="loans_guarantee_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="guarantee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "accepted"), _negated=True),
                    ("hold__isnull", False),
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("uncovered"), "+", models.F("freed")
                            ),
                            "+",
                            models.F("charged"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="loans_accepted_is_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="lendingpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exposure_base__in", ["savings", "equity"]),
                    ("most_promises__gte", 1),
                    ("notice_days__gte", 1),
                    models.Q(
                        ("most_exposure_percent__isnull", True), ("most_exposure_percent__gt", 0), _connector="OR"
                    ),
                ),
                name="loans_policy_of_promises",
            ),
        ),
        migrations.AddField(
            model_name="claimpayment",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.journalentry"
            ),
        ),
        migrations.AddField(
            model_name="guarantorclaim",
            name="borrower",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="owes_guarantors", to="members.member"
            ),
        ),
        migrations.AddField(
            model_name="guarantorclaim",
            name="guarantor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="members.member"
            ),
        ),
        migrations.AddField(
            model_name="claimpayment",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="loans.guarantorclaim"
            ),
        ),
        migrations.AddField(
            model_name="owncover",
            name="hold",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="own_cover", to="ledger.hold"
            ),
        ),
        migrations.AddField(
            model_name="recourse",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recourse",
            name="loan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="recourses", to="loans.loan"
            ),
        ),
        migrations.AddField(
            model_name="recourse",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recourseanswer",
            name="member",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"),
        ),
        migrations.AddField(
            model_name="recourseanswer",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recourseanswer",
            name="recourse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="loans.recourse"
            ),
        ),
        migrations.AddField(
            model_name="recoursecharge",
            name="guarantee",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="loans.guarantee"
            ),
        ),
        migrations.AddField(
            model_name="recoursecharge",
            name="member",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"),
        ),
        migrations.AddField(
            model_name="recoursecharge",
            name="recourse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="loans.recourse"
            ),
        ),
        migrations.AddField(
            model_name="recoursecharge",
            name="repayment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="charge", to="loans.repayment"
            ),
        ),
        migrations.AddField(
            model_name="guarantorclaim",
            name="charge",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="claim", to="loans.recoursecharge"
            ),
        ),
        migrations.AddField(
            model_name="recoursenotice",
            name="guarantee",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recourse_notices",
                to="loans.guarantee",
            ),
        ),
        migrations.AddField(
            model_name="recoursenotice",
            name="member",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"),
        ),
        migrations.AddField(
            model_name="recoursenotice",
            name="recourse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="loans.recourse"
            ),
        ),
        migrations.AddField(
            model_name="substitution",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="substitution",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="substitution",
            name="guarantor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"),
        ),
        migrations.AddField(
            model_name="substitution",
            name="new",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="takes_over", to="loans.guarantee"
            ),
        ),
        migrations.AddField(
            model_name="substitution",
            name="old",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="substitutions", to="loans.guarantee"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="loans_claim_payment_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.UniqueConstraint(fields=("claim", "entry"), name="loans_claim_payment_once"),
        ),
        migrations.AddConstraint(
            model_name="recourse",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice_days__gte", 1), ("owed__gt", 0)), name="loans_recourse_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="recourse",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="loans_recourse_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="recourse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="loans_recourse_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="recourse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["savings_offset", "guarantors_charged"]), _negated=True),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="loans_recourse_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="recourse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["notice_given", "savings_offset"])),
                fields=("loan",),
                name="loans_one_recourse_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="recourseanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="loans_recourse_answer_says"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoursecharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="loans_recourse_charge_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoursecharge",
            constraint=models.UniqueConstraint(fields=("recourse", "member"), name="loans_recourse_charge_once"),
        ),
        migrations.AddConstraint(
            model_name="guarantorclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("repaid__gte", 0), ("repaid__lte", models.F("amount"))),
                name="loans_claim_repaid_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="guarantorclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("guarantor", models.F("borrower")), _negated=True), name="loans_claim_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoursenotice",
            constraint=models.UniqueConstraint(fields=("recourse", "member"), name="loans_recourse_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="loans_substitution_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["asked", "consented"])),
                fields=("old",),
                name="loans_one_substitution_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    models.Q(
                        ("consented_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("new__isnull", False),
                        models.Q(("consent_text", ""), _negated=True),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loans_substitution_done",
            ),
        ),
        migrations.RunSQL(load_sql("loans", "recourse_guards"), load_sql("loans", "recourse_guards_undo")),
    ]
