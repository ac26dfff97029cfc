"""Attacks on deduction schedules in SQL, as the site's role and as the owner: the database refuses each."""

import pytest

from reconciliation.models import DeductionSchedule
from reconciliation.services.schedules import prepare_schedule
from reconciliation.tests.attacking import attack, changes, refused
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_saver,
    make_treasurer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undone")]


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def schedule(employer):
    for savings in ("10000", "12000"):
        make_loan(make_saver(employer, savings=savings, christmas="500"))
    return make_issued(employer)


def test_an_issued_schedule_is_frozen(schedule, refused_to_both):
    wanted = ["total = total + 1", "month = '2026-11-01'", "number = 'DS/2026/0099'", "version = 9",
              "issued_at = now()", "employer_id = employer_id + 1", "approved_by_id = NULL",
              "prepared_by_id = approved_by_id", "prepared_at = now()"]  # fmt: skip
    refused_to_both(*changes("deductionschedule", wanted), match="stays as it was")


def test_a_draft_is_of_its_employer_and_month(employer, refused_to_both):
    make_saver(employer)
    a_draft(employer)
    wanted = ["total = total + 1", "month = '2026-11-01'", "employer_id = employer_id + 1"]
    refused_to_both(*changes("deductionschedule", wanted), match="stays as it was")


def test_a_schedule_goes_forward_only(schedule, employer, refused_to_both):
    refused_to_both(*changes("deductionschedule", ["status = 'draft'"]), match="does not become draft")
    make_issued(employer)
    wanted = changes("deductionschedule", ["status = 'issued'", "status = 'draft'"], "status = 'replaced'")
    refused_to_both(*wanted, match="does not become")


def test_lines_and_items_of_a_schedule_never_change(schedule, refused_to_both):
    refused_to_both(
        *changes("deductionline", ["savings = savings"]), *changes("deductionitem", ["amount = amount"]),
        "DELETE FROM reconciliation_deductionline", "DELETE FROM reconciliation_deductionitem",
        match="append-only|permission denied",
    )  # fmt: skip


LINE = """INSERT INTO reconciliation_deductionline
          (schedule_id, member_id, staff_number, savings, christmas, loans, total) VALUES (%s, %s, '', 5, 0, 0, 5)"""
NEW_ITEM = """INSERT INTO reconciliation_deductionitem (line_id, loan_id, installment_id, due_on, amount)
              VALUES (%s, %s, %s, '2026-10-28', 1)"""


def test_an_issued_schedule_takes_no_further_line_or_item(schedule, employer, refused_to_both):
    refused_to_both(LINE, arguments=[schedule.pk, make_saver(employer).pk], match="was issued")
    line = schedule.lines.order_by("pk")[0]
    other = line.items.get().loan.installments.order_by("-number")[0]
    refused_to_both(NEW_ITEM, arguments=[line.pk, other.loan_id, other.pk], match="was issued")


def a_draft(employer):
    return prepare_schedule(employer=employer, month=OCTOBER, by=make_officer(), at=AT)


def issue_in_sql(draft):
    return (
        "UPDATE reconciliation_deductionschedule SET status = 'issued', number = 'DS/2026/0077', issued_at = now(), "
        "approved_by_id = %s WHERE id = %s",
        make_treasurer().pk,
        draft.pk,
    )


def test_a_schedule_that_does_not_add_up_is_not_issued(employer, refused_at_commit):
    make_saver(employer)
    draft = a_draft(employer)
    attack(LINE, draft.pk, make_saver(employer).pk)
    refused_at_commit(*issue_in_sql(draft), match="does not add up")


def test_a_schedule_whose_loans_are_not_its_items_line_by_line_is_not_issued(employer, refused_at_commit):
    """The sums over all lines agree; those of each line do not."""
    first, second = make_loan(make_saver(employer)), make_loan(make_saver(employer))
    draft = DeductionSchedule.objects.create(
        employer=employer, month=OCTOBER, total=200, prepared_by=make_officer(), prepared_at=AT
    )
    lines = [draft.lines.create(member=loan.member, loans=100, total=100) for loan in (first, second)]
    for line, loan, amount in ((lines[0], first, 150), (lines[1], second, 50)):
        due = loan.installments.order_by("number")[0]
        line.items.create(loan=loan, installment=due, due_on=due.due_on, amount=amount)
    refused_at_commit(*issue_in_sql(draft), match="does not add up")


def test_a_schedule_that_adds_up_is_issued(employer, constraints_now):
    make_loan(make_saver(employer))
    attack(*issue_in_sql(a_draft(employer)))
    constraints_now()


def test_a_schedule_is_approved_by_another_than_prepared_it(employer, refused_to_both):
    make_saver(employer)
    a_draft(employer)
    refused_to_both(
        "UPDATE reconciliation_deductionschedule SET status = 'issued', number = 'x', issued_at = now(), "
        "approved_by_id = prepared_by_id",
        match="issued_by_two",
    )


def test_one_schedule_of_a_month_is_in_force(schedule, employer):
    refused(*issue_in_sql(a_draft(employer)), match="one_issued")
