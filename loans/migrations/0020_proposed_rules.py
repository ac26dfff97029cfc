"""New rules of a product by two people: proposed, and put in force by another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0019_what_changes_came_to"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RulesProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("numbers", models.JSONField()),
                ("tiers", models.JSONField(default=list)),
                ("fees", models.JSONField(default=list)),
                ("reason", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for a second person"),
                            ("approved", "Put in force"),
                            ("declined", "Declined"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="loans.loanproduct"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="loans.productversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="loans_rules_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["proposed", "withdrawn"]), ("version__isnull", True)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status", "declined"),
                                ("version__isnull", True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status", "approved"),
                                ("version__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="loans_rules_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="loans_rules_have_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")), fields=("product",), name="loans_one_proposal_waits"
                    ),
                ],
            },
        ),
        migrations.RunSQL(load_sql("loans", "proposal_guards"), load_sql("loans", "proposal_guards_undo")),
    ]
