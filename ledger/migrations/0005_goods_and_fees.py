"""Accounts of goods, fees and unearned income, for books that were opened before they joined the standard chart."""

from django.db import migrations

from ledger.chart import STANDARD_CHART


def add_missing(apps, schema_editor):
    account = apps.get_model("ledger", "Account")
    have = set(account.objects.values_list("code", flat=True))
    for code, name, kind, side, is_control in STANDARD_CHART:
        if code not in have:
            account.objects.create(code=code, name=name, kind=kind, normal_side=side, is_control=is_control)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_newer_accounts")]

    operations = [migrations.RunPython(add_missing, migrations.RunPython.noop)]
