"""The ledger beside django-hordak 2.0, on the same embedded server, in one run, guards on."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from bench.harness import Pair
from cooploan import embedded
from ledger import chart
from ledger.entries import Draft, credit, debit
from ledger.models import Account
from ledger.selectors import balance_of, statement
from ledger.services import account, open_sub_accounts, post_entries, post_entry

DAY = date(2026, 10, 26)
AMOUNT = Decimal("125.50")
SINGLES = 200
ENTRIES = 100_000
LINES = 1_000_000
EACH = 1_000
NEWEST = 25
numbers = itertools.count(1)


class Hordak:
    """The peer in its own process and database; each verb is one line there and one line back."""

    def __init__(self) -> None:
        self.database = f"bench_hordak_{os.getpid()}"
        embedded.create_database(self.database)
        atexit.register(self.stop)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.peers.hordak", self.database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parent.parent,
        )  # fmt: skip
        self._answer()

    def __call__(self, verb: str, *arguments: int) -> object:
        print(json.dumps([verb, *arguments]), file=self.process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> object:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("hordak's process ended: see what it said above")
        return json.loads(line)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        embedded.drop_database(self.database)


def measurements() -> Iterator[Pair]:
    peer = Hordak()
    bank = account(chart.BANK)
    saver, busy = open_sub_accounts(under=account(chart.SAVINGS), owners=[("bench-1", "Saver"), ("bench-2", "Busy")])

    def receipt(number: int) -> Draft:
        lines = (debit(bank.pk, AMOUNT), credit(saver.pk, AMOUNT))
        return Draft(f"bench/{number}", "bench.receipt", f"Receipt {number}", DAY, lines)

    def singles() -> None:
        for number in itertools.islice(numbers, SINGLES):
            draft = receipt(number)
            post_entry(
                reference=draft.reference,
                kind=draft.kind,
                narration=draft.narration,
                on=DAY,
                lines=draft.lines,
                by=None,
            )

    def bulk() -> None:
        post_entries(drafts=[receipt(number) for number in itertools.islice(numbers, ENTRIES)], by=None)

    def plain() -> None:
        first = next(numbers)
        for _ in range(ENTRIES):
            last = next(numbers)
        _insert_select(bank, saver, first, last - 1)

    yield Pair("post_entry, one transaction each", singles, lambda: peer("single", SINGLES), n=SINGLES)
    yield Pair("100,000 entries in bulk", bulk, lambda: peer("bulk", ENTRIES), n=ENTRIES)
    yield Pair("100,000 in bulk beside INSERT … SELECT", bulk, plain, n=ENTRIES)

    _load(bank, busy)
    peer("load", LINES, EACH)
    yield Pair("balance of 1,000,000 lines", lambda: balance_of(busy), lambda: peer("balance"))
    yield Pair(
        f"last {NEWEST} of 1,000,000 lines", lambda: statement(busy, limit=NEWEST), lambda: peer("lines", NEWEST)
    )


def _insert_select(bank: Account, saver: Account, first: int, last: int) -> None:
    """The floor of a bulk posting: the same guarded tables, filled by plain statements from a row of numbers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalentry (reference, request_hash, kind, narration, batch, effective_on) "
            "SELECT 'bench/' || n, sha256(n::text::bytea), 'bench.receipt', 'Receipt ' || n, '', %s "
            "FROM generate_series(%s, %s) n RETURNING id",
            [DAY, first, last],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration) "
            "SELECT e, a, d, c, %s, '' FROM unnest(%s::bigint[]) e, (VALUES (%s::bigint, %s::numeric, 0::numeric), "
            "(%s, 0, %s)) AS side (a, d, c)",
            [DAY, ids, bank.pk, AMOUNT, saver.pk, AMOUNT],
        )


def _load(bank: Account, busy: Account) -> None:
    for start in range(0, LINES, EACH * 100):
        drafts = []
        for batch in range(start, start + EACH * 100, EACH):
            amounts = [Decimal(n % 900 + 1) for n in range(EACH)]
            lines = (debit(bank.pk, sum(amounts)), *(credit(busy.pk, amount) for amount in amounts))
            drafts.append(Draft(f"bench/load/{batch}", "bench.load", "Loaded", DAY, lines))
        post_entries(drafts=drafts, by=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
