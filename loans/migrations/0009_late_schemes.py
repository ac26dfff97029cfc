"""The tables of classes that a society may use: its own to begin with, and two regulators' to read a report by."""

from datetime import date
from decimal import Decimal

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

# code, name, source, used at first, classes: name, from days past due, percent to set aside, suspends interest
SCHEMES = [
    ("own", "The society's own", "The society's own policy: change it by a decision of the board", True, [
        ("Up to date", 0, "0", False),
        ("Watch", 1, "5", False),
        ("Late", 31, "20", True),
        ("Doubtful", 91, "50", True),
        ("Lost", 181, "100", True),
    ]),
    ("cbn-mfb", "CBN, microfinance banks", "Central Bank of Nigeria, guidelines for microfinance banks", False, [
        ("Performing", 0, "1", False),
        ("Pass and watch", 1, "5", False),
        ("Substandard", 31, "20", True),
        ("Doubtful", 61, "50", True),
        ("Lost", 91, "100", True),
    ]),
    ("sasra", "SASRA, deposit-taking SACCOs", "SACCO Societies Regulatory Authority of Kenya", False, [
        ("Performing", 0, "1", False),
        ("Watch", 1, "5", False),
        ("Substandard", 31, "25", True),
        ("Doubtful", 181, "50", True),
        ("Loss", 361, "100", True),
    ]),
]  # fmt: skip


def have_schemes(apps, schema_editor):
    scheme_of, class_of = apps.get_model("loans", "LateScheme"), apps.get_model("loans", "LateClass")
    for code, name, source, in_use, classes in SCHEMES:
        scheme = scheme_of.objects.using(schema_editor.connection.alias).create(
            code=code, name=name, source=source, in_use=in_use, valid=DateRange(date(2000, 1, 1), None)
        )
        class_of.objects.using(schema_editor.connection.alias).bulk_create(
            class_of(
                scheme=scheme, name=called, from_days=days, provision_percent=Decimal(percent), suspends_interest=stops
            )
            for called, days, percent, stops in classes
        )


class Migration(migrations.Migration):
    dependencies = [("loans", "0008_arrears")]

    operations = [migrations.RunPython(have_schemes, migrations.RunPython.noop)]
