"""A member's statement: what he had, what happened, what is left, and a code that proves the paper."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from ledger.models import JournalEntry
from ledger.services import reverse_entry
from ledger.tests.factories import deposit
from loans.tests.factories import make_member, make_running_loan
from reports.statements import agrees, statement_of, told
from users.testing import make_user, sign_in

TODAY = date(2026, 10, 26)
JANUARY = date(2026, 1, 1)
MOST_QUERIES = 10

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october(monkeypatch):
    monkeypatch.setattr("reports.views.business_date", lambda: TODAY)


@pytest.fixture
def member():
    """A member who paid 1,000 in in August, 2,000 in September and 500 today."""
    member = make_member(surname="OKONKWO", other_names="Adaeze")
    deposit(member.savings_account, "1000", on=date(2026, 8, 28))
    deposit(member.savings_account, "2000", on=date(2026, 9, 28))
    deposit(member.savings_account, "500", on=TODAY)
    return member


def savings_of(member, first, last):
    return next(
        account for account in statement_of(member, first=first, last=last).accounts if account.key == "savings"
    )


def test_a_statement_begins_with_what_was_there_and_ends_with_what_is(member):
    found = savings_of(member, date(2026, 9, 1), date(2026, 9, 30))
    assert (found.opening, found.closing) == (1000, 3000)
    assert [(line.on.day, line.paid_in, line.paid_out, line.balance) for line in found.lines] == [
        (28, 2000, None, 3000)
    ]
    assert found.total.paid_in == 2000
    assert found.opening + found.total.paid_in - found.total.paid_out == found.closing


@pytest.mark.parametrize(
    ("first", "last", "opening", "closing", "lines"),
    [
        ("2026-01-01", "2026-10-26", 0, 3500, 3),
        ("2026-08-28", "2026-09-28", 0, 3000, 2),
        ("2026-08-29", "2026-09-27", 1000, 1000, 0),
        ("2026-10-26", "2026-10-26", 3000, 3500, 1),
        ("2027-01-01", "2027-12-31", 3500, 3500, 0),
        ("2020-01-01", "2020-12-31", 0, 0, 0),
    ],
)
def test_the_days_at_both_ends_belong_to_it(member, first, last, opening, closing, lines):
    found = savings_of(member, date.fromisoformat(first), date.fromisoformat(last))
    assert (found.opening, found.closing, len(found.lines)) == (opening, closing, lines)


def test_every_line_carries_the_balance_on_from_the_one_before(member):
    found = savings_of(member, JANUARY, TODAY)
    balance = found.opening
    for line in found.lines:
        balance += (line.paid_in or 0) - (line.paid_out or 0)
        assert line.balance == balance
    assert balance == found.closing


def test_what_one_owes_is_told_beside_what_one_has(member):
    loan = make_running_loan(member=member, principal="90000", owed="80000")
    found = statement_of(member, first=JANUARY, last=TODAY)
    debt = next(account for account in found.accounts if account.is_loan)
    assert (debt.key, debt.closing, debt.total.paid_out) == (loan.serial, 80000, 80000)
    assert ("shares", "Shares") not in found.choices  # nothing stands there and nothing happened
    assert [account.key for account in statement_of(member, first=JANUARY, last=TODAY, only=loan.serial).accounts] == [
        loan.serial
    ]


def test_a_mistake_that_was_put_right_shows_both_entries(member):
    wrong = JournalEntry.objects.get(effective_on=TODAY)
    reverse_entry(entry=wrong, reference="t/back", reason="Wrong member", on=TODAY, by=None)
    found = savings_of(member, JANUARY, TODAY)
    assert (found.closing, len(found.lines)) == (3000, 4)
    assert "Reversal: Wrong member" in found.lines[-1].narration


def test_a_line_does_not_say_the_same_thing_twice():
    assert told("Savings", "Balance brought in") == "Savings: Balance brought in"
    assert told("balance taken over", "LH/2026/001: Balance taken over") == "LH/2026/001: Balance taken over"
    assert told("", "Paid in") == "Paid in"


# The code -------------------------------------------------------------------------------------------------------------


def test_the_code_proves_the_figures(member):
    code = statement_of(member, first=JANUARY, last=TODAY).code
    assert len(code.replace(" ", "")) == 12
    assert agrees(member, first=JANUARY, last=TODAY, code=code.lower().replace(" ", "-"))
    assert not agrees(member, first=JANUARY, last=date(2026, 10, 25), code=code)
    assert not agrees(make_member(), first=JANUARY, last=TODAY, code=code)
    deposit(member.savings_account, "1", on=date(2026, 2, 1))
    assert not agrees(member, first=JANUARY, last=TODAY, code=code)


def test_the_code_is_the_same_whichever_account_is_shown(member):
    assert (
        statement_of(member, first=JANUARY, last=TODAY, only="savings").code
        == statement_of(member, first=JANUARY, last=TODAY).code
    )


def test_the_office_checks_a_paper_by_its_code(client, member):
    sign_in(client, make_user(roles=["officer"]))
    code = statement_of(member, first=JANUARY, last=TODAY).code
    asked = {"number": member.number.lower(), "first": "2026-01-01", "last": "2026-10-26", "code": code}
    where = reverse("reports:check_statement")
    assert "says what the books say" in client.get(where, asked).content.decode()
    for wrong in ({"code": "AAAA BBBB CCCC"}, {"last": "2026-10-25"}, {"number": "NOBODY"}):
        assert "The books do not say this" in client.get(where, asked | wrong).content.decode(), wrong
    assert "Enter the code on the paper" in client.get(where, asked | {"code": ""}).content.decode()


# The page -------------------------------------------------------------------------------------------------------------


def test_a_member_reads_his_own_statement_of_this_year(client, member):
    sign_in(client, member.user)
    text = client.get(reverse("reports:statement")).content.decode()
    assert "Thu 1 Jan 2026 to Mon 26 Oct 2026" in text
    assert "₦3,500.00" in text
    assert 'value="2026-01-01"' in text
    assert statement_of(member, first=JANUARY, last=TODAY).code in text


def test_days_are_asked_for_in_the_address(client, member):
    sign_in(client, member.user)
    text = client.get(reverse("reports:statement"), {"from": "2026-09-01", "to": "2026-09-30"}).content.decode()
    assert "₦2,000.00" in text
    assert "₦500.00" not in text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "2026-10-02", "to": "2026-10-01"}, "Choose a last day that is not before the first."),
        ({"from": "last week", "to": "2026-10-01"}, "Choose a day, like 26 October 2026."),
        ({"account": "somebody-else"}, "Choose one of the accounts."),
    ],
)
def test_what_cannot_be_read_is_said_and_the_page_still_shows_this_year(client, member, asked, words):
    sign_in(client, member.user)
    answer = client.get(reverse("reports:statement"), asked)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert words in answer.content.decode()


def test_the_office_reads_a_members_statement_and_a_member_reads_no_others(client, member):
    where = reverse("reports:member_statement", args=[member.pk])
    sign_in(client, make_user(roles=["secretary"]))
    assert "Statement of OKONKWO Adaeze" in client.get(where).content.decode()
    sign_in(client, make_member().user)
    assert client.get(where).status_code == 403


def test_it_comes_as_a_workbook_with_the_same_figures(client, member):
    sign_in(client, member.user)
    answer = client.get(reverse("reports:statement"), {"format": "xlsx"})
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    page = load_workbook(io.BytesIO(answer.content))["Savings"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert [row[4] for row in rows if row[1] in ("Balance brought forward", "At the end")] == [0, 3500]


@pytest.mark.parametrize("times", [1, 40])
def test_it_takes_ten_queries_at_most_however_much_happened(client, member, times, django_assert_max_num_queries):
    for _ in range(times):
        deposit(member.savings_account, Decimal("10"), on=date(2026, 5, 1))
        make_running_loan(member=member) if times < 5 else None
    sign_in(client, member.user)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse("reports:statement"))
    sign_in(client, make_user(roles=["officer"]))
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse("reports:member_statement", args=[member.pk]))
