"""The three database roles' rights, the extensions, and the trigger function that append-only tables share."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(load_sql("core", "roles"), load_sql("core", "roles_undo")),
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(load_sql("core", "forbid_change"), "DROP FUNCTION forbid_change();"),
    ]
