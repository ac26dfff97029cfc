"""A night of a million loans does not look each of them up again to prove that it is there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0013_payout"), ("loans", "0014_recourse_charges")]

    operations = [
        migrations.AlterField(
            model_name="loanstanding",
            name="loan",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="standing",
                serialize=False,
                to="loans.loan",
            ),
        ),
        migrations.AlterField(
            model_name="loanstanding",
            name="late_class",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="loans.lateclass",
            ),
        ),
    ]
