"""Every kobo of a return explained, and issued schedules frozen: see reconciliation/sql/guards.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("loans", "0002_guards")]

    operations = [migrations.RunSQL(load_sql("reconciliation", "guards"), load_sql("reconciliation", "guards_undo"))]
