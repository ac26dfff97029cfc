"""Each invariant of arrears and provisions finds its own kind of damage, done as the owner without the guards."""

import pytest
from django.db import connection

from loans.late_checks import INVARIANTS
from loans.services.provisions import post_provision
from loans.tests.arrears_cast import NIGHT, day, make_late_loan, make_rules, nights
from loans.tests.register_cast import make_treasurer

pytestmark = pytest.mark.django_db

TABLES = ("loans_loanstanding", "loans_standinghistory", "loans_provisionrun", "loans_provisionline")


@pytest.fixture
def books(constraints_now):
    """Two late loans, one with a penalty, nine nights, a provision."""
    rules = make_rules(percent=1, per_days=1, cap_percent=50)
    for due in ("2026-10-28", "2026-09-28"):
        make_late_loan([(day(due), 9000, 1000), (day("2027-01-28"), 9000, 1000)], version=rules)
    nights("2026-10-27", "2026-11-04")
    post_provision(as_of=day("2026-10-31"), by=make_treasurer(), at=NIGHT)
    constraints_now()


def broken() -> set[str]:
    return {one.code for one in INVARIANTS if one.run().broken}


def test_sound_books_break_no_invariant_and_each_has_something_to_look_at(books):
    assert broken() == set()
    assert all(one.run().counted for one in INVARIANTS)


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("DS", "UPDATE loans_loanstanding SET outstanding_principal = outstanding_principal + 1"),
        ("DS", "UPDATE loans_loanstanding SET overdue_principal = 0"),
        ("DS", "UPDATE loans_loanstanding SET oldest_due_on = NULL, days_past_due = 0"),
        ("DS", "UPDATE loans_loanstanding SET late_class_id = -1"),
        ("DN", "UPDATE loans_loanstanding SET penalty_charged = penalty_charged + 0.01"),
        ("DN", "UPDATE loans_loanstanding SET late_naira_days = 0"),
        ("DH", "UPDATE loans_standinghistory SET provision = provision + 1"),
        ("DH", "DELETE FROM loans_standinghistory"),
        ("DH", "UPDATE loans_loanstanding SET watch_days = watch_days + 1"),
        ("DP", "UPDATE loans_provisionline SET required = required + 1"),
        ("DP", "UPDATE loans_provisionrun SET allowance_before = allowance_before + 1"),
    ],
)
def test_damage_is_found(books, as_role, code, statement):
    with as_role("cooploan_owner"), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        assert cursor.rowcount
    assert code in broken()
