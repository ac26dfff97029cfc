"""Attacks on books that are already committed, each in a database of its own."""

import psycopg
import pytest
from django.db import DatabaseError, connection

from ledger import chart
from ledger.services import account
from ledger.tests.factories import deposit, savings_account


def test_i02_no_line_is_added_to_an_entry_of_another_transaction(fresh_database):
    entry = deposit(savings_account(), "100")
    with pytest.raises(DatabaseError, match="is closed"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration) "
            "VALUES (%s, %s, 1, 0, %s, '')",
            [entry.pk, account(chart.BANK).pk, entry.effective_on],
        )


def test_i03_the_guards_do_not_sleep_in_replica_mode_for_the_owner(fresh_database, owner_cursor):
    owner_cursor.execute(
        "SELECT count(*) FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgrelid = ANY (%s::regclass[])",
        [["ledger_journalentry", "ledger_journalline", "ledger_account", "ledger_hold"]],
    )
    assert owner_cursor.fetchone() == (0,)


def test_the_auditor_reads_the_books_and_writes_nothing(fresh_database, auditor_cursor):
    deposit(savings_account(), "100")
    auditor_cursor.execute("SELECT count(*) FROM ledger_journalline")
    assert auditor_cursor.fetchone() == (2,)
    for statement in (
        "INSERT INTO ledger_account (code) VALUES ('x')",
        "UPDATE ledger_accountbalance SET balance = 0",
        "DELETE FROM ledger_journalline",
        "SELECT * FROM ledger_lock_accounts(ARRAY[1]::bigint[])",
    ):
        auditor_cursor.execute("SAVEPOINT a")
        with pytest.raises(psycopg.Error, match="permission denied"):
            auditor_cursor.execute(statement)
        auditor_cursor.execute("ROLLBACK TO a")
