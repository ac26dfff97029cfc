"""Thirty-two threads with real commits on what wants the same return, the same line or the same naira."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from django.db import connection

from core.errors import DomainError
from core.workbooks import read_workbook
from ledger import chart
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Repayment
from loans.services.repayments import record_receipt
from reconciliation.models import DeductionSchedule, Remittance, SuspenseItem
from reconciliation.selectors.totals import totals
from reconciliation.services.lines import confirm_match, confirm_sure_matches, reject_match
from reconciliation.services.posting import post_remittance
from reconciliation.services.returns import drop_return
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.services.suspense import clear_suspense, propose_owner
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    TODAY,
    as_asked,
    books_agree,
    csv_file,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_posted,
    make_return,
    make_saver,
    make_treasurer,
    row_of,
)

THREADS = 32

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fresh_database")]


def at_once(*actions: Callable[[], object], threads: int = THREADS) -> Counter:
    """Run the actions in turn on so many threads that start together; count what each came to.

    A refusal is counted under its class; any other error stands there with its words, and the test sees it.
    """
    gate, outcomes, lock = threading.Barrier(threads), Counter(), threading.Lock()

    def run(place: int) -> None:
        number = place % len(actions)
        try:
            gate.wait(timeout=30)
            actions[number]()
            outcome = f"done {number}"
        except DomainError as refused:
            outcome = type(refused).__name__
        except Exception as error:
            outcome = repr(error)
        finally:
            connection.close()
        with lock:
            outcomes[outcome] += 1

    running = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=100)
    assert sum(outcomes.values()) == threads
    return outcomes


@pytest.fixture
def employer(fresh_database):
    return make_employer()


@pytest.fixture
def officer(fresh_database):
    return make_officer()


@pytest.fixture
def treasurer(fresh_database):
    return make_treasurer()


@pytest.fixture
def people(employer):
    people = [make_saver(employer, savings=str(10000 + 500 * n)) for n in range(6)]
    for member in people:
        make_loan(member)
    return people


@pytest.fixture
def schedule(people, employer):
    return make_issued(employer)


@pytest.fixture
def remittance(schedule):
    return make_return(schedule, [*as_asked(schedule), ("99002", "ZUBAIRU Quartey", "12500")])


@pytest.fixture
def read_before(monkeypatch):
    """Files are read before the race, so that all threads meet at the tables and not one by one at the reader."""
    read = {}

    def remember(rows: Sequence[tuple]) -> None:
        data = csv_file(rows)
        read[data] = read_workbook(data, filename="return.csv")

    monkeypatch.setattr("reconciliation.services.returns.read_workbook", lambda data, filename: read[data])
    return remember


def explained(remittance: Remittance) -> None:
    remittance.refresh_from_db()
    told = totals(remittance)
    assert remittance.status == "posted"
    assert told.matched + told.suspense == told.file == told.credit + told.charge
    assert balance_of(account(chart.BANK)) == told.credit
    books_agree()


def test_a_return_posted_by_many_at_once_is_posted_once(remittance, people, treasurer):
    outcomes = at_once(lambda: post_remittance(remittance=remittance, by=treasurer, at=AT, chunk=2))
    assert outcomes == {"done 0": THREADS}
    explained(remittance)
    for member in people:
        assert has(member)["savings"] == member.monthly_savings
    assert Repayment.objects.count() == len(people)
    assert JournalEntry.objects.filter(kind="reconciliation.receipt").count() == 1


def test_one_file_imported_by_many_at_once_is_imported_once(schedule, officer, read_before):
    rows = as_asked(schedule)
    read_before(rows)
    outcomes = at_once(lambda: make_return(schedule, rows, by=officer))
    assert outcomes == {"done 0": 1, "ImportedBefore": THREADS - 1}
    assert Remittance.objects.get().lines.count() == len(rows)


def test_two_files_for_one_month_at_once_and_one_of_them_stands(schedule, officer, read_before):
    rows = as_asked(schedule)
    read_before(rows)
    read_before(rows[:-1])
    outcomes = at_once(
        lambda: make_return(schedule, rows, by=officer), lambda: make_return(schedule, rows[:-1], by=officer)
    )
    assert outcomes["done 0"] + outcomes["done 1"] == 1
    assert set(outcomes) <= {"done 0", "done 1", "ImportedBefore", "ReturnStanding"}
    assert Remittance.objects.count() == 1


def test_one_file_for_two_employers_at_once_stands_for_one(schedule, officer, read_before):
    other = make_employer()
    make_saver(other)
    elsewhere, rows = make_issued(other), as_asked(schedule)
    read_before(rows)
    outcomes = at_once(
        lambda: make_return(schedule, rows, by=officer), lambda: make_return(elsewhere, rows, by=officer)
    )
    assert outcomes["done 0"] + outcomes["done 1"] == 1
    assert outcomes["ImportedBefore"] == THREADS - 1


def test_a_line_confirmed_while_its_return_is_posted_is_credited_or_waits_and_never_both(
    schedule, people, officer, treasurer
):
    rows = [("99001", people[0].name, people[0].monthly_savings), *as_asked(schedule)[1:]]
    remittance = make_return(schedule, rows)
    line = remittance.lines.get(member=people[0])
    assert line.state == "suggested"
    outcomes = at_once(
        lambda: confirm_match(line=line, by=officer, at=AT),
        lambda: post_remittance(remittance=remittance, by=treasurer, at=AT, chunk=2),
    )
    assert outcomes["done 0"] <= 1
    assert outcomes["done 1"] == THREADS // 2
    assert outcomes["IllegalTransition"] == THREADS // 2 - outcomes["done 0"]
    explained(remittance)
    line.refresh_from_db()
    assert line.state == ("posted" if outcomes["done 0"] else "suspense")
    assert SuspenseItem.objects.count() == (0 if outcomes["done 0"] else 1)


def test_two_lines_confirmed_for_one_member_at_once_and_one_of_them_is_his(schedule, people, officer):
    remittance = make_return(
        schedule, [("99001", "ZUBAIRU Quartey", "10000"), ("99003", "PEPPLE Xerxes", "9000"), row_of(people[1], "9")]
    )
    one, two = remittance.lines.filter(state="unmatched").order_by("position")
    outcomes = at_once(
        lambda: confirm_match(line=one, member=people[0], by=officer, at=AT),
        lambda: confirm_match(line=two, member=people[0], by=officer, at=AT),
    )
    assert outcomes["done 0"] + outcomes["done 1"] == 1
    assert set(outcomes) <= {"done 0", "done 1", "MemberHasALine", "IllegalTransition"}
    assert remittance.lines.filter(member=people[0], state="matched").count() == 1


def test_confirming_rejecting_and_taking_the_sure_ones_at_once_leaves_one_answer(schedule, people, officer):
    remittance = make_return(schedule, [("99001", people[0].name, people[0].monthly_savings)])
    line = remittance.lines.get()
    type(line).objects.filter(pk=line.pk).update(confidence=95)
    outcomes = at_once(
        lambda: confirm_match(line=line, by=officer, at=AT),
        lambda: confirm_sure_matches(remittance=remittance, seen=[line.pk], by=officer, at=AT),
        lambda: reject_match(line=line, by=officer, at=AT),
    )
    assert set(outcomes) <= {
        "done 0", "done 1", "done 2", "IllegalTransition", "SuggestionsChanged", "StillDeciding",
    }  # fmt: skip
    line.refresh_from_db()
    assert (line.state, line.member) in (("matched", people[0]), ("unmatched", None))


def test_a_return_is_taken_back_or_posted_and_never_both(remittance, officer, treasurer):
    outcomes = at_once(
        lambda: drop_return(remittance=remittance, by=officer, at=AT),
        lambda: post_remittance(remittance=remittance, by=treasurer, at=AT),
    )
    assert (outcomes["done 0"] == 1) != (outcomes["done 1"] > 0)
    assert set(outcomes) <= {"done 0", "done 1", "IllegalTransition"}
    remittance.refresh_from_db()
    if remittance.status == "posted":
        explained(remittance)
    else:
        assert not JournalEntry.objects.filter(kind="reconciliation.receipt").exists()


def test_returns_whose_members_stand_for_one_another_are_posted_side_by_side(officer, treasurer):
    """Closing a loan frees a guarantor who is with the other employer: their accounts are locked in one order."""
    one, two = make_employer(), make_employer()
    mine = [make_saver(one, savings="10000", balance="40000") for _ in range(8)]
    theirs = [make_saver(two, savings="11000", balance="40000") for _ in range(8)]
    for ours, others in ((mine, theirs), (theirs, mine)):
        for member, guarantor in zip(ours, reversed(others), strict=True):
            make_loan(member, balance="9000", months_left=1, guarantors=[guarantor])
    returns = [make_return(make_issued(employer)) for employer in (one, two)]
    outcomes = at_once(
        *[lambda r=r: post_remittance(remittance=r, by=treasurer, at=AT, chunk=3) for r in returns], threads=16
    )
    assert outcomes == {"done 0": 8, "done 1": 8}
    books_agree()
    assert {member.loans.get().status for member in mine + theirs} == {"closed"}


def test_a_loan_paid_at_the_counter_while_the_return_is_posted_is_paid_once_by_each(
    schedule, remittance, people, officer, treasurer
):
    loan = people[0].loans.get()
    outcomes = at_once(
        lambda: post_remittance(remittance=remittance, by=treasurer, at=AT, chunk=1),
        lambda: record_receipt(
            loan=loan, amount=Decimal("10000"), into="cash", reference="7", by=officer, on=TODAY, at=AT
        ),
    )
    assert outcomes == {"done 0": THREADS // 2, "done 1": THREADS // 2}
    assert sorted(Repayment.objects.filter(loan=loan).values_list("channel", flat=True)) == ["counter", "payroll"]
    explained(remittance)


def test_a_suspense_item_cleared_by_many_at_once_is_credited_once(remittance, people, officer, treasurer):
    post_remittance(remittance=remittance, by=treasurer, at=AT)
    item = SuspenseItem.objects.get()
    propose_owner(item=item, member=people[0], by=officer, at=AT)
    outcomes = at_once(lambda: clear_suspense(item=item, member=people[0], by=treasurer, at=AT))
    assert outcomes == {"done 0": 1, "IllegalTransition": THREADS - 1}
    assert has(people[0])["voluntary"] == Decimal("12500.00")
    books_agree()


def test_two_items_of_one_member_cleared_at_once_pay_his_month_once(schedule, people, officer, treasurer):
    asked = dict(schedule.lines.values_list("member_id", "total"))[people[0].pk]
    make_posted(schedule, [("99001", "ZUBAIRU Quartey", asked), ("99003", "PEPPLE Xerxes", asked)])
    one, two = SuspenseItem.objects.order_by("pk")
    for item in (one, two):
        propose_owner(item=item, member=people[0], by=officer, at=AT)
    outcomes = at_once(
        lambda: clear_suspense(item=one, member=people[0], by=treasurer, at=AT),
        lambda: clear_suspense(item=two, member=people[0], by=treasurer, at=AT),
    )
    assert outcomes == {"done 0": 1, "done 1": 1, "IllegalTransition": THREADS - 2}
    assert has(people[0]) == {"savings": people[0].monthly_savings, "christmas": Decimal(0), "voluntary": asked}
    books_agree()


def test_a_draft_issued_by_many_at_once_is_issued_once(people, employer, officer, treasurer):
    draft = prepare_schedule(employer=employer, month=OCTOBER, by=officer, at=AT)
    outcomes = at_once(lambda: issue_schedule(schedule=draft, by=treasurer, at=AT))
    assert outcomes == {"done 0": 1, "IllegalTransition": THREADS - 1}
    assert DeductionSchedule.objects.get().number == "DS/2026/0001"


def test_a_new_version_and_a_return_for_the_old_one_at_once_and_one_of_them_wins(
    schedule, employer, people, officer, treasurer, read_before
):
    draft = prepare_schedule(employer=employer, month=OCTOBER, by=officer, at=AT)
    rows = as_asked(schedule)
    read_before(rows)
    outcomes = at_once(
        lambda: issue_schedule(schedule=draft, by=treasurer, at=AT),
        lambda: make_return(schedule, rows, by=officer),
    )
    assert outcomes["done 0"] + outcomes["done 1"] == 1
    schedule.refresh_from_db()
    assert (schedule.status == "issued") == Remittance.objects.exists()


def test_many_drafts_at_once_leave_one_that_stands(people, employer, officer):
    outcomes = at_once(
        lambda: prepare_schedule(employer=employer, month=OCTOBER, by=officer, at=AT), threads=16
    )  # fmt: skip
    assert outcomes == {"done 0": 16}
    statuses: Sequence = list(DeductionSchedule.objects.order_by("version").values_list("status", flat=True))
    assert statuses == ["replaced"] * 15 + ["draft"]
