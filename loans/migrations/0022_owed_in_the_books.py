"""What a loan owes in the books is what its instalments leave unpaid, held at the end of each transaction."""

from django.db import migrations

from core.sql import load_sql


class Migration(migrations.Migration):
    dependencies = [("loans", "0021_settlement_quotes"), ("ledger", "0005_goods_and_fees")]

    operations = [migrations.RunSQL(load_sql("loans", "owed_guards"), load_sql("loans", "owed_guards_undo"))]
