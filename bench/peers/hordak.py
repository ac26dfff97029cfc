"""django-hordak 2.0 from its own package: the work of ``bench/ledger.py``, on the same server, in its own database.

Runs as ``python -m bench.peers.hordak DATABASE`` and answers one JSON line to each
line that it is sent, so that the benchmark can let the two work in turn.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal

import django
from django.conf import settings

from cooploan import embedded

DAY = date(2026, 10, 26)


def start(database: str) -> None:
    settings.configure(
        SECRET_KEY="a benchmark keeps no secrets",  # noqa: S106 - it serves nobody
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djmoney", "mptt", "hordak"],
        DATABASES={"default": embedded.connection_settings(database, embedded.OWNER) | {"CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        HORDAK_INTERNAL_CURRENCY="EUR",
        USE_TZ=True,
        MIGRATION_MODULES={},
    )
    django.setup()


def main() -> None:
    start(sys.argv[1])
    from django.core.management import call_command  # noqa: PLC0415 - after setup
    from django.db import connection, transaction  # noqa: PLC0415 - after setup
    from hordak.models import Account, AccountType, Leg, Transaction  # noqa: PLC0415 - after setup
    from moneyed import Money  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0, interactive=False)
    bank = Account.objects.create(name="Bank", code="1", type=AccountType.asset, currencies=["EUR"])
    saver = Account.objects.create(name="Saver", code="2", type=AccountType.liability, currencies=["EUR"])
    busy = Account.objects.create(name="Busy", code="3", type=AccountType.liability, currencies=["EUR"])
    amount = Money(Decimal("125.50"), "EUR")

    def single(calls: int) -> None:
        for number in range(calls):
            with transaction.atomic():
                entry = Transaction.objects.create(date=DAY, description=f"Receipt {number}")
                Leg.objects.create(transaction=entry, account=bank, debit=amount)
                Leg.objects.create(transaction=entry, account=saver, credit=amount)

    def bulk(entries: int) -> None:
        with transaction.atomic():
            made = Transaction.objects.bulk_create(
                [Transaction(date=DAY, description=f"Receipt {number}") for number in range(entries)], batch_size=5000
            )
            Leg.objects.bulk_create(
                [
                    leg
                    for entry in made
                    for leg in (
                        Leg(transaction=entry, account=bank, debit=amount),
                        Leg(transaction=entry, account=saver, credit=amount),
                    )
                ],
                batch_size=5000,
            )

    def load(lines: int, each: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO hordak_transaction (uuid, timestamp, date, description) "
                "SELECT gen_random_uuid(), now(), %s, 'Loaded ' || n FROM generate_series(1, %s) n RETURNING id",
                [DAY, lines // each],
            )
            ids = [row[0] for row in cursor.fetchall()]
            # The legs' own check sums a transaction once for each of its legs; a load of big ones is spared it.
            cursor.execute("ALTER TABLE hordak_leg DISABLE TRIGGER USER")
            cursor.execute(
                "INSERT INTO hordak_leg (uuid, transaction_id, account_id, credit, currency, description) "
                "SELECT gen_random_uuid(), t, %s, n %% 900 + 1, 'EUR', '' "
                "FROM unnest(%s::bigint[]) t, generate_series(1, %s) n",
                [busy.pk, ids, each],
            )
            cursor.execute(
                "INSERT INTO hordak_leg (uuid, transaction_id, account_id, debit, currency, description) "
                "SELECT gen_random_uuid(), transaction_id, %s, sum(credit), 'EUR', '' FROM hordak_leg "
                "WHERE transaction_id = ANY (%s) GROUP BY transaction_id",
                [bank.pk, ids],
            )
            cursor.execute("ALTER TABLE hordak_leg ENABLE TRIGGER USER")
            cursor.execute("ANALYZE hordak_leg")
            cursor.execute("ANALYZE hordak_transaction")

    def balance() -> str:
        return str(busy.get_balance())

    def lines(count: int) -> list[str]:
        legs = Leg.objects.filter(account=busy).with_account_balance_after().order_by("-transaction__date", "-pk")
        return [str(leg.account_balance_after) for leg in legs[:count]]

    verbs = {"single": single, "bulk": bulk, "load": load, "balance": balance, "lines": lines}
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        print(json.dumps(verbs[verb](*arguments)), flush=True)


if __name__ == "__main__":
    main()
