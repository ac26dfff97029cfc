"""Sessions, second factors and the words of letters are kept from the auditor's database role."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0003_practice_people"),
        ("notifications", "0001_outbox"),
        ("sessions", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunSQL(load_sql("users", "secrets_from_auditor"), load_sql("users", "secrets_from_auditor_undo"))
    ]
