"""What came in stays as it came: see onboarding/sql/guards.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial"), ("core", "0001_roles_and_shared_guards")]

    operations = [migrations.RunSQL(load_sql("onboarding", "guards"), load_sql("onboarding", "guards_undo"))]
