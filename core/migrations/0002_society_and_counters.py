import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_roles_and_shared_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200)),
                ("request_hash", models.CharField(max_length=64)),
                ("response", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="core_idempotencykey_unique")],
            },
        ),
        migrations.CreateModel(
            name="PracticeClock",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("frozen_on", models.DateField(blank=True, null=True)),
                ("shifted_days", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="core_practiceclock_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="SerialCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("document", "year"), name="core_serialcounter_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1900), ("year__lte", 2999)), name="core_serialcounter_year"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Society",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(default="Cooperative Society", max_length=120)),
                ("short_name", models.CharField(default="Cooperative", max_length=40)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("office_phone", models.CharField(blank=True, max_length=30)),
                ("office_hours", models.CharField(blank=True, default="Monday to Friday, 8am to 4pm", max_length=80)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("currency", models.CharField(default="NGN", max_length=3)),
                ("member_number_prefix", models.CharField(default="M", max_length=10)),
                ("application_serial_prefix", models.CharField(default="APP", max_length=10)),
                ("loan_serial_prefix", models.CharField(default="LH", max_length=10)),
                ("certificate_serial_prefix", models.CharField(default="CERT", max_length=10)),
            ],
            options={
                "verbose_name_plural": "society",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="core_society_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="core_society_currency_code"
                    ),
                ],
            },
        ),
    ]
