"""Serial counters only go up; an obeyed request stays what it was."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("core", "0002_society_and_counters")]

    operations = [migrations.RunSQL(load_sql("core", "counter_guards"), load_sql("core", "counter_guards_undo"))]
