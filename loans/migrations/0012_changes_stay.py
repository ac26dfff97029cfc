"""Changes of a loan are never removed."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0011_stories_retold")]

    operations = [
        migrations.RunSQL(load_sql("loans", "change_guards"), "DROP TRIGGER loans_change_no_delete ON loans_loanchange")
    ]
