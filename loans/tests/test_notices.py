"""The ladder of notices: each step once, to whom it concerns, none while a loan is paused or its employer at fault."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from loans.jobs import look_after_arrears
from loans.models import LateNotice, LoanPause, PauseReason
from loans.services.notices import send_notices
from loans.tests.arrears_cast import NIGHT, day, make_late_loan, mark_paid, night, pause
from loans.tests.factories import make_member
from loans.tests.register_cast import guarantors, make_active, make_officer
from notifications.models import Message
from notifications.states import Channel
from users.testing import sign_in

pytestmark = pytest.mark.django_db

DUE = day("2026-11-28")


@pytest.fixture
def loan():
    """Due on 28 November and monthly after it, two guarantors."""
    return make_active(guarantors=2)


def told_on(on) -> list[str]:
    """The steps that the day brings, after its night's pass."""
    on = day(on) if isinstance(on, str) else on
    night(on)
    send_notices(on=on)
    return sorted(LateNotice.objects.filter(on=on).values_list("step", flat=True))


def people(step: str) -> set:
    events = [one.event for one in LateNotice.objects.filter(step=step)]
    return set(Message.objects.filter(event__in=events, channel=Channel.IN_APP).values_list("user_id", flat=True))


def test_the_ladder_is_climbed_on_its_days_and_each_step_once(loan):
    climbed = {}
    for number in range(-6, 36):
        on = DUE + timedelta(days=number)
        if steps := told_on(on):
            climbed[number] = steps
        assert not send_notices(on=on)
    # The second payment, of 28 December, is late before the letter; the ladder goes by the oldest.
    assert climbed == {-3: ["reminder"], 3: ["member"], 7: ["guarantors"], 30: ["demand"]}
    assert people("reminder") == people("member") == people("demand") == {loan.member.user_id}
    assert people("guarantors") == {one.user_id for one in guarantors(loan)}


def test_a_payment_begins_the_ladder_anew_for_the_next_due_day(loan):
    night(DUE + timedelta(days=5))
    send_notices(on=DUE + timedelta(days=5))
    first = loan.installments.get(number=1)
    mark_paid(first, principal=first.principal, interest=first.interest)
    assert told_on("2026-12-25") == ["reminder"]
    assert told_on("2026-12-31") == ["member"]
    assert LateNotice.objects.filter(step="member").count() == 2


def test_a_job_that_missed_days_tells_the_highest_step_and_no_friendlier_word_after_it(loan):
    assert told_on(DUE + timedelta(days=33)) == ["demand", "guarantors"]
    assert told_on(DUE + timedelta(days=34)) == []


def test_a_token_payment_stops_no_letter(loan):
    night(DUE + timedelta(days=29))
    first = loan.installments.get(number=1)
    mark_paid(first, interest=first.interest)
    assert "demand" in told_on(DUE + timedelta(days=30))


@pytest.mark.parametrize("why", PauseReason.values)
def test_nobody_is_told_in_a_pause_and_the_ladder_goes_on_after_it(loan, why):
    pause(loan, DUE - timedelta(days=10), DUE, why=why)
    assert told_on(DUE - timedelta(days=3)) == []
    LoanPause.objects.all().delete()
    pause(loan, DUE + timedelta(days=2), DUE + timedelta(days=5), why=why)
    assert told_on(DUE + timedelta(days=3)) == []
    assert told_on(DUE + timedelta(days=5)) == ["member"]


def test_nobody_is_told_of_what_the_employer_made_late_even_when_the_pause_is_over(loan):
    pause(loan, DUE, DUE + timedelta(days=20), why=PauseReason.EMPLOYER)
    assert told_on(DUE + timedelta(days=40)) == []


def test_where_nobody_has_a_sign_in_the_office_sees_that_it_must_call(client):
    loan = make_late_loan([(DUE, 9000, 1000)], member=make_member(with_user=False))
    assert told_on(DUE + timedelta(days=3)) == ["member"]
    assert LateNotice.objects.get().people == 0
    sign_in(client, make_officer())
    assert "Call or write." in client.get(reverse("loans:arrears_of", args=[loan.serial])).content.decode()


def test_the_words_are_plain_and_say_what_to_do(loan):
    night(DUE + timedelta(days=33))
    send_notices(on=DUE + timedelta(days=33))
    letter = Message.objects.get(user=loan.member.user, channel=Channel.IN_APP, event__startswith="loans.late.demand")
    assert "has been late for 33 days, since Sat 28 Nov 2026" in letter.body
    assert "ask for new terms" in letter.body
    warning = Message.objects.filter(event__startswith="loans.late.guarantors", channel=Channel.IN_APP).first()
    assert "You stand for ₦100,000.00. Nothing is taken from you now." in warning.body


# The job and the pages ------------------------------------------------------------------------------------------------


def test_the_job_does_the_night_and_tells_and_a_second_run_does_nothing(loan):
    on = DUE + timedelta(days=3)
    first = look_after_arrears(on=on, at=NIGHT)
    assert (first["days"], first["loans"], first["member"]) == (1, 1, 1)
    again = look_after_arrears(on=on, at=NIGHT)
    assert (again["loans"], again.get("member")) == (0, None)


def test_the_loans_page_of_arrears_shows_each_step_with_its_delivery(client, loan):
    night(DUE + timedelta(days=33))
    send_notices(on=DUE + timedelta(days=33))
    address = reverse("loans:arrears_of", args=[loan.serial])
    sign_in(client, make_officer())
    words = client.get(address).content.decode()
    for expected in ("Guarantors told", "Demand letter", "e-mail", "Waiting to go", guarantors(loan)[0].user.full_name):
        assert expected in words
    sign_in(client, loan.member.user)
    own = client.get(address).content.decode()
    assert "Demand letter" in own
    assert "Guarantors told" not in own
    sign_in(client, guarantors(loan)[0].user)
    assert client.get(address).status_code == 404


def test_the_letter_is_printed_with_the_figures_of_its_day(client, loan):
    night(DUE + timedelta(days=33))
    send_notices(on=DUE + timedelta(days=33))
    notice = LateNotice.objects.get(step="demand")
    sign_in(client, make_officer())
    words = client.get(reverse("loans:demand", args=[loan.serial, notice.pk])).content.decode()
    assert "late for 33 days" in words
    other = LateNotice.objects.get(step="guarantors")
    assert client.get(reverse("loans:demand", args=[loan.serial, other.pk])).status_code == 404


def test_a_loan_without_arrears_has_its_page_too(client):
    loan = make_active()
    sign_in(client, make_officer())
    words = client.get(reverse("loans:arrears_of", args=[loan.serial])).content.decode()
    assert "Nothing is late" in words
