"""More that must never be, once loans are registered and paid: see loans/sql/register_guards.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0003_payable_and_waived"),
        ("members", "0001_initial"),
        ("core", "0003_counter_guards"),
        ("ledger", "0002_guards"),
    ]

    operations = [migrations.RunSQL(load_sql("loans", "register_guards"), load_sql("loans", "register_guards_undo"))]
