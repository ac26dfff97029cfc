"""No member is credited with two lines of one return."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_guards"), ("members", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="remittanceline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["matched", "posted"])),
                fields=("remittance", "member"),
                name="reconciliation_one_line_each",
            ),
        ),
    ]
