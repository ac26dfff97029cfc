"""Posted only as it was proposed, and long postings done by the worker: see onboarding/sql/two_people_in_turn.sql."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="bookimport",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Being looked at"),
                    ("proposed", "Waits for a second person"),
                    ("posted", "In the books"),
                    ("undone", "Undone"),
                    ("dropped", "Put aside"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("post", "Putting the books in"), ("undo", "Taking the books out")], max_length=4
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("business_date", models.DateField()),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, default="", max_length=400)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "book_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="onboarding.bookimport"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("book_import",),
                        name="onboarding_one_run",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            load_sql("onboarding", "two_people_in_turn"), load_sql("onboarding", "two_people_in_turn_undo")
        ),
    ]
