"""A charge of a recourse points at the payment that stands for it, also when the loan's story was told again."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0024_deduction_order")]

    operations = [migrations.RunSQL(load_sql("loans", "charge_guards"), load_sql("loans", "charge_guards_undo"))]
