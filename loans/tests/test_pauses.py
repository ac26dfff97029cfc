"""Pauses: days that cost nothing, also when they were charged before somebody said so."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from loans.errors import BadPause, NotRunning, NotYourOwnLoan, ReasonNeeded
from loans.models import LoanPause, LoanStanding, PauseReason
from loans.services.books import books_of, lock_loans, retell
from loans.services.pauses import end_pause, pause_for_employer, pause_loan
from loans.tests.arrears_cast import NIGHT, day, make_late_loan, make_rules, night, nights
from loans.tests.factories import make_employer, make_member, make_product_rules
from loans.tests.register_cast import make_active, make_officer, make_registered, receive
from users.testing import sign_in

pytestmark = pytest.mark.django_db

DUE = day("2026-10-28")


def late_loan(**member):
    """10,000 due on 28 October, one percent a day for being late."""
    rules = make_rules(percent=1, per_days=1)
    return make_late_loan(
        [(DUE, 9000, 1000), (day("2027-01-28"), 9000, 1000)], version=rules, member=make_member(**member)
    )


def charged(loan):
    return LoanStanding.objects.get(pk=loan.pk).penalty_charged


def paused(loan, first, until=None, *, why=PauseReason.DISPUTE, by=None, reason="He says that he paid"):
    return pause_loan(loan=loan, first=first, until=until, why=why, reason=reason, by=by or make_officer(), at=NIGHT)


def test_days_that_were_charged_are_charged_anew_without_the_pause():
    loan = late_loan()
    nights("2026-10-29", "2026-11-08")
    assert charged(loan) == 1000
    paused(loan, day("2026-11-01"), day("2026-11-05"))
    assert charged(loan) == 600
    night("2026-11-09")
    assert charged(loan) == 700


def test_when_a_pause_ends_the_days_after_it_count_again():
    loan = late_loan()
    made = paused(loan, DUE)
    nights("2026-10-29", "2026-11-08")
    assert charged(loan) == 0
    end_pause(pause=made, until=day("2026-11-05"), by=make_officer(), at=NIGHT)
    assert charged(loan) == 300
    with pytest.raises(BadPause):
        end_pause(pause=made, until=day("2026-11-06"), by=make_officer(), at=NIGHT)


def test_a_pause_is_refused_without_reason_backwards_before_the_loan_or_for_oneself():
    loan = late_loan(roles=("member", "officer"))
    with pytest.raises(ReasonNeeded):
        paused(loan, DUE, reason=" ")
    with pytest.raises(BadPause):
        paused(loan, DUE, DUE)
    with pytest.raises(BadPause):
        paused(loan, day("2025-10-28"))
    with pytest.raises(NotYourOwnLoan):
        paused(loan, DUE, by=loan.member.user)
    with pytest.raises(NotRunning):
        paused(make_registered(), DUE)
    assert not LoanPause.objects.exists()
    paused(loan, DUE)


def test_the_same_days_are_not_paused_twice_for_one_cause_and_may_be_for_another():
    loan = late_loan()
    made = paused(loan, DUE, day("2026-11-10"))
    for days in ((DUE, day("2026-11-10")), (day("2026-11-09"), None)):
        with pytest.raises(BadPause, match="paused already, from Wed 28 Oct 2026"):
            paused(loan, *days)
    assert LoanPause.objects.get() == made
    paused(loan, DUE, day("2026-11-10"), why=PauseReason.EMPLOYER)
    paused(loan, day("2026-11-10"))
    assert LoanPause.objects.count() == 3


def test_a_payment_holiday_is_not_ended_here():
    loan = late_loan()
    made = paused(loan, DUE, why=PauseReason.HOLIDAY)
    with pytest.raises(BadPause, match="holiday"):
        end_pause(pause=made, until=day("2026-11-05"), by=make_officer(), at=NIGHT)


def test_an_employer_that_did_not_pay_over_pauses_the_loans_of_his_people_that_were_due():
    works, elsewhere = make_employer(), make_employer()
    due, of_another = late_loan(employer=works), late_loan(employer=elsewhere)
    not_due = make_late_loan([(day("2027-03-28"), 9000, 1000)], member=make_member(employer=works))
    officer = make_member(employer=works, roles=("member", "officer"))
    own = make_late_loan([(DUE, 9000, 1000)], member=officer)
    nights("2026-10-29", "2026-11-08")
    many = pause_for_employer(
        employer=works, first=DUE, until=day("2026-11-28"), reason="October not paid over", by=officer.user, at=NIGHT
    )
    assert many == 1
    night("2026-11-08")
    stand = {one.pk: one.employer_caused for one in LoanStanding.objects.all()}
    assert stand == {due.pk: True, of_another.pk: False, not_due.pk: False, own.pk: False}
    assert (charged(due), charged(of_another)) == (0, 1000)


def test_the_nights_and_a_story_told_from_the_beginning_come_to_the_same_penalty(as_role, constraints_now):
    """Payments on time, late, in part and on the very day of a pass: what the passes added up is what a replay says."""
    version = make_product_rules()["normal"]
    constraints_now()
    with as_role("cooploan_owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE loans_productversion DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE loans_productversion SET penalty_percent = 2, penalty_per_days = 30, penalty_grace_days = 3 "
            "WHERE id = %s",
            [version.pk],
        )
    loan = make_active()
    nights("2026-11-20", "2026-12-05")
    receive(loan, "5000", on=day("2026-12-05"))
    nights("2026-12-05", "2026-12-20")
    paused(loan, day("2026-12-22"), day("2026-12-27"))
    nights("2026-12-21", "2027-01-15")
    receive(loan, "25000", on=day("2027-01-16"))
    nights("2027-01-16", "2027-02-20")
    standing = LoanStanding.objects.get(pk=loan.pk)
    book = books_of(lock_loans([loan.pk]).values())[loan.pk]
    told = retell(book).book.position
    assert standing.penalty_charged > 0
    assert (told.naira_days, told.penalty_charged, told.penalty_paid) == (
        standing.late_naira_days, standing.penalty_charged, standing.penalty_paid
    )  # fmt: skip


# Pages ----------------------------------------------------------------------------------------------------------------


def test_an_officer_pauses_and_ends_on_the_pages_and_a_member_cannot(client):
    loan = late_loan()
    address = reverse("loans:pause", args=[loan.serial])
    typed = {"why": "dispute", "first": "2026-11-01", "until": "", "reason": "He says that he paid"}
    sign_in(client, loan.member.user)
    assert client.post(address, typed).status_code == 403
    sign_in(client, make_officer())
    assert "is paused" in client.post(address, typed, follow=True).content.decode()
    made = LoanPause.objects.get()
    client.post(reverse("loans:stop_pause", args=[made.pk]), {"until": "2026-11-10"})
    made.refresh_from_db()
    assert made.span.upper == day("2026-11-10")
    refused = client.post(reverse("loans:stop_pause", args=[made.pk]), {"until": ""}, follow=True)
    assert "Choose the day." in refused.content.decode()


def test_an_officer_pauses_an_employers_loans_on_the_page(client):
    works = make_employer()
    late_loan(employer=works)
    sign_in(client, make_officer())
    typed = {"employer": works.pk, "first": "2026-10-28", "until": "", "reason": "October not paid over"}
    address = reverse("loans:employer_pause")
    assert "Choose the employer." in client.post(address, typed | {"employer": ""}).content.decode()
    client.post(address, typed)
    assert "No loan was paused." in client.post(address, typed).content.decode()
    assert LoanPause.objects.get().why == PauseReason.EMPLOYER
