"""What must never be, refused by the database: see loans/sql/guards.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunSQL(load_sql("loans", "guards"), load_sql("loans", "guards_undo"))]
