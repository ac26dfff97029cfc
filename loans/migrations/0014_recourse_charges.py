"""The guarantor who is charged last is charged although his payment frees him; a claim is locked by its owner."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0011_stories_retold")]

    operations = [
        migrations.RunSQL(load_sql("loans", "recourse_charges"), load_sql("loans", "recourse_charges_undo")),
    ]
