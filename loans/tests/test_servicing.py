from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotAllowed
from ledger import chart
from ledger import checks as ledger_checks
from ledger.models import JournalLine
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.errors import (
    BadChange,
    ChangeDecided,
    ChangeNotStanding,
    ChangeWaits,
    NotYourOwnLoan,
    ReasonNeeded,
    TooManyRestructures,
    WrittenOffSince,
    YourOwnRequest,
)
from loans.models import ChangeKind, Installment, LoanChange, LoanPause, LoanStanding, Repayment
from loans.services.repayments import record_receipt, reverse_repayment
from loans.services.servicing import (
    approve_change,
    ask_change,
    compare_change,
    decline_change,
    take_change_back,
    withdraw_change,
)
from loans.states import ChangeStatus, LoanStatus
from loans.tests.factories import AT, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer, receive
from notifications.models import Message

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 28), date(2026, 12, 28), date(2027, 1, 28)
HOLIDAY = {"months": 2, "interest_runs": True, "why": "maternity"}


def find_breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def ask(loan, kind, on, terms=None, *, by=None, resolution=""):
    return ask_change(
        loan=loan, kind=kind, effective_on=on, terms=terms or {}, reason="Maternity leave", by=by or make_officer(),
        at=AT, resolution=resolution,
    )  # fmt: skip


def change(loan, kind, on, terms=None, **more):
    return approve_change(change=ask(loan, kind, on, terms, **more), by=make_treasurer(), at=AT)


def rows(loan):
    return list(loan.installments.live().order_by("number"))


def decline(**given):
    return decline_change(reason="Not now", **given)


def charge_for_lateness(percent="1"):
    set_rules(penalty_percent=Decimal(percent))


# Money above what is due ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("use", "left"), [("ahead", 9), ("shorter", 8), ("smaller", 11)])
def test_the_payer_chooses_what_becomes_of_money_above_what_is_due(use, left, constraints_now):
    loan = make_active(amount="200000")
    agreed = rows(loan)
    record_receipt(
        loan=loan, amount=Decimal("67769.76"), into="bank", reference=f"USE-{use}", by=make_officer(), on=NOVEMBER,
        at=AT, use=use,
    )  # fmt: skip
    constraints_now()
    now = rows(loan)
    assert len([one for one in now if one.unpaid]) == left
    assert sum(one.principal for one in now) == Decimal(200000)
    repayment = Repayment.objects.get(loan=loan)
    assert repayment.principal == sum(one.principal for one in repayment.allocations.all())
    if use == "ahead":
        assert now == agreed
    else:
        assert repayment.interest == Decimal(2000)
        assert balance_of(loan.account) == Decimal("134230.24")
        assert set(Installment.objects.filter(loan=loan, live=False)) == set(agreed)
    assert find_breaks() == []


# Changes by two people ------------------------------------------------------------------------------------------------


def test_a_holiday_moves_the_tail_and_charges_nothing_for_lateness_meanwhile(constraints_now):
    loan = make_active(amount="200000")
    charge_for_lateness()
    receive(loan, "17769.76", on=NOVEMBER)
    before = [(one.due_on, one.principal) for one in rows(loan)]
    change(loan, ChangeKind.HOLIDAY, date(2026, 12, 1), HOLIDAY)
    constraints_now()
    now = [(one.due_on, one.principal) for one in rows(loan)]
    assert now[0] == before[0]
    assert [principal for _, principal in now] == [principal for _, principal in before]
    assert [due_on for due_on, _ in now[1:3]] == [date(2027, 2, 28), date(2027, 3, 28)]
    pause = LoanPause.objects.get(loan=loan)
    assert (pause.span.lower, pause.why) == (date(2026, 12, 1), "holiday")
    assert Message.objects.filter(user=loan.member.user, event__startswith="loans.change.approved").exists()
    assert find_breaks() == []


def test_a_holiday_entered_late_takes_the_payments_since_with_it():
    loan = make_active(amount="200000")
    receive(loan, "17769.76", on=NOVEMBER)
    later = receive(loan, "17769.76", on=JANUARY)
    change(loan, ChangeKind.HOLIDAY, date(2026, 12, 1), HOLIDAY)
    old = Repayment.objects.get(pk=later.repayment_id)
    again = Repayment.objects.get(loan=loan, received_on=JANUARY, reversed_by_entry__isnull=True)
    assert old.reversed_by_entry.effective_on == again.entry.effective_on == JANUARY
    assert again.interest > old.interest
    assert find_breaks() == []


def test_new_terms_spread_what_is_owed_and_are_given_as_often_as_the_product_says(constraints_now):
    loan = make_active(amount="200000")
    receive(loan, "17769.76", on=NOVEMBER)
    change(loan, ChangeKind.RESTRUCTURE, date(2026, 12, 5), {"months": 24})
    constraints_now()
    ahead = [one for one in rows(loan) if one.unpaid]
    assert len(ahead) == 24
    assert sum(one.principal for one in ahead) == Decimal("184230.24")
    with pytest.raises(TooManyRestructures):
        ask(loan, ChangeKind.RESTRUCTURE, date(2026, 12, 6), {"months": 30})
    assert find_breaks() == []


def test_interest_that_is_waived_is_no_longer_asked():
    loan = make_active(amount="200000")
    change(loan, ChangeKind.WAIVER, NOVEMBER, {"interest": "1500", "penalty": "0"})
    assert rows(loan)[0].interest_waived == Decimal(1500)
    receive(loan, "17769.76", on=NOVEMBER)
    assert Repayment.objects.get(loan=loan).interest == Decimal(2000)
    assert find_breaks() == []


def test_a_loan_is_written_off_by_resolution_against_the_allowance_and_what_comes_later_is_recovered(constraints_now):
    loan = make_active(amount="200000")
    with pytest.raises(BadChange, match="resolution"):
        ask(loan, ChangeKind.WRITE_OFF, DECEMBER)
    written = change(loan, ChangeKind.WRITE_OFF, DECEMBER, resolution="AGM 2026, no. 7")
    loan.refresh_from_db()
    assert loan.status == LoanStatus.WRITTEN_OFF
    assert balance_of(loan.account) == 0
    assert balance_of(account(chart.ALLOWANCE)) == Decimal(-200000)
    receive(loan, "5000", on=JANUARY)
    constraints_now()
    assert balance_of(account(chart.RECOVERIES)) == Decimal(5000)
    assert find_breaks() == []
    take_change_back(change=written, reason="The wrong loan", by=make_treasurer(), on=JANUARY, at=AT)
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    assert balance_of(account(chart.RECOVERIES)) == 0
    assert balance_of(account(chart.ALLOWANCE)) == 0
    assert (
        balance_of(loan.account)
        == Decimal(200000) - Repayment.objects.get(loan=loan, reversed_by_entry__isnull=True).principal
    )
    assert find_breaks() == []


def test_what_was_written_off_stays_what_it_was_until_the_write_off_is_taken_back():
    loan = make_active(amount="200000")
    november = Repayment.objects.get(pk=receive(loan, "17769.76", on=NOVEMBER).repayment_id)
    written = change(loan, ChangeKind.WRITE_OFF, DECEMBER, resolution="AGM 2026, no. 7")
    with pytest.raises(WrittenOffSince, match="Take the write-off back first"):
        reverse_repayment(repayment=november, reason="Not hers", by=make_officer(), on=JANUARY, at=AT)
    with pytest.raises(WrittenOffSince):
        receive(loan, "5000", on=date(2026, 12, 1))
    assert find_breaks() == []
    take_change_back(change=written, reason="Too early", by=make_treasurer(), on=JANUARY, at=AT)
    reverse_repayment(repayment=november, reason="Not hers", by=make_officer(), on=JANUARY, at=AT)
    assert balance_of(loan.account) == Decimal(200000)
    assert find_breaks() == []


def test_a_change_that_is_taken_back_leaves_the_loan_as_if_it_had_never_been():
    loan, other = make_active(amount="200000"), make_active(amount="200000")
    for one in (loan, other):
        receive(one, "17769.76", on=NOVEMBER)
    holiday = change(loan, ChangeKind.HOLIDAY, date(2026, 12, 1), HOLIDAY)
    for one in (loan, other):
        receive(one, "20000", on=JANUARY)
    take_change_back(change=holiday, reason="She did not go", by=make_officer(), on=JANUARY, at=AT)
    assert picture(loan) == picture(other)
    assert not LoanPause.objects.filter(loan=loan).exists()
    with pytest.raises(ChangeNotStanding):
        take_change_back(change=holiday, reason="Again", by=make_officer(), on=JANUARY, at=AT)


def test_who_asks_does_not_decide_and_nobody_changes_his_own_loan():
    loan, officer = make_active(amount="200000"), make_officer()
    asked = ask(loan, ChangeKind.HOLIDAY, DECEMBER, HOLIDAY, by=officer)
    for decide in (approve_change, decline):
        with pytest.raises(YourOwnRequest):
            decide(change=asked, by=officer, at=AT)
        with pytest.raises(NotYourOwnLoan):
            decide(change=asked, by=loan.member.user, at=AT)
    with pytest.raises(NotYourOwnLoan):
        ask(loan, ChangeKind.WAIVER, DECEMBER, {"interest": "1"}, by=loan.member.user)
    with pytest.raises(ChangeWaits):
        ask(loan, ChangeKind.HOLIDAY, DECEMBER, HOLIDAY)
    decline_change(change=asked, reason="Not now", by=make_treasurer(), at=AT)
    for decide in (approve_change, decline):
        with pytest.raises(ChangeDecided):
            decide(change=asked, by=make_treasurer(), at=AT)
    again = ask(loan, ChangeKind.HOLIDAY, DECEMBER, HOLIDAY, by=officer)
    with pytest.raises(NotAllowed):
        withdraw_change(change=again, by=make_officer(), at=AT)
    assert withdraw_change(change=again, by=officer, at=AT).status == ChangeStatus.WITHDRAWN
    assert len([one for one in rows(loan) if one.due_on == DECEMBER]) == 1


@pytest.mark.parametrize(("kind", "terms"), [
    (ChangeKind.HOLIDAY, {}), (ChangeKind.HOLIDAY, {**HOLIDAY, "months": 0}), (ChangeKind.HOLIDAY, {"months": 2}),
    (ChangeKind.RESTRUCTURE, {"months": 999}),
    (ChangeKind.RESTRUCTURE, {"months": 12, "annual_rate_percent": "101"}), (ChangeKind.WAIVER, {"interest": "0"}),
    (ChangeKind.WAIVER, {"interest": "-5"}), (ChangeKind.WAIVER, {"interest": "much"}),
    (ChangeKind.WAIVER, {"interest": "0.001"}),
])  # fmt: skip
def test_terms_that_are_not_those_of_the_kind_are_refused(kind, terms):
    with pytest.raises(BadChange):
        ask(make_active(amount="200000"), kind, DECEMBER, terms)


def test_a_change_needs_a_reason_and_a_day_after_the_loan_began():
    loan = make_active(amount="200000")
    with pytest.raises(BadChange, match="began later"):
        ask(loan, ChangeKind.HOLIDAY, date(2026, 1, 1), HOLIDAY)
    with pytest.raises(ReasonNeeded):
        ask_change(loan=loan, kind=ChangeKind.HOLIDAY, effective_on=DECEMBER, terms=HOLIDAY, reason=" ",
                   by=make_officer(), at=AT)  # fmt: skip


def test_what_a_change_would_do_is_seen_before_it_is_asked_for_and_nothing_is_written():
    loan = make_active(amount="200000")
    before = rows(loan)
    seen = compare_change(loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=date(2026, 11, 30), terms={"months": 24})
    assert (seen.before.left, seen.after.left) == (12, 24)
    assert seen.after.next_instalment < seen.before.next_instalment
    assert seen.after.interest_to_come > seen.before.interest_to_come
    assert rows(loan) == before
    assert not LoanChange.objects.exists()


# The guards -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "UPDATE loans_loanchange SET terms = '{}'", "UPDATE loans_loanchange SET effective_on = '2020-01-01'",
    "UPDATE loans_loanchange SET decided_by_id = asked_by_id", "DELETE FROM loans_loanchange",
    "UPDATE loans_installment SET interest_paid = 1 WHERE NOT live",
    "UPDATE loans_installment SET live = true WHERE NOT live",
    "UPDATE loans_installment SET live = false WHERE live",
])  # fmt: skip
@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
def test_neither_a_decided_change_nor_a_replaced_schedule_is_ever_altered(statement, role, as_role, constraints_now):
    loan = make_active(amount="200000")
    change(loan, ChangeKind.RESTRUCTURE, NOVEMBER, {"months": 24})
    constraints_now()
    refused = r"decided on|history|permission denied|pay back|four_eyes|append-only"
    with as_role(role), pytest.raises(DatabaseError, match=refused), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        constraints_now()


# Any story, in any order ----------------------------------------------------------------------------------------------


def picture(loan):
    """Schedule, penalties, status, and the net per account and effective day; the loan's own account by its part."""
    loan.refresh_from_db()
    standing = LoanStanding.objects.filter(pk=loan.pk).values_list(
        "late_naira_days", "penalty_charged", "penalty_paid", "penalty_waived"
    )
    own = {loan.account_id: "loan", loan.member.voluntary_account_id: "voluntary"}
    net = Counter()
    # A payment of interest alone touches no account of the loan: it and its mirror are found by the repayment.
    lines = JournalLine.objects.filter(
        Q(entry__lines__account=loan.account_id)
        | Q(entry__repayment__loan=loan)
        | Q(entry__reverses__repayment__loan=loan)
    )
    for line in lines.distinct().select_related("entry", "account"):
        name = own.get(line.account_id, line.account.code)
        net[name, line.entry.effective_on] += line.debit - line.credit
    schedule = [
        (one.due_on, one.principal, one.interest, one.principal_paid, one.interest_paid, one.interest_waived, one.kind)
        for one in rows(loan)
    ]
    return loan.status, loan.closed_on, schedule, list(standing), {key: amount for key, amount in net.items() if amount}


DAYS = st.integers(1, 400).map(lambda days: date.fromordinal(date(2026, 11, 1).toordinal() + days))


@st.composite
def stories(draw):
    days = sorted(draw(st.sets(DAYS, min_size=2, max_size=5)))
    events = []
    for on in days:
        kind = draw(st.sampled_from(["paid"] * 4 + ["holiday", "waiver", "restructure"]))
        if kind == "paid":
            events.append(
                (kind, on, draw(st.integers(1000, 30000)), draw(st.sampled_from(["ahead", "shorter", "smaller"])))
            )
        elif kind == "waiver":
            events.append((kind, on, {"interest": str(draw(st.integers(1, 3000))), "penalty": "50"}))
        else:
            events.append(
                (kind, on, {"months": draw(st.integers(1, 4)) * (6 if kind == "restructure" else 1), "why": "illness"})
            )
    return events


@pytest.mark.timeout(300)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories(), order=st.randoms(use_true_random=False))
def test_whatever_the_order_of_entry_the_books_end_as_if_all_had_been_entered_in_order(story, order, constraints_now):
    straight, mixed = make_active(amount="200000"), make_active(amount="200000")
    charge_for_lateness("2")
    set_rules(most_restructures=9)
    for event in story:
        enter(straight, event)
    shuffled = list(story)
    order.shuffle(shuffled)
    for event in shuffled:
        enter(mixed, event)
    constraints_now()
    assert picture(mixed) == picture(straight)


def enter(loan, event):
    kind, on, *facts = event
    if kind == "paid":
        amount, use = facts
        record_receipt(loan=loan, amount=Decimal(amount), into="bank", reference=f"{loan.pk}-{on}",
                       by=make_officer(), on=on, at=AT, use=use)  # fmt: skip
    else:
        change(loan, kind, on, facts[0])


def test_taking_a_payment_back_tells_the_story_without_it_and_gives_penalties_their_due():
    loan, other = make_active(amount="200000"), make_active(amount="200000")
    charge_for_lateness("2")
    receive(other, "9000", on=JANUARY)
    wrong = receive(loan, "17769.76", on=NOVEMBER)
    receive(loan, "9000", on=JANUARY)
    reverse_repayment(repayment=Repayment.objects.get(pk=wrong.repayment_id), reason="Not hers", by=make_officer(),
                      on=NOVEMBER, at=AT)  # fmt: skip
    assert picture(loan) == picture(other)
    assert Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True).get().penalty > 0
    assert find_breaks() == []
