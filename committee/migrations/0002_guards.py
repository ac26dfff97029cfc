"""What must never be, refused by the database: see committee/sql/guards.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("committee", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunSQL(load_sql("committee", "guards"), load_sql("committee", "guards_undo"))]
