from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event
from core.errors import IllegalTransition
from loans.selectors.register import due_in_month
from loans.services.repayments import record_receipt
from members.services import change_monthly_saving
from reconciliation.errors import ApprovedByItsMaker, NothingToDeduct, ScheduleInUse, ScheduleOutOfDate
from reconciliation.models import DeductionItem, DeductionSchedule
from reconciliation.papers import schedule_sheet
from reconciliation.services.returns import drop_return
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    TODAY,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer()


def prepare(employer, *, month=OCTOBER, by=None):
    return prepare_schedule(employer=employer, month=month, by=by or make_officer(), at=AT)


def issue(schedule, *, by=None):
    return issue_schedule(schedule=schedule, by=by or make_treasurer(), at=AT)


def test_a_member_is_asked_for_savings_christmas_and_each_loans_instalment(employer, constraints_now):
    member = make_saver(employer, savings="20000", christmas="5000")
    loan = make_loan(member, balance="60000", instalment="10000")
    emergency = make_loan(member, balance="50000", instalment="4000", product="emergency", months_left=14)
    schedule = prepare(employer)
    constraints_now()
    line = schedule.lines.get()
    assert (line.savings, line.christmas, line.loans) == (Decimal("20000.00"), Decimal("5000.00"), Decimal("14000.00"))
    assert line.total == schedule.total == Decimal("39000.00")
    assert {(item.loan_id, item.amount, item.due_on) for item in line.items.all()} == {
        (loan.pk, Decimal("10000.00"), date(2026, 10, 28)),
        (emergency.pk, Decimal("4000.00"), date(2026, 10, 28)),
    }
    assert line.staff_number == member.staff_number


def test_the_last_instalment_asks_for_all_that_is_left(employer):
    loan = make_loan(make_saver(employer, savings="0"), balance="9000", instalment="10000", months_left=1)
    schedule = prepare(employer)
    assert schedule.total == Decimal("9090.00")
    record_receipt(
        loan=loan, amount=Decimal("4000"), into="cash", reference="7", by=make_officer(), on=TODAY, at=AT
    )  # fmt: skip
    assert prepare(employer).total == Decimal("5090.00")


def test_who_has_nothing_to_deduct_and_who_is_with_another_employer_is_not_on_it(employer):
    make_saver(employer, savings="0")
    make_saver(make_employer())
    member = make_saver(employer)
    assert [line.member for line in prepare(employer).lines.all()] == [member]


def test_where_nobody_has_a_loan_the_savings_are_asked_for(employer):
    make_saver(employer, savings="20000", christmas="5000")
    schedule = prepare(employer)
    assert (schedule.total, schedule.lines.get().loans) == (Decimal("25000.00"), Decimal("0.00"))


def test_who_has_left_is_not_on_it(employer):
    make_saver(employer)
    gone = make_saver(employer)
    type(gone).objects.filter(pk=gone.pk).update(status="left")
    assert prepare(employer).lines.count() == 1


def test_an_employer_without_any_deduction_has_no_schedule(employer):
    make_saver(employer, savings="0")
    with pytest.raises(NothingToDeduct, match="October 2026"):
        prepare(employer)
    assert not DeductionSchedule.objects.exists()


def test_a_schedule_is_issued_by_a_second_person_and_numbered(employer):
    make_saver(employer)
    officer = make_officer()
    draft = prepare(employer, month=date(2026, 10, 17), by=officer)
    assert (draft.number, draft.status, draft.month) == (None, "draft", OCTOBER)
    with pytest.raises(ApprovedByItsMaker):
        issue(draft, by=officer)
    treasurer = make_treasurer()
    issued = issue(draft, by=treasurer)
    assert (issued.number, issued.status, issued.version) == ("DS/2026/0001", "issued", 1)
    assert (issued.approved_by, issued.issued_at) == (treasurer, AT)
    verbs = [event.verb for event in Event.objects.about(issued)]
    assert verbs == ["reconciliation.schedule.prepared", "reconciliation.deductionschedule.issued"]


def test_an_issued_schedule_is_not_issued_again(employer):
    make_saver(employer)
    issued = make_issued(employer)
    with pytest.raises(IllegalTransition):
        issue(issued)
    issued.refresh_from_db()
    assert (issued.status, issued.number) == ("issued", "DS/2026/0001")


def test_numbers_have_no_gap_and_versions_count_by_employer_and_month(employer):
    make_saver(employer)
    other = make_employer()
    make_saver(other)
    first = make_issued(employer)
    prepare(employer)  # a draft takes no number
    second, elsewhere = make_issued(employer), make_issued(other)
    november = make_issued(employer, month=date(2026, 11, 1))
    assert [one.number for one in (first, second, elsewhere, november)] == [f"DS/2026/{n:04}" for n in range(1, 5)]
    assert [one.version for one in (first, second, elsewhere, november)] == [1, 3, 1, 1]
    first.refresh_from_db()
    assert first.status == "replaced"
    assert DeductionSchedule.objects.for_month(employer, OCTOBER).issued().get() == second


def test_a_new_draft_takes_the_place_of_the_earlier_one(employer):
    make_saver(employer)
    first = prepare(employer)
    second = prepare(employer)
    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "draft")
    with pytest.raises(IllegalTransition):
        issue(first)


def test_a_draft_that_the_books_have_overtaken_is_not_issued(employer):
    member = make_saver(employer, savings="20000")
    draft = prepare(employer)
    change_monthly_saving(
        member=member, savings=Decimal("25000"), christmas=Decimal("0"), by=make_officer(), at=AT
    )  # fmt: skip
    with pytest.raises(ScheduleOutOfDate):
        issue(draft)
    assert issue(prepare(employer)).total == Decimal("25000.00")


def test_a_draft_with_a_member_too_few_is_not_issued(employer):
    make_saver(employer)
    draft = prepare(employer)
    make_saver(employer)
    with pytest.raises(ScheduleOutOfDate):
        issue(draft)


def test_a_schedule_that_has_its_return_is_not_replaced_until_the_return_is_taken_back(employer):
    make_saver(employer)
    remittance = make_return(make_issued(employer))
    draft = prepare(employer)
    with pytest.raises(ScheduleInUse):
        issue(draft)
    drop_return(remittance=remittance, by=make_officer(), at=AT)
    assert issue(draft).status == "issued"


def test_the_sheet_for_the_employer_proves_itself(employer):
    for savings in ("10000", "12500.50"):
        make_loan(make_saver(employer, savings=savings, christmas="2000"))
    schedule = make_issued(employer)
    sheet = schedule_sheet(schedule)
    assert len(sheet.rows) == 2
    for row in sheet.rows:
        assert row[-1] == sum(row[4:7])
    assert sum(row[-1] for row in sheet.rows) == schedule.total
    assert [column.heading for column in sheet.columns if column.total] == [
        "Savings", "Christmas savings", "Loans", "Total",
    ]  # fmt: skip
    assert schedule.number in sheet.titles[1]


def test_the_items_are_the_instalments_of_the_month(employer):
    make_loan(make_saver(employer))
    schedule = prepare(employer)
    due = due_in_month(employer_id=employer.pk, year=2026, month=10)
    assert list(DeductionItem.objects.filter(line__schedule=schedule).values_list("installment_id", "amount")) == [
        (one.installment_id, one.amount) for one in due
    ]
