"""Thirty-two threads on changes of one loan: one decision wins, and the money moves once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from ledger import chart
from ledger.checks import INVARIANTS as LEDGER
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.models import ChangeKind, LoanChange
from loans.services.servicing import approve_change, ask_change, take_change_back, withdraw_change
from loans.states import ChangeStatus
from loans.tests.factories import AT
from loans.tests.register_cast import make_active, make_officer, make_treasurer
from loans.tests.test_races_guarantees import at_once
from notifications.models import Message

pytestmark = pytest.mark.slow
NOVEMBER, DECEMBER = date(2026, 11, 28), date(2026, 12, 28)


@transaction.atomic
def active(**fields):
    return make_active(amount="200000", **fields)


def ask(loan, kind, terms=None, *, by, resolution="", on=DECEMBER):
    return ask_change(
        loan=loan, kind=kind, effective_on=on, terms=terms or {}, reason="A reason", by=by, at=AT, resolution=resolution
    )


def sound() -> bool:
    return not [one.code for one in [*LEDGER, *INVARIANTS] if one.run().broken]


def statuses() -> list[str]:
    return list(LoanChange.objects.order_by("pk").values_list("status", flat=True))


def test_two_people_approve_one_write_off_and_the_money_leaves_once(fresh_database):
    loan, people = active(), [make_treasurer(), make_treasurer()]
    change = ask(loan, ChangeKind.WRITE_OFF, by=make_officer(), resolution="AGM 2026, no. 7")
    outcome = at_once([lambda who=who: approve_change(change=change, by=who, at=AT) for who in people])
    # The winner's other clicks are told the same again; the other person is told that it was decided.
    assert sorted(outcome.values()) == [16, 16]
    assert outcome["ChangeDecided"] == 16
    assert balance_of(account(chart.ALLOWANCE)) == Decimal(-200000)
    assert JournalEntry.objects.filter(reference__startswith=f"loan/{loan.serial}/written-off/").count() == 1
    assert Message.objects.filter(event__startswith="loans.change.approved", channel="in_app").count() == 1
    assert sound()


def test_an_approval_and_the_request_taken_back_one_of_them_wins(fresh_database):
    loan, officer, treasurer = active(), make_officer(), make_treasurer()
    change = ask(loan, ChangeKind.WAIVER, {"interest": "500"}, by=officer)
    outcome = at_once([
        lambda: approve_change(change=change, by=treasurer, at=AT),
        lambda: withdraw_change(change=change, by=officer, at=AT),
    ])  # fmt: skip
    change.refresh_from_db()
    winner = "action 0" if change.status == ChangeStatus.APPROVED else "action 1"
    assert outcome == {winner: 16, "ChangeDecided": 16}
    assert change.interest_let_off == (500 if change.status == ChangeStatus.APPROVED else 0)
    assert sound()


def test_changes_of_one_loan_are_approved_and_taken_back_at_once_and_each_counts_once(fresh_database):
    loan, officer, treasurer, chair = active(), make_officer(), make_treasurer(), make_treasurer()
    old = approve_change(change=ask(loan, ChangeKind.WAIVER, {"interest": "300"}, by=officer), by=chair, at=AT)
    # Of an earlier day and more than all interest: it leaves nothing for the old one to let off, which is told again.
    waiver = ask(loan, ChangeKind.WAIVER, {"interest": "99999"}, by=officer, on=NOVEMBER)
    holiday = ask(loan, ChangeKind.HOLIDAY, {"months": 2, "why": "employer", "interest_runs": False}, by=officer)
    interest = sum(one.interest for one in loan.installments.live())
    outcome = at_once([
        lambda: approve_change(change=waiver, by=treasurer, at=AT),
        lambda: approve_change(change=holiday, by=chair, at=AT),
        lambda: take_change_back(change=old, reason="A mistake", by=treasurer, on=DECEMBER, at=AT),
        lambda: ask(loan, ChangeKind.RESTRUCTURE, {"months": 24}, by=officer),
    ])  # fmt: skip
    assert outcome == {f"action {place}": 8 for place in range(4)}
    assert statuses() == ["reversed", "approved", "approved", "requested"]
    assert LoanChange.objects.get(pk=waiver.pk).interest_let_off == interest
    assert sum(one.interest_waived for one in loan.installments.live()) == interest
    assert loan.pauses.count() == 1
    assert sound()
