"""The nightly pass: once for each day, in chunks, and never the faults that other systems have."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loans.errors import DayIsOver, NoLateScheme
from loans.models import ArrearsRun, LateScheme, LoanStanding, PauseReason, StandingHistory
from loans.services import arrears
from loans.services.arrears import days_to_refresh
from loans.tests.arrears_cast import day, make_late_loan, make_rules, mark_paid, night, nights, pause
from loans.tests.factories import make_member
from loans.tests.register_cast import make_active, receive

pytestmark = pytest.mark.django_db

D = Decimal
DUE = day("2026-10-28")


def one_late(**penalty):
    """10,000 due on 28 October, 10,000 a month later."""
    plan = [(DUE, 9000, 1000), (day("2026-11-28"), 9000, 1000)]
    return make_late_loan(plan, version=make_rules(**penalty))


def standing(loan) -> LoanStanding:
    return LoanStanding.objects.get(pk=loan.pk)


# What a night says ----------------------------------------------------------------------------------------------------


def test_a_loan_is_late_from_the_day_after_its_due_day():
    loan = one_late()
    night("2026-10-28")
    assert (standing(loan).days_past_due, standing(loan).late_class.name) == (0, "Up to date")
    night("2026-10-29")
    late = standing(loan)
    assert (late.days_past_due, late.oldest_due_on, late.late_class.name) == (1, DUE, "Watch")
    assert (late.overdue_principal, late.overdue_interest, late.outstanding_principal) == (9000, 1000, 18000)
    assert (late.provision, late.suspended_interest) == (900, 0)


def test_interest_overdue_on_a_loan_that_no_longer_performs_is_suspended():
    loan = one_late()
    night("2026-11-28")
    assert (standing(loan).days_past_due, standing(loan).suspended_interest) == (31, 1000)


def test_a_penalty_is_counted_through_the_day_before():
    """10,000 late for the days 29 October to 1 November, at one percent a day: four days when 2 November begins."""
    loan = one_late(percent=1, per_days=1)
    nights("2026-10-28", "2026-11-02")
    assert standing(loan).accrued_through == day("2026-11-01")
    assert standing(loan).penalty_charged == 400


def test_paused_days_cost_nothing_and_the_days_past_due_go_on():
    loan = one_late(percent=1, per_days=1)
    pause(loan, day("2026-10-30"), day("2026-11-01"))
    night("2026-11-03")
    assert (standing(loan).penalty_charged, standing(loan).days_past_due) == (300, 6)


def test_arrears_that_an_employer_made_are_marked_and_those_from_before_are_not():
    unremitted, own_fault = one_late(), one_late()
    pause(unremitted, DUE, why=PauseReason.EMPLOYER)
    pause(own_fault, day("2026-11-05"), why=PauseReason.EMPLOYER)
    night("2026-11-10")
    assert standing(unremitted).employer_caused
    assert not standing(own_fault).employer_caused


def test_a_loan_that_is_paid_back_stands_with_nothing_from_that_day_and_keeps_its_past():
    loan = make_active(term_months=1)
    night(loan.disbursement.disbursed_on)
    assert standing(loan).outstanding_principal == 200_000
    on = loan.disbursement.disbursed_on + timedelta(days=3)
    receive(loan, "202000", on=on)
    night(on)
    assert (standing(loan).outstanding_principal, standing(loan).late_class) == (0, None)
    rows = StandingHistory.objects.filter(loan=loan).order_by("from_on")
    assert [row.outstanding_principal for row in rows] == [200_000, 0]


# The faults of others -------------------------------------------------------------------------------------------------


def test_f9_a_penalty_does_not_grow_with_the_square_of_the_delay():
    """Each night once for sixty nights: the sixtieth day costs what the first did."""
    loan = make_late_loan([(DUE, 9000, 1000)], version=make_rules(percent="0.10", per_days=1))
    charged = []
    for number in range(1, 61):
        night(DUE + timedelta(days=number))
        charged.append(standing(loan).penalty_charged)
    assert [later - earlier for earlier, later in pairwise(charged)] == [10] * 59


def test_f9_every_instalment_that_is_late_is_charged_not_only_one():
    loan = one_late(percent=1, per_days=1)
    night("2026-12-01")
    # 29 October to 30 November are 33 days on the first 10,000; 29 and 30 November on the second.
    assert standing(loan).penalty_charged == 3300 + 200


def test_f9_a_second_run_on_the_same_day_doubles_nothing():
    loan = one_late(percent=1, per_days=1)
    night("2026-11-02")
    before = LoanStanding.objects.values().get(pk=loan.pk)
    again = night("2026-11-02")
    assert LoanStanding.objects.values().get(pk=loan.pk) == before
    assert (again.loans, again.changed, again.remembered) == (0, 0, 0)
    assert StandingHistory.objects.filter(loan=loan).count() == 1


def test_f9_a_stale_loan_done_again_on_the_same_day_doubles_nothing():
    loan = one_late(percent=1, per_days=1)
    night("2026-11-02")
    LoanStanding.objects.update(stale=True)
    assert night("2026-11-02").loans == 1
    assert (standing(loan).penalty_charged, standing(loan).stale) == (400, False)
    assert StandingHistory.objects.filter(loan=loan).count() == 1


def test_f9_a_night_that_was_missed_is_made_up_exactly():
    every_night, some_nights = one_late(percent=1, per_days=1), one_late(percent=1, per_days=1)
    nights("2026-10-29", "2026-11-09")
    # The other loan's figures of those nights never came to be.
    LoanStanding.objects.filter(pk=some_nights.pk).update(
        as_of=None, accrued_through=None, oldest_due_on=None, days_past_due=0, late_naira_days=0, penalty_charged=0
    )
    night("2026-11-10")
    assert standing(some_nights).penalty_charged == standing(every_night).penalty_charged == 1200


def test_f10_a_token_payment_cures_nothing():
    loan = one_late()
    night("2026-11-05")
    mark_paid(loan.installments.get(number=1), principal=8999, interest=1000)
    night("2026-11-05")
    assert (standing(loan).days_past_due, standing(loan).overdue) == (8, 1)
    night("2026-11-06")
    assert standing(loan).days_past_due == 9


def test_f10_a_payment_moves_no_date():
    """What is late after a payment is late from its own due day, not from the day of the payment."""
    loan = one_late()
    night("2026-12-01")
    mark_paid(loan.installments.get(number=1), principal=9000, interest=1000)
    night("2026-12-01")
    assert (standing(loan).oldest_due_on, standing(loan).days_past_due) == (day("2026-11-28"), 3)
    assert [one.due_on for one in loan.installments.order_by("number")] == [DUE, day("2026-11-28")]


def test_f10_a_penalty_does_not_vanish_with_a_payment():
    loan = one_late(percent=1, per_days=1)
    night("2026-11-02")
    mark_paid(loan.installments.get(number=1), principal=9000, interest=1000)
    nights("2026-11-02", "2026-11-05")
    assert (standing(loan).penalty_charged, standing(loan).penalty_left, standing(loan).days_past_due) == (400, 400, 0)


# Chunks ---------------------------------------------------------------------------------------------------------------


def test_a_pass_that_stopped_goes_on_where_it_stopped(monkeypatch):
    member = make_member(with_user=False)
    rules = make_rules(percent=1, per_days=1)
    loans = [make_late_loan([(DUE, 9000, 1000)], version=rules, member=member) for _ in range(5)]
    chunks, one_chunk = [], arrears._one_chunk

    def stops(as_of, classes, first, last, **how):
        if len(chunks) == 2:
            raise KeyboardInterrupt
        chunks.append((first, last))
        return one_chunk(as_of, classes, first, last, **how)

    monkeypatch.setattr(arrears, "_one_chunk", stops)
    with pytest.raises(KeyboardInterrupt):
        night("2026-11-02", chunk=2)
    run = ArrearsRun.objects.get()
    assert (run.done_up_to, run.finished_at, run.loans) == (loans[3].pk, None, 4)
    monkeypatch.undo()
    assert night("2026-11-02", chunk=2).loans == 1
    assert [standing(loan).penalty_charged for loan in loans] == [400] * 5
    assert ArrearsRun.objects.get().finished_at is not None


def test_only_loans_to_which_something_happened_are_done_again():
    member = make_member(with_user=False)
    loans = [make_late_loan([(DUE, 9000, 1000)], member=member) for _ in range(4)]
    night("2026-11-02")
    mark_paid(loans[2].installments.get(), principal=10)
    assert [standing(loan).stale for loan in loans] == [False, False, True, False]
    again = night("2026-11-02")
    assert (again.loans, again.remembered) == (1, 1)
    assert standing(loans[2]).overdue == 9990


def test_a_night_without_events_writes_history_only_where_more_than_time_passed():
    late, not_late = one_late(percent=1, per_days=1), make_late_loan([(day("2027-01-28"), 9000, 1000)])
    nights("2026-10-28", "2026-11-10")
    # Not late, late, and from its first penalty day on accruing: all on one day, and nothing after it.
    assert list(StandingHistory.objects.filter(loan=late).values_list("from_on", flat=True).order_by("from_on")) == [
        day("2026-10-28"), day("2026-10-29")
    ]  # fmt: skip
    assert StandingHistory.objects.filter(loan=not_late).count() == 1


def test_a_day_before_the_newest_one_is_refused_and_the_newest_is_not():
    one_late()
    night("2026-11-02")
    with pytest.raises(DayIsOver, match="history"):
        night("2026-11-01")
    night("2026-11-02")


def test_without_a_table_of_classes_nothing_is_worked_out():
    one_late()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loans_latescheme SET valid = '[2000-01-01,2026-01-01)' WHERE in_use")
    with pytest.raises(NoLateScheme):
        night("2026-11-02")
    assert LateScheme.objects.in_use(day("2025-11-02")) is not None


def test_the_job_closes_the_newest_day_and_does_each_day_since():
    assert days_to_refresh(today=day("2026-11-02")) == [day("2026-11-02")]
    one_late()
    night("2026-11-02")
    assert days_to_refresh(today=day("2026-11-04")) == [day(f"2026-11-0{number}") for number in (2, 3, 4)]
    assert days_to_refresh(today=day("2026-11-01")) == []


def test_a_night_takes_the_same_number_of_queries_for_five_loans_and_for_fifty():
    member, rules = make_member(with_user=False), make_rules()
    counted = []
    for on, many in (("2026-11-02", 5), ("2026-11-03", 45)):
        for _ in range(many):
            make_late_loan([(DUE, 9000, 1000)], version=rules, member=member)
        with CaptureQueriesContext(connection) as captured:
            night(on)
        counted.append(len(captured))
    assert counted[0] == counted[1] < 30
