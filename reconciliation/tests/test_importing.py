import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from core.errors import DomainError, IllegalTransition
from core.workbooks import WorkbookRefused
from reconciliation import causes
from reconciliation.errors import (
    ChargeTooHigh,
    ImportedBefore,
    NoCharge,
    NoSchedule,
    NothingDeducted,
    ReturnStanding,
    ReturnUnreadable,
    TooMuchMoney,
    ValueDateTooEarly,
    WrongMonth,
)
from reconciliation.models import Remittance, RemittanceLine
from reconciliation.selectors.totals import missing, totals
from reconciliation.services.returns import confirm_charge, drop_return
from reconciliation.services.schedules import prepare_schedule
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    as_asked,
    csv_file,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_posted,
    make_return,
    make_saver,
    post,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def people(employer):
    return [make_saver(employer, savings=str(10000 + 500 * n)) for n in range(4)]


@pytest.fixture
def schedule(employer, people):
    return make_issued(employer)


def xlsx_file(rows, *, title=None):
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append([title])
    sheet.append(["STAFF NO", "NAME", "AMOUNT"])
    for staff_number, name, amount in rows:
        sheet.append([staff_number, name, float(amount)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def nothing_stored():
    assert not Remittance.objects.exists()
    assert not RemittanceLine.objects.exists()


# What comes in --------------------------------------------------------------------------------------------------------


def test_a_return_that_says_what_was_asked_is_matched_line_by_line(schedule, people, constraints_now):
    remittance = make_return(schedule)
    constraints_now()
    assert remittance.file_total == schedule.total == remittance.bank_credit
    assert [(line.member, line.state, line.cause, line.amount) for line in remittance.lines.order_by("position")] == [
        (person, "matched", causes.EXACT, person.monthly_savings) for person in people
    ]
    assert not missing(remittance).exists()


def test_each_line_keeps_where_it_stands_in_the_file(schedule):
    line = make_return(schedule).lines.order_by("position")[1]
    assert line.row == 3
    assert line.parts == [{"sheet": line.sheet, "row": 3, "element": "", "amount": str(line.amount)}]


def test_who_is_not_in_the_return_is_missing_and_a_short_line_is_short(schedule, people):
    rows = [row_of(people[0], "6000"), row_of(people[1], people[1].monthly_savings)]
    remittance = make_return(schedule, rows)
    told = totals(remittance)
    assert [line.member for line in missing(remittance)] == people[2:]
    assert (told.missing.lines, told.missing.amount) == (2, Decimal("22500.00"))
    assert (told.short.lines, told.short.amount) == (1, Decimal("4000.00"))
    assert told.expected - told.file == told.short.amount + told.missing.amount


def test_who_stands_there_with_nothing_is_missing(schedule, people):
    rows = [row_of(people[0], "0.00"), *[row_of(one, one.monthly_savings) for one in people[1:]]]
    remittance = make_return(schedule, rows)
    assert [line.member for line in missing(remittance)] == [people[0]]
    assert remittance.lines.count() == 3
    assert [problem["code"] for problem in remittance.problems] == ["zero_amount"]


def test_a_stranger_is_nobodys(schedule):
    remittance = make_return(schedule, [*as_asked(schedule), ("99999", "ZUBAIRU Quartey", "12500")])
    line = remittance.lines.get(row=6)
    assert (line.state, line.cause, line.member) == ("unmatched", causes.STRANGER, None)


def test_a_member_with_nothing_asked_is_known_and_never_missing(employer, people):
    guest = make_saver(employer, savings="0")
    schedule = make_issued(employer)
    assert not missing(make_return(schedule)).filter(member=guest).exists()
    drop_return(remittance=Remittance.objects.get(), by=make_officer(), at=AT)
    line = make_return(schedule, [*as_asked(schedule), row_of(guest, "700")]).lines.get(member=guest)
    assert (line.state, line.cause, line.expected) == ("matched", causes.OVER, Decimal(0))


def test_money_for_a_member_who_has_left_waits_for_a_person(employer, people):
    gone = make_saver(employer)
    schedule = make_issued(employer)
    rows = as_asked(schedule)
    type(gone).objects.filter(pk=gone.pk).update(status="left")
    line = make_return(schedule, rows).lines.get(member=gone)
    assert (line.state, line.confidence) == ("suggested", 80)
    assert line.reasons[-1] == {"sign": "-", "text": "The register says of this member: left"}


def test_two_members_with_one_number_are_both_doubted(employer, people):
    later = make_saver(employer, staff_number="", claimed_staff_number=people[0].staff_number)
    schedule = make_issued(employer)
    rows = [(people[0].staff_number, one.name, one.monthly_savings) for one in (people[0], later)]
    lines = make_return(schedule, rows).lines.order_by("position")
    assert {(line.state, line.cause) for line in lines} == {("suggested", causes.NUMBER_SHARED)}


# What is refused ------------------------------------------------------------------------------------------------------


def refused(error, schedule, match=None, **fields):
    before = Remittance.objects.count()
    with pytest.raises(error, match=match) as caught:
        make_return(schedule, **fields)
    assert Remittance.objects.count() == before
    return caught.value


def test_the_same_file_is_refused_under_any_name_and_for_any_employer(schedule, people):
    make_return(schedule, file_name="october.csv")
    refused(ImportedBefore, schedule, "october.csv")
    refused(ImportedBefore, schedule, "october.csv", file_name="october (copy).csv")
    other = make_employer()
    make_saver(other)
    refused(ImportedBefore, make_issued(other), "october.csv", rows=as_asked(schedule))


def test_a_copy_that_was_saved_again_is_refused(schedule):
    rows = as_asked(schedule)
    make_return(schedule, rows, file_name="october.csv")
    refused(ImportedBefore, schedule, "october.csv", data=xlsx_file(rows), file_name="october.xlsx", rows=rows)
    shuffled = list(reversed(rows))
    refused(ImportedBefore, schedule, "october.csv", rows=shuffled)


def test_a_second_return_of_the_month_is_refused_until_the_first_is_taken_back(schedule):
    first = make_return(schedule)
    other = as_asked(schedule)[:2]
    error = refused(ReturnStanding, schedule, "Take it back first", rows=other)
    assert error.field == "file"
    drop_return(remittance=first, by=make_officer(), at=AT)
    assert make_return(schedule, other).lines.count() == 2


def test_a_return_that_was_taken_back_may_come_again(schedule):
    first = make_return(schedule)
    drop_return(remittance=first, by=make_officer(), at=AT)
    assert make_return(schedule).file_hash == first.file_hash


def test_the_same_figures_of_another_month_are_another_return(employer, schedule):
    make_return(schedule)
    november = make_issued(employer, month=date(2026, 11, 1))
    assert make_return(november, data=xlsx_file(as_asked(november)), file_name="november.xlsx").pk


def test_a_file_for_another_month_is_refused(schedule):
    rows = as_asked(schedule)
    data = xlsx_file(rows, title="Deductions for September 2026")
    refused(WrongMonth, schedule, "September 2026, not October 2026", data=data, file_name="r.xlsx", rows=rows)
    nothing_stored()
    data = xlsx_file(rows, title="Deductions for October 2026")
    assert make_return(schedule, rows, data=data, file_name="r.xlsx").pk


def test_a_cell_that_cannot_be_read_refuses_the_file_with_its_place(schedule, people):
    rows = [*as_asked(schedule)[:3], (people[3].staff_number, people[3].name, "ten thousand")]
    error = refused(ReturnUnreadable, schedule, "row 5", rows=rows, credit="46000")
    assert [(problem.row, problem.column) for problem in error.problems] == [(5, "C")]
    nothing_stored()


def test_an_amount_below_nothing_refuses_the_file(schedule, people):
    refused(ReturnUnreadable, schedule, "less than nothing", rows=[row_of(people[0], "-500.00")], credit="0")
    nothing_stored()


def test_a_file_without_a_workbook_or_without_people_is_refused(schedule):
    refused(WorkbookRefused, schedule, data=b"%PDF-1.7 no workbook", file_name="return.pdf", credit="1")
    refused(ReturnUnreadable, schedule, "No row with a person", data=csv_file([]), credit="1")
    nothing_stored()


def test_a_file_in_which_nobody_was_deducted_anything_is_refused(schedule, people):
    refused(NothingDeducted, schedule, rows=[row_of(one, "0") for one in people], credit="0")


def test_a_sum_that_the_books_cannot_hold_is_refused_in_words(schedule, people):
    rows = [row_of(one, "999999999999.99") for one in people]
    refused(TooMuchMoney, schedule, rows=rows, credit="1")
    nothing_stored()


def test_a_value_date_before_a_loan_began_is_refused_before_anything_is_posted(employer, people):
    make_loan(people[0])
    schedule = make_issued(employer)
    refused(ValueDateTooEarly, schedule, "Wed 30 Sep 2026", on=date(2026, 9, 29))
    assert post(make_return(schedule, on=date(2026, 9, 30))).status == "posted"


def test_a_return_is_for_a_schedule_that_is_in_force(employer, people, schedule):
    rows = as_asked(schedule)
    draft = prepare_schedule(employer=employer, month=OCTOBER, by=make_officer(), at=AT)
    refused(NoSchedule, draft, rows=rows)
    make_issued(employer)
    refused(NoSchedule, schedule, rows=rows)
    nothing_stored()


# The charge, and taking back ------------------------------------------------------------------------------------------


def test_a_charge_is_confirmed_up_to_the_employers_limit(schedule):
    remittance = make_return(schedule, credit=schedule.total - Decimal("107.50"))
    officer = make_officer()
    with pytest.raises(ChargeTooHigh, match=r"₦500\.00 or less"):
        confirm_charge(remittance=remittance, charge=Decimal("500.01"), by=officer, at=AT)
    for nothing in ("0", "-5"):
        with pytest.raises(NoCharge):
            confirm_charge(remittance=remittance, charge=Decimal(nothing), by=officer, at=AT)
    remittance = confirm_charge(remittance=remittance, charge=Decimal("107.50"), by=officer, at=AT)
    assert (remittance.charge, remittance.charge_confirmed_by, remittance.gap) == (Decimal("107.50"), officer, 0)


def test_nothing_of_a_posted_return_is_taken_back_or_charged(schedule):
    remittance = make_posted(schedule)
    with pytest.raises(IllegalTransition):
        drop_return(remittance=remittance, by=make_officer(), at=AT)
    with pytest.raises(IllegalTransition):
        confirm_charge(remittance=remittance, charge=Decimal("1"), by=make_officer(), at=AT)


def test_a_return_that_was_taken_back_is_not_posted(schedule):
    remittance = drop_return(remittance=make_return(schedule), by=make_officer(), at=AT)
    with pytest.raises(DomainError, match="taken back"):
        post(remittance)
