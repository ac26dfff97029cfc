"""The accounts that every society starts with."""

from django.db import migrations

from ledger.chart import STANDARD_CHART


def open_accounts(apps, schema_editor):
    apps.get_model("ledger", "Account").objects.using(schema_editor.connection.alias).bulk_create(
        apps.get_model("ledger", "Account")(code=code, name=name, kind=kind, normal_side=side, is_control=is_control)
        for code, name, kind, side, is_control in STANDARD_CHART
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [migrations.RunPython(open_accounts, migrations.RunPython.noop)]
