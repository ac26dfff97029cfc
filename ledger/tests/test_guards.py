"""Attacks on the books in SQL, by the site's own role and by the owner of the tables: the database refuses each."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.timezone import now

from ledger import chart
from ledger.models import AccountBalance, HoldPurpose
from ledger.services import account, place_hold, release_hold
from ledger.tests.factories import deposit, savings_account

pytestmark = pytest.mark.django_db

OWNER, APP = "cooploan_owner", "cooploan_app"


@pytest.fixture(autouse=True)
def undone(db):
    """What an attack leaves behind would not commit: it is rolled back before the test's own end looks at it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def attack(statement, *arguments):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def refused(statement, *arguments, match):
    with pytest.raises(DatabaseError, match=match):
        attack(statement, *arguments)


@pytest.fixture
def entry():
    return deposit(savings_account(), "100", reference="receipt/1")


ENTRY = """INSERT INTO ledger_journalentry (reference, request_hash, kind, narration, batch, effective_on)
           VALUES (%s, '\\x00', 'attack', '', '', '2026-10-26') RETURNING id"""
LINE = """INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration)
          VALUES (%s, %s, %s, %s, %s, '')"""
TODAY = date(2026, 10, 26)


def new_entry(reference="attack"):
    with connection.cursor() as cursor:
        cursor.execute(ENTRY, [reference])
        return cursor.fetchone()[0]


def test_i01_an_entry_that_does_not_balance_is_refused_at_commit(constraints_now):
    bank, saver = account(chart.BANK).pk, savings_account().pk
    pk = new_entry()
    attack(LINE, pk, bank, 10, 0, TODAY)
    attack(LINE, pk, saver, 0, 9, TODAY)
    with pytest.raises(IntegrityError, match="does not balance"):
        constraints_now()


@pytest.mark.parametrize("lines", [0, 1])
def test_i01_an_entry_without_two_lines_is_refused_at_commit(constraints_now, lines):
    pk = new_entry()
    for _ in range(lines):
        attack(LINE, pk, account(chart.BANK).pk, 10, 0, TODAY)
    with pytest.raises(IntegrityError, match=f"{lines} lines"):
        constraints_now()


def test_i01_an_entry_that_balances_is_accepted(constraints_now):
    pk = new_entry()
    attack(LINE, pk, account(chart.BANK).pk, 10, 0, TODAY)
    attack(LINE, pk, savings_account().pk, 0, 10, TODAY)
    constraints_now()


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (5, 5), (-5, 0), (0, -5)])
def test_i01_a_line_has_one_side_above_nil(debit, credit):
    refused(LINE, new_entry(), account(chart.BANK).pk, debit, credit, TODAY, match="ledger_line_one_side")


@pytest.mark.parametrize("forged", ["inserted_xid", "recorded_at"])
def test_i02_neither_the_transaction_nor_the_moment_of_an_entry_can_be_forged(forged):
    value = "pg_current_xact_id()::text::bigint + 1000" if forged == "inserted_xid" else "'2020-01-01'"
    if forged == "inserted_xid":
        value = f"({value})::text::xid8"
    statement = ENTRY.replace("effective_on)", f"effective_on, {forged})").replace(
        "'2026-10-26')", f"'2026-10-26', {value})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, ["forged"])
        cursor.execute(
            "SELECT inserted_xid = pg_current_xact_id() AND recorded_at = transaction_timestamp() "
            "FROM ledger_journalentry WHERE reference = 'forged'"
        )
        assert cursor.fetchone() == (True,)


def test_i02_a_line_counts_on_the_day_of_its_entry():
    refused(LINE, new_entry(), account(chart.BANK).pk, 1, 0, date(2026, 10, 1), match="is closed")


CHANGES = [
    "UPDATE ledger_journalline SET debit = debit + 1",
    "UPDATE ledger_journalline SET narration = 'x'",
    "DELETE FROM ledger_journalline",
    "TRUNCATE ledger_journalline",
    "UPDATE ledger_journalentry SET narration = 'x'",
    "DELETE FROM ledger_journalentry",
    "TRUNCATE ledger_journalentry CASCADE",
    "DELETE FROM ledger_account",
    "UPDATE ledger_account SET code = code || 'x'",
    "UPDATE ledger_account SET control_id = NULL, kind = 'income'",
    "UPDATE ledger_account SET is_control = NOT is_control",
    "DELETE FROM ledger_hold",
    "TRUNCATE ledger_hold CASCADE",
    "UPDATE ledger_hold SET amount = 1",
    "UPDATE ledger_hold SET released_at = NULL",
]
SAID = r"append-only|permission denied|keeps its code|only ever released"


@pytest.mark.parametrize("role", [APP, OWNER])
@pytest.mark.parametrize("statement", CHANGES)
def test_i03_posted_books_are_never_changed_or_removed(entry, as_role, constraints_now, role, statement):
    place_hold(
        account_id=savings_account("10").pk, amount=Decimal(5), purpose=HoldPurpose.GUARANTEE, reference="h", by=None,
        at=now(),
    )  # fmt: skip
    constraints_now()
    with as_role(role):
        refused(statement, match=SAID)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_journalline DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_line_apply ON ledger_journalline",
        "SET session_replication_role = replica",
        "ALTER FUNCTION ledger_apply_lines() OWNER TO cooploan_app",
        "CREATE OR REPLACE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE sql AS 'SELECT NULL::trigger'",
    ],
)
def test_i03_the_site_cannot_take_a_guard_away(statement):
    refused(statement, match=r"must be owner|permission denied")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_accountbalance SET balance = balance + 1",
        "UPDATE ledger_accountbalance SET held = 0",
        "UPDATE ledger_accountbalance SET floor = NULL",
        "DELETE FROM ledger_accountbalance",
        "INSERT INTO ledger_accountbalance (account_id, balance, held) VALUES (1, 5, 0)",
    ],
)
def test_i04_the_site_does_not_write_stored_balances(entry, statement):
    refused(statement, match="permission denied")


def test_i04_many_lines_in_one_statement_move_each_balance_once():
    bank, saver = account(chart.BANK).pk, savings_account().pk
    pk = new_entry()
    attack(
        "INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration) "
        "SELECT %s, a, d, c, '2026-10-26', '' FROM (VALUES (%s::bigint, 30, 0), (%s, 0, 10), (%s, 0, 20)) v (a, d, c)",
        pk, bank, saver, saver,
    )  # fmt: skip
    assert AccountBalance.objects.get(account=saver).balance == 30
    assert not AccountBalance.objects.filter(account=bank).exists()


def test_i05_no_line_is_posted_to_a_control_account():
    refused(LINE, new_entry(), account(chart.SAVINGS).pk, 0, 5, TODAY, match="control account")


def test_i06_no_account_goes_below_its_floor():
    saver = savings_account("10")
    refused(LINE, new_entry(), saver.pk, "10.01", 0, TODAY, match="ledger_balance_not_below_floor")
    attack(LINE, new_entry("b"), saver.pk, "10.00", 0, TODAY)


HOLD = """INSERT INTO ledger_hold (account_id, amount, purpose, reference, placed_at)
          VALUES (%s, %s, 'guarantee', %s, now())"""


def test_i07_no_more_is_held_than_stands_on_the_account():
    saver = savings_account("10")
    refused(HOLD, saver.pk, "10.01", "a", match="ledger_held_within_balance")
    attack(HOLD, saver.pk, "6.00", "b")
    refused(HOLD, saver.pk, "4.01", "c", match="ledger_held_within_balance")
    refused(LINE, new_entry(), saver.pk, "4.01", 0, TODAY, match="ledger_held_within_balance")
    attack(LINE, new_entry("b"), saver.pk, "4.00", 0, TODAY)


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_i07_a_hold_is_more_than_nothing(amount):
    refused(HOLD, savings_account("10").pk, amount, "a", match="ledger_hold_positive|ledger_held")


def test_i07_nothing_is_held_on_an_account_without_a_stored_balance():
    refused(HOLD, account(chart.BANK).pk, 1, "a", match="sub-account")


def test_i08_a_hold_is_released_once_and_frees_its_own_amount():
    saver = savings_account("10")
    hold = place_hold(
        account_id=saver.pk, amount=Decimal(6), purpose=HoldPurpose.GUARANTEE, reference="h", by=None, at=now()
    )
    release_hold(hold=hold, by=None, at=now())
    refused("UPDATE ledger_hold SET released_at = now() WHERE id = %s", hold.pk, match="only ever released, and once")
    assert AccountBalance.objects.get(account=saver).held == 0


def test_i08_a_hold_is_not_born_released():
    saver = savings_account("10")
    refused(
        "INSERT INTO ledger_hold (account_id, amount, purpose, reference, placed_at, released_at) "
        "VALUES (%s, 5, 'guarantee', 'x', now(), now())",
        saver.pk,
        match="released later",
    )


MIRRORS = {
    # what a reversal of "bank 100 debit, savings 100 credit" posts: account, debit, credit
    "another amount": [("saver", 99, 0), ("bank", 0, 99)],
    "the same sides again": [("bank", 100, 0), ("saver", 0, 100)],
    "another account": [("saver", 100, 0), ("cash", 0, 100)],
    "a line that is split": [("saver", 60, 0), ("saver", 40, 0), ("bank", 0, 100)],
    "the mirror and more": [("saver", 100, 0), ("bank", 0, 100), ("cash", 5, 0), ("bank", 0, 5)],
    "the mirror twice": [("saver", 100, 0), ("bank", 0, 100), ("saver", 100, 0), ("bank", 0, 100)],
}


def reverse_as(entry, lines):
    who = {
        "bank": account(chart.BANK).pk, "cash": account(chart.CASH).pk,
        "saver": entry.lines.exclude(account__code=chart.BANK).get().account_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalentry "
            "(reference, request_hash, kind, narration, batch, effective_on, reverses_id) "
            "VALUES ('r', '\\x00', '', '', '', '2026-10-26', %s) RETURNING id",
            [entry.pk],
        )
        pk = cursor.fetchone()[0]
    for name, debit, credit in lines:
        attack(LINE, pk, who[name], debit, credit, TODAY)


@pytest.mark.parametrize("role", [APP, OWNER])
@pytest.mark.parametrize("lines", MIRRORS.values(), ids=MIRRORS)
def test_i28_a_reversal_that_does_not_mirror_is_refused_at_commit(entry, lines, role, as_role, constraints_now):
    saver = entry.lines.exclude(account__code=chart.BANK).get().account
    deposit(saver, "500", reference="receipt/2")  # so that no floor stands in the way
    with as_role(role):
        reverse_as(entry, lines)
        with pytest.raises(IntegrityError, match="does not mirror"), transaction.atomic():
            constraints_now()


@pytest.mark.parametrize("role", [APP, OWNER])
def test_i28_the_exact_mirror_is_taken(entry, role, as_role, constraints_now):
    with as_role(role):
        reverse_as(entry, [("saver", 100, 0), ("bank", 0, 100)])
        constraints_now()


def test_i28_an_entry_is_reversed_once(entry):
    statement = (
        "INSERT INTO ledger_journalentry (reference, request_hash, kind, narration, batch, effective_on, reverses_id)"
        " VALUES (%s, '\\x00', 'x', '', '', '2026-10-26', %s)"
    )
    attack(statement, "r1", entry.pk)
    refused(statement, "r2", entry.pk, match="reverses_id")
