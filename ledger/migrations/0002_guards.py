"""Balanced, append-only, never below a floor or a hold: the ledger's rules in the database itself."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("core", "0001_roles_and_shared_guards")]

    operations = [migrations.RunSQL(load_sql("ledger", "guards"), load_sql("ledger", "guards_undo"))]
