"""Attacks on what was worked out about arrears: a day that is over, tables of classes, provisions, stale marks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from loans.models import LateScheme, LoanStanding, PauseReason
from loans.tests.arrears_cast import day, make_late_loan, mark_paid, night, pause
from loans.tests.register_cast import make_active, make_registered, pay_out, receive

pytestmark = pytest.mark.django_db

DUE = day("2026-10-28")
OWNER = "cooploan_owner"


def attack(statement: str, *values) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def make_loan():
    return make_late_loan([(DUE, 9000, 1000)])


# Stale ----------------------------------------------------------------------------------------------------------------


def is_stale(loan) -> bool:
    return LoanStanding.objects.get(pk=loan.pk).stale


def test_a_loan_has_its_standing_from_the_moment_it_runs():
    loan = make_registered()
    assert not LoanStanding.objects.filter(pk=loan.pk).exists()
    pay_out(loan)
    assert is_stale(loan)


def test_a_payment_marks_its_own_loan_alone():
    paid, other = make_active(), make_active()
    night(paid.disbursement.disbursed_on)
    assert not is_stale(paid)
    receive(paid, "1000", on=paid.disbursement.disbursed_on)
    assert (is_stale(paid), is_stale(other)) == (True, False)


def test_a_pause_marks_its_loan_when_it_begins_changes_and_goes():
    loan = make_loan()
    for change in (
        lambda: pause(loan, DUE, why=PauseReason.HOLIDAY),
        lambda: attack("UPDATE loans_loanpause SET span = '[2026-10-28,2026-11-02)'"),
        lambda: attack("DELETE FROM loans_loanpause"),
    ):
        night("2026-11-02")
        assert not is_stale(loan)
        change()
        assert is_stale(loan)


def test_the_owner_of_the_tables_cannot_pay_without_leaving_the_mark(as_role):
    loan = make_loan()
    night("2026-11-02")
    with as_role(OWNER):
        mark_paid(loan.installments.get(), principal=1)
    assert is_stale(loan)


# History --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["cooploan_app", OWNER])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loans_standinghistory SET outstanding_principal = 1 WHERE from_on = '2026-11-02'",
        "UPDATE loans_standinghistory SET from_on = '2026-11-01' WHERE from_on = '2026-11-02'",
        "DELETE FROM loans_standinghistory",
        "INSERT INTO loans_standinghistory SELECT loan_id, from_on - 1, oldest_due_on, late_class_id, 1, 1, 1, 1, 1, "
        "1, 1, 1, 1, false FROM loans_standinghistory",
        "DELETE FROM loans_arrearsrun",
        "UPDATE loans_arrearsrun SET as_of = as_of - 9",
        "UPDATE loans_arrearsrun SET done_up_to = 0",
        "UPDATE loans_arrearsrun SET finished_at = NULL",
    ],
    ids=lambda statement: statement[:60],
)
def test_i27_a_day_that_is_over_is_not_rewritten(as_role, role, statement):
    make_loan()
    night("2026-11-02")
    night("2026-11-03")
    with as_role(role), pytest.raises(DatabaseError):
        attack(statement)


def test_the_day_that_is_not_over_may_still_be_corrected():
    make_loan()
    night("2026-11-02")
    assert attack("UPDATE loans_standinghistory SET outstanding_principal = 1 WHERE from_on = '2026-11-02'") == 1


def test_days_past_due_that_are_not_the_day_less_the_due_day_are_refused():
    loan = make_loan()
    night("2026-11-02")
    with pytest.raises(DatabaseError, match="loans_standing_days"):
        attack("UPDATE loans_loanstanding SET days_past_due = 2 WHERE loan_id = %s", loan.pk)
    with pytest.raises(DatabaseError, match="loans_standing_penalty"):
        attack("UPDATE loans_loanstanding SET penalty_paid = penalty_charged + 1 WHERE loan_id = %s", loan.pk)


# Tables of classes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["cooploan_app", OWNER])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loans_lateclass SET provision_percent = 0",
        "DELETE FROM loans_lateclass",
        "INSERT INTO loans_lateclass (scheme_id, name, from_days, provision_percent, suspends_interest) "
        "SELECT id, 'Worse', 700, 100, true FROM loans_latescheme WHERE in_use",
        "UPDATE loans_latescheme SET code = 'mine' WHERE in_use",
        "UPDATE loans_latescheme SET in_use = NOT in_use",
        "UPDATE loans_latescheme SET valid = '[2000-01-01,2026-11-02)' WHERE in_use",
        "DELETE FROM loans_latescheme",
    ],
    ids=lambda statement: statement[:60],
)
def test_a_table_of_classes_that_was_used_stays(as_role, role, statement):
    make_loan()
    night("2026-11-02")
    with as_role(role), pytest.raises(DatabaseError):
        attack(statement)


def test_a_table_of_classes_may_end_after_the_last_day_of_its_use():
    make_loan()
    night("2026-11-02")
    assert attack("UPDATE loans_latescheme SET valid = '[2000-01-01,2026-11-03)' WHERE in_use") == 1


def test_a_table_of_classes_begins_at_no_day_late(constraints_now):
    attack(
        "INSERT INTO loans_latescheme (code, name, source, valid, in_use) VALUES ('x', 'X', '', '[2026-01-01,)', false)"
    )
    with pytest.raises(DatabaseError, match="no class that begins at 0 days"):
        constraints_now()


def test_i27_two_tables_of_one_name_or_two_in_use_never_overlap():
    own = LateScheme.objects.get(code="own")
    for code, in_use in (("own", False), ("other", True)):
        with pytest.raises(DatabaseError, match=r"overlap|in_use"):
            attack(
                "INSERT INTO loans_latescheme (code, name, source, valid, in_use) VALUES (%s, 'X', '', %s, %s)",
                code, own.valid, in_use,
            )  # fmt: skip


# Pauses ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["empty", "(,2026-11-01)"])
def test_a_pause_has_a_first_day_and_some_days(span):
    loan = make_loan()
    with pytest.raises(DatabaseError, match="loans_pause_has_days"):
        attack(
            "INSERT INTO loans_loanpause (loan_id, span, why, reason) VALUES (%s, %s, 'holiday', 'x')", loan.pk, span
        )
