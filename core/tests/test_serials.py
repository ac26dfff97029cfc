from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from core.models import SerialCounter
from core.serials import next_serial, raise_floor
from core.testing import refusal_of


def test_numbers_run_from_one_without_a_gap_for_each_document_and_year(db):
    assert [next_serial("loan", 2026) for _ in range(3)] == [1, 2, 3]
    assert next_serial("loan", 2027) == 1
    assert next_serial("certificate", 2026) == 1


def test_a_number_whose_use_fails_is_given_again(db):
    next_serial("loan", 2026)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert next_serial("loan", 2026) == 2
        _ = 1 / 0
    assert next_serial("loan", 2026) == 2


def test_numbers_used_on_paper_are_passed_over_and_never_taken_back(db):
    assert raise_floor("loan", 2026, 41) == 41
    assert next_serial("loan", 2026) == 42
    assert raise_floor("loan", 2026, 7) == 42
    assert next_serial("loan", 2026) == 43


def test_a_number_is_not_given_outside_a_transaction(fresh_database):
    with pytest.raises(transaction.TransactionManagementError):
        next_serial("loan", 2026)


def test_writers_at_one_time_leave_no_gap_and_no_double(fresh_database):
    given = []

    def take(attempt: int) -> None:
        try:
            with transaction.atomic():
                number = next_serial("loan", 2026)
                if attempt % 3 == 0:
                    raise RuntimeError("the use failed")
            given.append(number)
        except RuntimeError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(take, range(90)))
    assert sorted(given) == list(range(1, 61))


@pytest.mark.parametrize(
    ("attack", "state"),
    [
        ("UPDATE core_serialcounter SET last = last - 1", "23001"),
        ("UPDATE core_serialcounter SET year = 2027", "23001"),
        ("UPDATE core_serialcounter SET document = 'other'", "23001"),
        ("UPDATE core_serialcounter SET id = id + 1", "23001"),
        ("DELETE FROM core_serialcounter", "42501"),
        ("TRUNCATE core_serialcounter", "42501"),
        ("INSERT INTO core_serialcounter (document, year, last) VALUES ('loan', 26, 0)", "23514"),
        ("INSERT INTO core_serialcounter (document, year, last) VALUES ('loan', 2026, 0)", "23505"),
        ("ALTER TABLE core_serialcounter DISABLE TRIGGER ALL", "42501"),
    ],
)
def test_the_app_cannot_turn_a_counter_back(db, attack, state):
    next_serial("loan", 2026)
    assert refusal_of(attack) == state


@pytest.mark.parametrize("attack", ["DELETE FROM core_serialcounter", "TRUNCATE core_serialcounter"])
def test_the_owner_cannot_remove_a_counter_either(db, as_role, attack):
    SerialCounter.objects.create(document="loan", year=2026, last=5)
    with as_role("cooploan_owner"):
        assert refusal_of(attack) == "23001"


def test_the_guards_hold_in_replica_mode_too(fresh_database):
    with transaction.atomic():
        next_serial("loan", 2026)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'core_serialcounter'::regclass "
            "AND NOT tgisinternal AND tgenabled = 'A'"
        )
        assert cursor.fetchone()[0] == 3
