"""The trial balance and what stands behind each of its figures, down to the entry."""

import io
import json
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from core.checks import Finding
from ledger import chart
from ledger.entries import credit, debit
from ledger.models import Account, JournalEntry
from ledger.services import account, post_entry, reverse_entry
from ledger.tests.factories import deposit
from loans.tests.factories import make_member
from reports import books, invariants
from reports.invariants import verify
from users.selectors import person
from users.testing import make_user, sign_in

TODAY = date(2026, 10, 26)
MOST_QUERIES = 10


@pytest.fixture(autouse=True)
def october(monkeypatch):
    monkeypatch.setattr("reports.views.business_date", lambda: TODAY)


@pytest.fixture
def treasurer(db, client):
    return sign_in(client, make_user(roles=["treasurer"]))


@pytest.fixture
def saver(db):
    """A member with 1,000 of August and 500 of today."""
    member = make_member(surname="OKONKWO", other_names="Adaeze")
    deposit(member.savings_account, "1000", on=date(2026, 8, 28))
    deposit(member.savings_account, "500", on=TODAY)
    return member


def text_of(client, name, *args, **asked):
    answer = client.get(reverse(f"reports:{name}", args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


# The trial balance ----------------------------------------------------------------------------------------------------


def test_both_sides_are_equal_and_members_stand_in_their_control(saver):
    found = books.trial_balance_on(TODAY)
    assert {line.code: (line.debit, line.credit) for line in found.lines} == {
        chart.BANK: (1500, 0), chart.SAVINGS: (0, 1500),
    }  # fmt: skip
    assert found.is_equal
    assert found.total.debit == 1500


def test_it_is_asked_for_any_day(client, treasurer, saver):
    text = text_of(client, "trial_balance", as_of="2026-09-30")
    assert "₦1,000.00" in text
    assert "₦1,500.00" not in text
    assert "Nothing is in the books on this day" in text_of(client, "trial_balance", as_of="2020-01-01")
    assert "₦1,500.00" in text_of(client, "trial_balance", as_of="whenever")


def test_it_comes_as_a_workbook_whose_columns_are_equal(client, treasurer, saver):
    answer = client.get(reverse("reports:trial_balance"), {"format": "xlsx"})
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows()]
    assert rows[-1][2:] == [1500, 1500]


# Behind a figure ------------------------------------------------------------------------------------------------------


def test_a_control_account_opens_to_its_accounts_that_add_up_to_it(client, treasurer, saver):
    other = make_member(surname="BELLO", other_names="Musa")
    deposit(other.savings_account, "40", on=TODAY)
    control = account(chart.SAVINGS)
    under = books.with_balances(books.sub_accounts(control), as_of=TODAY)
    assert sum(one.debits_less_credits for one in under) == -1540
    text = text_of(client, "account", control.pk)
    assert "1,540" in text
    assert reverse("reports:account", args=[saver.savings_account_id]) in text
    text = text_of(client, "account", control.pk, q="bello")
    assert "BELLO" in text
    assert "OKONKWO" not in text
    assert "No account found" in text_of(client, "account", control.pk, q="nobody")


def test_an_account_opens_to_its_lines_newest_first_with_the_balance_after_each(client, treasurer, saver):
    shown = books.account_page(saver.savings_account, as_of=TODAY)
    assert [(line.credit, line.debit, line.balance) for line in shown.lines] == [(500, None, 1500), (1000, None, 1000)]
    bank = books.account_page(account(chart.BANK), as_of=TODAY)
    assert [(line.debit, line.balance) for line in bank.lines] == [(500, 1500), (1000, 1000)]
    earlier = books.account_page(saver.savings_account, as_of=date(2026, 9, 30))
    assert [line.balance for line in earlier.lines] == [1000]
    assert "Nothing on this account" in text_of(client, "account", saver.shares_account_id)


def test_older_lines_go_on_where_the_page_ended(client, treasurer, saver):
    for day in range(1, 31):
        deposit(saver.savings_account, day, on=date(2026, 7, day))
    first = books.account_page(saver.savings_account, as_of=TODAY)
    assert len(first.lines) == books.PAGE
    text = text_of(client, "account", saver.savings_account_id)
    assert f"before={first.next}" in text
    before = saver.savings_account.lines.get(pk=first.next)
    second = books.account_page(saver.savings_account, as_of=TODAY, before=before)
    assert second.next is None
    every = [*first.lines, *second.lines]
    assert len({line.line_id for line in every}) == 32
    for newer, older in pairwise(every):
        assert newer.balance - newer.credit == older.balance
    assert every[-1].balance == every[-1].credit
    assert "Older lines" not in text_of(client, "account", saver.savings_account_id, before=first.next)


def test_another_accounts_line_is_no_place_to_go_on_from(client, treasurer, saver):
    line = account(chart.BANK).lines.order_by("pk").first()
    assert "1,500" in text_of(client, "account", saver.savings_account_id, before=line.pk)
    assert (
        client.get(reverse("reports:account", args=[saver.savings_account_id]), {"before": "9" * 30}).status_code == 200
    )


# One entry ------------------------------------------------------------------------------------------------------------


def test_an_entry_shows_both_sides_and_what_put_it_right(client, treasurer, saver):
    wrong = JournalEntry.objects.get(effective_on=TODAY)
    right = reverse_entry(entry=wrong, reference="t/back", reason="Wrong member", on=TODAY, by=treasurer)
    text = text_of(client, "entry", wrong.pk)
    assert "Bank" in text
    assert "Was put right by" in text
    assert reverse("reports:entry", args=[right.pk]) in text
    text = text_of(client, "entry", right.pk)
    assert "Puts right" in text
    assert reverse("reports:entry", args=[wrong.pk]) in text


def test_a_member_opens_the_entries_of_his_own_accounts_and_no_others(client, saver):
    own = JournalEntry.objects.get(effective_on=TODAY)
    stranger = make_member()
    sign_in(client, saver.user)
    assert "Paid in" in text_of(client, "entry", own.pk)
    sign_in(client, stranger.user)
    assert client.get(reverse("reports:entry", args=[own.pk])).status_code == 404
    sign_in(client, make_user(roles=["committee"]))
    assert client.get(reverse("reports:entry", args=[own.pk])).status_code == 403


def test_a_member_never_reads_whose_the_other_account_is(client, saver):
    guarantor = make_member(surname="BELLO", other_names="Musa", savings="900")
    both = post_entry(
        reference="t/set-off", kind="test.set_off", narration="Set off", on=TODAY, by=None,
        lines=[debit(guarantor.savings_account_id, Decimal(100)), credit(saver.savings_account_id, Decimal(100))],
    )  # fmt: skip
    sign_in(client, saver.user)
    text = text_of(client, "entry", both.pk)
    assert "BELLO" not in text
    assert "Members" in text
    sign_in(client, make_user(roles=["treasurer"]))
    assert "BELLO" in text_of(client, "entry", both.pk)


# Checking the books ---------------------------------------------------------------------------------------------------


def test_the_rules_are_counted_when_asked_and_not_before(client, treasurer, saver, monkeypatch):
    counted = []
    monkeypatch.setattr("reports.views.verify", lambda: counted.append(1) or verify())
    assert "Every entry balances" not in text_of(client, "check_books")
    assert counted == []
    text = text_of(client, "check_books", count="now")
    assert "Every rule holds." in text
    assert "Every entry balances" in text
    assert counted == [1]


def test_every_room_has_its_rules_and_each_runs(db):
    results = verify()
    assert {result.room for result in results} == set(invariants.ROOMS)
    # Each has a code of its own.
    codes = [result.invariant.code for result in results]
    assert len(set(codes)) == len(codes)
    assert [result.invariant.code for result in results if not result.holds] == []


@pytest.fixture
def a_broken_rule(monkeypatch):
    room = invariants.ROOMS["Ledger"]
    broken = room.INVARIANTS[0].__class__(
        "X01", "Nothing is seven", "SELECT 'seven', 7.50", counted="SELECT count(*) FROM ledger_account"
    )
    monkeypatch.setattr(room, "INVARIANTS", [*room.INVARIANTS, broken])


def test_a_broken_rule_is_named_with_its_difference(client, treasurer, a_broken_rule, capsys):
    text = text_of(client, "check_books", count="now")
    assert "1 rule" in text
    assert "₦7.50" in text
    with pytest.raises(CommandError, match=r"1 of \d+ invariants do not hold: X01"):
        call_command("verify_books")
    out = capsys.readouterr().out
    assert "BROKEN X01" in out
    assert "seven: ₦7.50" in out


def test_the_command_counts_all_as_plain_data(db, capsys):
    call_command("verify_books", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {(row["broken"], Decimal(row["difference"])) for row in told} == {(0, 0)}
    assert Finding(3, (("a", Decimal(-2)), ("b", Decimal("1.5")))).difference == Decimal("3.5")


# Size -----------------------------------------------------------------------------------------------------------------


def pages(saver) -> list[str]:
    bank, savings = Account.objects.get(code=chart.BANK), Account.objects.get(code=chart.SAVINGS)
    entry = JournalEntry.objects.order_by("pk").last()
    return [
        reverse("reports:trial_balance"),
        reverse("reports:account", args=[bank.pk]),
        reverse("reports:account", args=[savings.pk]),
        reverse("reports:account", args=[savings.pk]) + "?q=a",
        reverse("reports:account", args=[saver.savings_account_id]),
        reverse("reports:entry", args=[entry.pk]),
        reverse("reports:check_statement"),
    ]


def test_the_books_pages_take_ten_queries_at_most(client, treasurer, saver, django_assert_max_num_queries):
    for address in pages(saver):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200


@pytest.mark.slow
def test_they_take_no_more_in_a_large_society(practice_society, client, django_assert_max_num_queries):
    sign_in(client, person("treasurer"))
    for address in pages(person("UMCS/0002").member):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200
