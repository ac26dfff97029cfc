from datetime import date
from decimal import Decimal

import pytest
from django.utils.timezone import now

from ledger import chart
from ledger.checks import INVARIANTS
from ledger.entries import Draft, Line, credit, debit, without_zeros
from ledger.errors import AlreadyReversed, BelowFloor, HoldReleased, NotEnoughFree, ReferenceReused, UnbalancedEntry
from ledger.models import AccountBalance, Hold, HoldPurpose, JournalEntry, JournalLine
from ledger.selectors import balance_of, control_totals, statement, trial_balance
from ledger.services import (
    account,
    lock_accounts,
    place_hold,
    post_entries,
    post_entry,
    release_hold,
    reverse_entries,
    reverse_entry,
)
from ledger.tests.factories import OCTOBER, deposit, savings_account

pytestmark = pytest.mark.django_db


def test_an_entry_moves_both_accounts(constraints_now):
    saver = savings_account("5000")
    constraints_now()
    assert balance_of(saver) == Decimal("5000.00")
    assert balance_of(account(chart.BANK)) == Decimal("5000.00")
    assert balance_of(account(chart.SAVINGS)) == Decimal("5000.00")
    assert control_totals()[chart.SAVINGS] == Decimal("5000.00")


def test_an_entry_that_does_not_balance_is_refused_before_the_database_sees_it():
    saver = savings_account()
    with pytest.raises(UnbalancedEntry, match=r"debits 10\.00, credits 9\.00"):
        post_entry(
            reference="x", kind="test", narration="", on=OCTOBER, by=None,
            lines=[debit(account(chart.BANK).pk, Decimal("10.00")), credit(saver.pk, Decimal("9.00"))],
        )  # fmt: skip
    assert not JournalEntry.objects.filter(reference="x").exists()


@pytest.mark.parametrize("line", [Line(1), Line(1, Decimal(1), Decimal(1)), Line(1, Decimal(-1))])
def test_a_line_has_one_side_above_nil(line):
    with pytest.raises(UnbalancedEntry):
        Draft("x", "test", "", OCTOBER, (line, line)).check()


def test_the_same_reference_with_the_same_lines_is_the_same_entry():
    saver = savings_account()
    first = deposit(saver, "100", reference="receipt/1")
    again = deposit(saver, "100", reference="receipt/1")
    assert first.pk == again.pk
    assert balance_of(saver) == Decimal("100.00")


@pytest.mark.parametrize(("amount", "on"), [("100.01", OCTOBER), ("100", date(2026, 10, 25))])
def test_the_same_reference_with_other_figures_is_refused(amount, on):
    saver = savings_account()
    deposit(saver, "100", reference="receipt/1")
    with pytest.raises(ReferenceReused):
        deposit(saver, amount, on=on, reference="receipt/1")
    assert balance_of(saver) == Decimal("100.00")


def test_a_chunk_that_was_half_posted_goes_on_where_it_stopped():
    saver = savings_account()
    bank = account(chart.BANK).pk
    drafts = [
        Draft(f"line/{n}", "test", "", OCTOBER, (debit(bank, Decimal(n)), credit(saver.pk, Decimal(n))))
        for n in range(1, 6)
    ]
    before = post_entries(drafts=drafts[:2], by=None)
    after = post_entries(drafts=drafts, by=None)
    assert before.items() <= after.items()
    assert len(after) == 5
    assert balance_of(saver) == Decimal("15.00")


def test_nobody_draws_below_the_floor_of_his_account():
    saver = savings_account("100")
    with pytest.raises(BelowFloor, match="not enough"):
        draw(saver, "100.01")
    assert balance_of(saver) == Decimal("100.00")


def test_nobody_draws_what_is_held_and_everybody_what_is_free():
    saver = savings_account("100")
    hold(saver, "60")
    with pytest.raises(BelowFloor, match="held"):
        draw(saver, "40.01")
    draw(saver, "40.00")
    assert balance_of(saver) == Decimal("60.00")


def test_no_more_is_held_than_stands_on_the_account():
    saver = savings_account("100")
    hold(saver, "60")
    with pytest.raises(NotEnoughFree):
        hold(saver, "40.01")
    hold(saver, "40")
    assert AccountBalance.objects.get(account=saver).free == 0


def test_a_hold_is_released_once():
    saver = savings_account("100")
    held = hold(saver, "60")
    release_hold(hold=held, by=None, at=now())
    assert AccountBalance.objects.get(account=saver).held == 0
    with pytest.raises(HoldReleased):
        release_hold(hold=held, by=None, at=now())
    assert AccountBalance.objects.get(account=saver).held == 0


def test_a_reversal_mirrors_the_entry_and_happens_once(constraints_now):
    saver = savings_account()
    entry = deposit(saver, "250.10")
    mirror = reverse_entry(entry=entry, reference="undo/1", reason="typed twice", on=OCTOBER, by=None)
    constraints_now()
    assert balance_of(saver) == 0
    assert mirror.reverses == entry
    assert JournalLine.objects.get(entry=mirror, account=saver).debit == Decimal("250.10")
    with pytest.raises(AlreadyReversed):
        reverse_entry(entry=entry, reference="undo/2", reason="again", on=OCTOBER, by=None)
    with pytest.raises(AlreadyReversed):
        reverse_entry(entry=JournalEntry.objects.get(pk=mirror.pk), reference="undo/3", reason="", on=OCTOBER, by=None)


def test_many_entries_are_reversed_in_one_go(constraints_now):
    saver = savings_account()
    entries = [deposit(saver, n) for n in ("1", "2", "3")]
    assert reverse_entries(entries=entries, prefix="undo/", reason="wrong file", on=OCTOBER, by=None) == 3
    constraints_now()
    assert balance_of(saver) == 0
    assert JournalEntry.objects.filter(reverses__in=entries).count() == 3


def test_a_statement_shows_the_newest_lines_with_the_balance_after_each():
    saver = savings_account()
    for day in range(1, 11):
        deposit(saver, day, on=date(2026, 9, day))
    deposit(saver, "1000", on=date(2026, 8, 1))  # entered late, counts first
    page = statement(saver, limit=4)
    assert [(line.effective_on.day, line.change, line.balance) for line in page] == [
        (10, 10, 1055), (9, 9, 1045), (8, 8, 1036), (7, 7, 1028),
    ]  # fmt: skip
    older = statement(saver, limit=25, before=page[-1])
    assert older[0].balance == 1021
    assert (older[-1].effective_on, older[-1].balance) == (date(2026, 8, 1), 1000)
    assert len(page) + len(older) == 11


def test_a_balance_as_of_a_day_counts_what_was_effective_then():
    saver = savings_account()
    deposit(saver, "10", on=date(2026, 9, 1))
    deposit(saver, "5", on=date(2026, 10, 1))
    assert balance_of(saver, as_of=date(2026, 9, 30)) == 10
    assert balance_of(account(chart.SAVINGS), as_of=date(2026, 9, 30)) == 10
    assert balance_of(account(chart.BANK), as_of=date(2026, 10, 1)) == 15


def test_the_trial_balance_has_equal_columns():
    deposit(savings_account(), "10", on=date(2026, 9, 1))
    deposit(savings_account(code=chart.SHARES), "7", on=date(2026, 9, 1))
    rows = {row.code: (row.debit, row.credit) for row in trial_balance(as_of=date(2026, 9, 30))}
    assert rows == {chart.BANK: (17, 0), chart.SAVINGS: (0, 10), chart.SHARES: (0, 7)}


def test_locked_accounts_are_told_as_they_stand_now():
    saver = savings_account("100")
    hold(saver, "30")
    locked = lock_accounts(ids=[saver.pk])
    assert (locked[saver.pk].balance, locked[saver.pk].free) == (100, 70)


def test_lines_of_nothing_are_left_out():
    assert without_zeros([debit(1, Decimal(0)), debit(1, Decimal(2))]) == (debit(1, Decimal(2)),)


def test_the_ledger_checks_find_nothing_in_clean_books(constraints_now):
    saver = savings_account("100")
    hold(saver, "60")
    reverse_entry(entry=deposit(saver, "5"), reference="undo", reason="", on=OCTOBER, by=None)
    constraints_now()
    for invariant in INVARIANTS:
        found = invariant.run()
        assert (invariant.code, found.broken) == (invariant.code, ())
    assert {i.code: i.run().counted for i in INVARIANTS}["I01"] == 3


def draw(saver, amount):
    return post_entry(
        reference=f"draw/{amount}", kind="test", narration="", on=OCTOBER, by=None,
        lines=[debit(saver.pk, Decimal(amount)), credit(account(chart.BANK).pk, Decimal(amount))],
    )  # fmt: skip


def hold(saver, amount) -> Hold:
    return place_hold(
        account_id=saver.pk, amount=Decimal(amount), purpose=HoldPurpose.GUARANTEE,
        reference=f"hold/{saver.pk}/{amount}", by=None, at=now(),
    )  # fmt: skip
