"""Events are added and never changed."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_events_and_job_runs")]

    operations = [migrations.RunSQL(load_sql("audit", "append_only"), load_sql("audit", "append_only_undo"))]
