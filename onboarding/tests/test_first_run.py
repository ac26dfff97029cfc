"""A society that has no workbook: set up on two pages, until its first member comes."""

import html
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from core.models import Society
from core.testing import refusal_of
from ledger import chart
from ledger.models import Account, JournalEntry
from ledger.selectors import balance_of
from loans.models import LendingPolicy, LoanProduct
from loans.standard import STANDARD_PRODUCTS
from members.models import Employer
from members.services import NewMember, admit_member
from onboarding.errors import BooksAlreadyIn, EmployerTaken, MembersExist, MoneyOpened
from onboarding.services.first_run import NewEmployer, open_money, set_up_society
from onboarding.tests.standing import AT, ON, broken
from users.testing import make_user, sign_in

SAID = {
    "name": "Delta Teachers' Cooperative Society", "short_name": "Delta Teachers", "office_phone": "0803 111 2222",
    "email": "office@delta.example", "member_number_prefix": "dtcs", "loan_serial_prefix": "LN",
    "name_1": "Delta State Schools Board", "code_1": "dsb", "pay_day_1": "25",
}  # fmt: skip
MONEY = {"bank": "1,250,000", "cash": "15k", "whose": "surplus", "reason": "Bank statement and cash count"}
SET_UP = reverse("onboarding:first_run")
OPEN = reverse("onboarding:opening_money")


def _client(*roles: str) -> Client:
    client = Client()
    sign_in(client, make_user(roles=list(roles)))
    return client


def _text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _a_member(by):
    employer, _ = Employer.objects.get_or_create(code="X", defaults={"name": "Somebody"})
    return admit_member(row=NewMember("X/1", "OJO", "Emeka", employer, ON), by=by, at=AT)


@pytest.mark.parametrize("role", ["officer", "treasurer", "secretary", "admin"])
def test_a_society_is_set_up_with_its_employers_and_standard_loans(db, role):
    answer = _client(role).post(SET_UP, SAID)
    assert answer["Location"] == (OPEN if role == "treasurer" else reverse("onboarding:imports"))
    society = Society.objects.get()
    assert (society.name, society.member_number_prefix) == (SAID["name"], "DTCS")
    assert list(Employer.objects.values_list("code", "name", "pay_day")) == [("DSB", SAID["name_1"], 25)]
    assert LoanProduct.objects.filter(is_open=True).count() == len(STANDARD_PRODUCTS) and LendingPolicy.objects.exists()
    assert Event.objects.filter(verb="onboarding.society.set_up").exists()


@pytest.mark.parametrize("role", ["member", "chair", "committee", "auditor"])
def test_others_do_not_set_a_society_up(db, role):
    assert _client(role).get(SET_UP).status_code == 403
    assert _client(role).post(SET_UP, SAID).status_code == 403
    assert not Society.objects.exists()


def test_it_can_be_changed_until_the_first_member_comes_and_not_after(db):
    client = _client("officer")
    client.post(SET_UP, SAID)
    page = client.get(SET_UP).content.decode()
    for words in (*html.escape(SAID["name"]).split(), "DTCS", SAID["name_1"], "DSB", 'value="25"'):
        assert words in page, words
    client.post(SET_UP, SAID | {"short_name": "Delta Coop", "pay_day_1": "27"})
    assert (Society.objects.get().short_name, Employer.objects.get().pay_day) == ("Delta Coop", 27)
    _a_member(make_user(roles=["officer"]))
    assert "has members already" in _text(client.get(SET_UP))
    assert "has members already" in _text(client.post(SET_UP, SAID | {"short_name": "Other"}))
    assert Society.objects.get().short_name == "Delta Coop"


def test_the_list_of_imports_leads_there_while_the_register_is_empty(db):
    client = _client("officer")
    assert SET_UP in client.get(reverse("onboarding:imports")).content.decode()
    _a_member(make_user(roles=["officer"]))
    assert SET_UP not in client.get(reverse("onboarding:imports")).content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "Enter the name as it stands on the certificate"),
        ({"member_number_prefix": "A/B"}, "Use letters and figures only"),
        ({"loan_serial_prefix": ""}, "Enter the letters, like LH."),
        ({"name_1": "", "code_1": "", "pay_day_1": ""}, "Enter at least one employer."),
        ({"code_1": ""}, "Give this employer a short code"),
        ({"pay_day_1": ""}, "Enter the day of the month on which it pays"),
        ({"pay_day_1": "32"}, "Enter a day from 1 to 31."),
        ({"name_2": "Another", "code_2": "DSB", "pay_day_2": "1"}, "Give each employer a code of its own."),
        ({"email": "office"}, "Enter an e-mail address like"),
    ],
)
def test_what_is_missing_or_cannot_be_is_told(db, changes, told):
    answer = _client("officer").post(SET_UP, SAID | changes)
    assert answer.status_code == 200 and told in _text(answer)
    assert not Society.objects.exists() and not Employer.objects.exists()


def test_an_employer_that_is_there_under_another_code_or_name_is_told_at_its_field(db):
    client = _client("officer")
    Employer.objects.create(code="SB", name="Delta State Schools Board")
    answer = client.post(SET_UP, SAID)
    assert "is there already, under another code." in _text(answer) and 'href="#id_name_1"' in answer.content.decode()
    Employer.objects.create(code="DSB", name="Delta Sugar Board")
    assert "The code DSB belongs to Delta Sugar Board." in _text(client.post(SET_UP, SAID | {"name_1": "A Third"}))
    assert not Society.objects.exists()


def test_bank_and_cash_open_with_one_entry_by_the_treasurer(db):
    client = _client("treasurer")
    answer = client.post(OPEN, MONEY, follow=True)
    assert "₦1,265,000.00 stands in the books." in _text(answer)
    for code, amount in ((chart.BANK, 1_250_000), (chart.CASH, 15_000), (chart.UNDISTRIBUTED_SURPLUS, 1_265_000)):
        assert balance_of(Account.objects.get(code=code)) == amount
    entry = JournalEntry.objects.get()
    assert entry.narration.endswith("Bank statement and cash count") and broken() == []


def test_money_that_nobody_can_explain_waits_on_the_opening_differences(db):
    _client("treasurer").post(OPEN, MONEY | {"whose": "difference", "cash": "0"})
    assert balance_of(Account.objects.get(code=chart.OPENING_DIFFERENCE)) == 1_250_000


@pytest.mark.parametrize("role", ["officer", "secretary", "admin", "chair", "auditor", "member"])
def test_nobody_but_the_treasurer_opens_money(db, role):
    assert _client(role).post(OPEN, MONEY).status_code == 403
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bank": "0", "cash": "0"}, "Enter an amount."), ({"whose": ""}, "Choose whose money it is."),
        ({"reason": ""}, "Write where these figures come from."), ({"bank": "-5"}, "not below zero"),
    ],
)  # fmt: skip
def test_what_is_missing_of_the_money_is_told(db, changes, told):
    assert told in _text(_client("treasurer").post(OPEN, MONEY | changes))
    assert not JournalEntry.objects.exists()


def _open(by) -> JournalEntry:
    return open_money(bank=Decimal(5), cash=Decimal(5), is_surplus=True, reason="Count", by=by, on=ON, at=AT)


def test_money_is_opened_once_and_not_beside_a_workbook_or_members(desk, cast, small):
    _open(cast.treasurer)
    with pytest.raises(MoneyOpened):
        _open(cast.treasurer)
    assert JournalEntry.objects.count() == 1
    posted = desk.post(small)
    with pytest.raises(MembersExist):
        _open(cast.treasurer)
    desk.undo(posted)
    with pytest.raises(MembersExist):  # members of an undone import stay in the register's table
        _open(cast.treasurer)


def test_money_is_not_opened_beside_books_that_have_no_members(cast, desk, small):
    brought = desk.propose(small)
    posting = "UPDATE onboarding_bookimport SET status = 'posted', approved_by_id = %s, approved_at = now()"
    assert refusal_of(posting, [cast.treasurer.pk]) is None
    assert brought.pk
    with pytest.raises(BooksAlreadyIn):
        _open(cast.treasurer)


def test_the_service_refuses_what_the_page_would_not_send(cast):
    told = {
        "name": "A", "short_name": "A", "office_phone": "", "email": "", "member_number_prefix": "A",
        "loan_serial_prefix": "LH", "by": cast.officer, "at": AT,
    }  # fmt: skip
    Employer.objects.create(code="DSB", name="Delta Sugar Board")
    with pytest.raises(EmployerTaken):
        set_up_society(**told, employers=[NewEmployer("DSB", "Another", 5)])
    assert not Society.objects.exists()
    _a_member(cast.officer)
    with pytest.raises(MembersExist):
        set_up_society(**told, employers=[])
