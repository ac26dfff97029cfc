"""A society's own books number their loans as they like: only our own serials are counted one by one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0015_standing_without_lookups"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="loan",
            name="loans_serial_number_once",
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin", "application")),
                fields=("serial_year", "serial_number"),
                name="loans_serial_number_once",
            ),
        ),
        # The list of the register went by the index of the constraint as it was.
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("origin", "opening"), ("status", "cancelled"), _negated=True),
                fields=["-serial_year", "-serial_number", "-id"],
                name="loans_newest_first",
            ),
        ),
    ]
