"""How every loan stood at the end of any day, out of its history: see loans/sql/standing_on.sql."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0016_serials_of_the_old_books")]

    operations = [
        migrations.RunSQL(load_sql("loans", "standing_on"), "DROP FUNCTION IF EXISTS loans_standing_on(date)")
    ]
