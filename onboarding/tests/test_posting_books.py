"""Who may put books in, when they are refused, and what is left when they are."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from audit.models import Event
from core.errors import IllegalTransition
from ledger import chart
from ledger.models import Account, JournalEntry
from ledger.selectors import balance_of
from loans.models import Loan, ProductVersion
from members.models import Employer, Member
from members.services import NewMember, admit_member
from notifications.models import Message
from onboarding.errors import ApprovedByItsProposer, BooksAlreadyIn, MemberInRegister, ReadsDifferently, StillBlocked
from onboarding.models import BookImport
from onboarding.services import change_mapping, drop_books, look_at, post_books, propose_books, send_back
from onboarding.services.reading import read_again
from onboarding.states import ImportStatus
from onboarding.tests.paper import as_xlsx
from onboarding.tests.standing import AT, ON, broken


def _nothing_in() -> bool:
    return not (Member.objects.exists() or Loan.objects.exists() or JournalEntry.objects.exists())


def _change(society, sheet: str, row: int, column: int, value) -> bytes:
    """The society's workbook with one cell changed; `row` counts the data rows from 0."""
    {"MEMBERS": society.members, "BALANCES": society.balances, "LOANS": society.loans}[sheet][row][column] = value
    return as_xlsx(society.workbook())


# Two people -----------------------------------------------------------------------------------------------------------


def test_books_in_perfect_order_go_in_and_leave_nothing_over(desk, small, society):
    posted = desk.post(small)
    assert posted.status == ImportStatus.POSTED
    assert (Member.objects.count(), Loan.objects.count()) == (len(society.members), len(society.loans))
    assert balance_of(Account.objects.get(code=chart.OPENING_DIFFERENCE)) == 0
    assert broken() == []


def test_who_proposed_may_not_approve_and_another_may(desk, cast, small):
    proposed = desk.propose(small)
    with pytest.raises(ApprovedByItsProposer):
        post_books(book_import=proposed, by=cast.officer, at=AT)
    assert _nothing_in()
    post_books(book_import=proposed, by=cast.chair, at=AT)
    assert Member.objects.exists()


def test_what_nobody_proposed_is_not_posted(desk, cast, small):
    with pytest.raises(IllegalTransition):
        post_books(book_import=desk.bring(small), by=cast.treasurer, at=AT)
    assert _nothing_in()


def test_approvers_are_told_of_a_proposal_and_the_proposer_is_not(desk, cast, small):
    desk.propose(small)
    told = Message.objects.filter(event__startswith="onboarding.bookimport.proposed")
    assert set(told.values_list("user", flat=True)) == {cast.treasurer.pk, cast.chair.pk}
    assert "40 members" in told[0].body


def test_what_is_sent_back_can_be_proposed_again_and_its_proposer_is_told_why(desk, cast, small):
    proposed = desk.propose(small)
    back = send_back(book_import=proposed, reason="The bank is last month's", by=cast.treasurer, at=AT)
    assert (back.status, back.proposed_by) == (ImportStatus.DRAFT, None)
    told = Message.objects.filter(user=cast.officer, event__startswith="onboarding.bookimport.sent_back")
    assert "The bank is last month's" in told[0].body
    propose_books(book_import=back, by=cast.officer, at=AT)
    post_books(book_import=back, by=cast.treasurer, at=AT)


def test_a_changed_meaning_takes_the_proposal_back(desk, cast, small):
    proposed = desk.propose(small)
    same = change_mapping(book_import=proposed, change=lambda workbook, before: before, by=cast.officer, at=AT)
    assert (same.status, same.proposed_by) == (ImportStatus.DRAFT, None)
    with pytest.raises(IllegalTransition):
        post_books(book_import=same, by=cast.treasurer, at=AT)


def test_what_was_put_aside_stays_aside(desk, cast, small):
    aside = drop_books(book_import=desk.bring(small), by=cast.officer, at=AT)
    for act in (
        lambda: propose_books(book_import=aside, by=cast.officer, at=AT),
        lambda: change_mapping(book_import=aside, change=lambda workbook, before: before, by=cast.officer, at=AT),
        lambda: post_books(book_import=aside, by=cast.treasurer, at=AT),
    ):
        with pytest.raises(IllegalTransition):
            act()


# Refused --------------------------------------------------------------------------------------------------------------


def test_the_books_come_in_once(desk, cast, small):
    desk.post(small)
    again = desk.propose(small)
    entries = JournalEntry.objects.count()
    with pytest.raises(BooksAlreadyIn):
        post_books(book_import=again, by=cast.treasurer, at=AT)
    assert JournalEntry.objects.count() == entries


def test_a_member_who_is_in_the_register_already_stops_the_posting(desk, cast, small, society):
    employer = Employer.objects.create(code="DWW", name="Delta Water Works")
    admit_member(row=NewMember("UMCS/0007", "OJO", "Emeka", employer, ON), by=cast.officer, at=AT)
    with pytest.raises(MemberInRegister, match="UMCS/0007"):
        desk.post(small)
    assert (Member.objects.count(), JournalEntry.objects.exists()) == (1, False)


def test_a_staff_number_that_somebody_in_the_register_bears_stops_the_posting(desk, cast, small, society):
    row = next(row for row in society.members if row[3] == "Delta Water Works")
    employer = Employer.objects.create(code="DWW", name="Delta Water Works")
    admit_member(row=NewMember("X/1", "BELLO", "Sani", employer, ON, staff_number=row[4]), by=cast.officer, at=AT)
    with pytest.raises(MemberInRegister, match=f"Staff number {row[4]} .* BELLO Sani"):
        desk.post(small)
    assert not JournalEntry.objects.exists()


def test_a_workbook_with_something_that_blocks_is_neither_proposed_nor_posted(desk, cast, society):
    data = _change(society, "BALANCES", 3, 4, "see ledger")
    brought = desk.bring(data)
    with pytest.raises(StillBlocked, match="BALANCES, row 8"):
        propose_books(book_import=brought, by=cast.officer, at=AT)
    brought.refresh_from_db()
    assert brought.status == ImportStatus.DRAFT
    # A proposal that was made by other means is read again before anything is posted.
    BookImport.objects.filter(pk=brought.pk).update(status="proposed", proposed_by=cast.officer, proposed_at=AT)
    with pytest.raises(StillBlocked):
        post_books(book_import=brought, by=cast.treasurer, at=AT)
    assert _nothing_in()


@pytest.mark.parametrize(
    ("sheet", "column", "value", "told"),
    [
        ("MEMBERS", 2, "A" * 81 + " Emeka", "surname is longer than 80"),
        ("MEMBERS", 2, "OJO " + "b" * 121, "other names is longer than 120"),
        ("MEMBERS", 3, "Ministry of " + "x" * 120, "employer is longer than 120"),
        ("MEMBERS", 4, "9" * 31, "staff number is longer than 30"),
        ("LOANS", 0, "LH/2026/" + "0" * 30 + "7", "loan number is longer than 30"),
        ("LOANS", 9, Decimal(99_999), "99999 months paid cannot be"),
    ],
)  # fmt: skip
def test_what_the_register_has_no_room_for_is_told_before_anyone_posts(desk, cast, society, sheet, column, value, told):
    brought = desk.bring(_change(society, sheet, 5, column, value))
    named = [problem for problem in brought.findings["problems"] if problem["code"] == "does_not_fit"]
    assert len(named) == 1 and told in named[0]["message"]
    assert (named[0]["sheet"], named[0]["blocks"], named[0]["row"]) == (sheet, True, society.first(sheet) + 5)
    with pytest.raises(StillBlocked):
        propose_books(book_import=brought, by=cast.officer, at=AT)


def test_the_societys_own_loan_numbers_are_kept_whatever_they_look_like(desk, cast, society):
    numbers = ["NL/2026/001", "EL/2026/001", "NORMAL-17", "Grace's loan"]
    for loan, number in zip(society.loans, numbers, strict=False):
        loan[0] = number
    brought = desk.bring(as_xlsx(society.workbook()))
    assert brought.findings["problems"] == []
    propose_books(book_import=brought, by=cast.officer, at=AT)
    post_books(book_import=brought, by=cast.treasurer, at=AT)
    assert set(Loan.objects.values_list("serial", flat=True)) >= set(numbers)


def test_books_of_a_day_that_has_not_come_are_refused(cast, small):
    late = look_at(data=small, file_name="a.xlsx", on=date(2026, 9, 29)).analysis
    assert [problem.message for problem in late.blocking] == [
        "The books are as at 30 September 2026, a day that has not come yet. Enter the right day."
    ]
    assert look_at(data=small, file_name="a.xlsx", on=date(2026, 9, 30)).analysis.blocking == []


def test_a_kind_of_loan_without_rules_on_the_day_of_the_books_is_told(desk, society):
    ProductVersion.objects.filter(product__code="normal").update(valid=DateRange(date(2026, 10, 1), None))
    told = desk.bring(as_xlsx(society.workbook())).findings["problems"]
    assert {problem["loan"] for problem in told if problem["code"] == "does_not_fit"} == {
        row[0] for row in society.loans if row[3] == "Normal"
    }
    assert all("no rules for normal loans" in problem["message"] for problem in told)


def test_a_site_that_changed_since_the_list_was_shown_shows_the_new_list_first(desk, cast, small):
    brought = desk.bring(small)
    Employer.objects.create(code="DELTA", name="Delta State Water Works", aliases=["Delta Water Works"])
    with pytest.raises(ReadsDifferently):
        propose_books(book_import=brought, by=cast.officer, at=AT)
    brought.refresh_from_db()
    assert brought.status == ImportStatus.DRAFT
    assert {problem["code"] for problem in brought.findings["problems"]} == {"employer_alias"}
    proposed = propose_books(book_import=brought, by=cast.officer, at=AT)
    Employer.objects.create(code="PLATEAU", name="Plateau State Hospital", aliases=["Plateau Teaching Hospital"])
    with pytest.raises(ReadsDifferently):
        post_books(book_import=proposed, by=cast.treasurer, at=AT)
    assert not JournalEntry.objects.exists()


# What goes in ---------------------------------------------------------------------------------------------------------


def test_a_member_without_an_employer_has_one_that_says_so(desk, society):
    desk.post(_change(society, "MEMBERS", 0, 3, None))
    assert Member.objects.get(number="UMCS/0001").employer.name == "No employer yet"


def test_a_member_without_a_date_of_joining_joins_on_the_day_of_the_books(desk, society):
    desk.post(_change(society, "MEMBERS", 0, 7, None))
    assert Member.objects.get(number="UMCS/0001").joined_on == date(2026, 9, 30)


def test_the_usual_rate_of_a_kind_of_loan_counts_where_the_workbook_has_none(desk, society):
    for row in society.loans:
        row[6] = None
    brought = desk.bring(as_xlsx(society.workbook()))
    assert {problem["code"] for problem in brought.findings["problems"] if "rate" in problem["message"]} == {
        "terms_worked_out"
    }
    assert read_again(brought, on=ON).analysis.blocking == []


def test_an_account_that_we_cannot_place_is_left_over_with_its_name(desk, society):
    society.trial[0][1] -= 700
    society.trial.append(["MISCELLANEOUS", Decimal(700), None])
    posted = desk.post(as_xlsx(society.workbook()))
    assert balance_of(Account.objects.get(code=chart.OPENING_DIFFERENCE)) == -700
    assert posted.findings["outlook"]["left_over"] == {
        "amount": "-700.00",
        "parts": [{"what": "unknown", "amount": "-700.00", "why": ["“MISCELLANEOUS” is no account that we keep"]}],
    }


def test_what_is_left_over_is_what_its_parts_add_up_to(desk, society):
    society.trial[0][1] += 5  # debits exceed credits
    society.trial[2][2] += 300  # more savings than the members have
    society.trial[1][1] += 40  # more loans than are running
    society.trial.append(["MISCELLANEOUS", None, Decimal(11)])
    posted = desk.post(as_xlsx(society.workbook()))
    told = posted.findings["outlook"]["left_over"]
    assert sum(Decimal(part["amount"]) for part in told["parts"]) == Decimal(told["amount"])
    assert balance_of(Account.objects.get(code=chart.OPENING_DIFFERENCE)) == Decimal(told["amount"])
    assert {part["what"] for part in told["parts"]} == {"savings", "loans", "unknown", "uneven"}
    assert broken() == []


def test_the_trail_tells_each_step_without_the_workbooks_cells(desk, small):
    posted = desk.post(small)
    verbs = Event.objects.about(posted).values_list("verb", flat=True)
    assert [verb.rpartition(".")[2] for verb in verbs] == ["brought", "proposed", "posted"]
    assert all(len(str(event.data)) < 1_000 for event in Event.objects.about(posted))
