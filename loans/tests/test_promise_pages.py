"""The pages of promises in mid-life: what the guarantor reads, the office's lists, recourse step by step, contagion."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.tests.factories import deposit
from loans.models import GuarantorClaim, HoldPolicy, Recourse, Substitution
from loans.selectors.promises import contagion, late_loans, promises_in_full
from loans.services.recourse import answer_notice, next_taking
from loans.services.repayments import record_receipt
from loans.states import RecourseStatus, SubstitutionStatus
from loans.tests.factories import AT, TODAY, make_application, make_guarantee, make_member, make_running_loan
from loans.tests.recourse_cast import FREE, LATE, days_go_by, late_loan, notice, promises, taken
from loans.tests.register_cast import make_officer, make_treasurer
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def today(monkeypatch):
    """Set the day on which the pages are read."""

    def at(day: date) -> None:
        for module in ("loans.views.promises", "loans.views.member", "loans.views.officer", "loans.views.receipts"):
            monkeypatch.setattr(f"{module}.business_date", lambda: day)

    at(LATE)
    return at


def read(client, name, *args, **query) -> str:
    answer = client.get(reverse(f"loans:{name}", args=args), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def send(client, name, *args, **typed) -> str:
    answer = client.post(reverse(f"loans:{name}", args=args), typed, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# The guarantor's page -------------------------------------------------------------------------------------------------


def test_a_guarantor_reads_how_the_loan_stands_his_worst_case_and_how_it_falls(client, today):
    loan = late_loan(policy=HoldPolicy.FALLS_WITH_PRINCIPAL)
    record_receipt(loan=loan, amount=D("17769.76"), into="bank", reference="1", by=make_officer(), on=TODAY, at=AT)
    sign_in(client, promises(loan)[0].guarantor.user)
    text = read(client, "guarantees")
    for said in ("You promised", "100,000", "The worst case for you today", "92,115", "It falls with every"):
        assert said in text
    assert "13 days late: ₦17,769.76 should have been paid" in text
    assert "Speak with" in text


def test_he_is_told_of_a_payment_to_come_before_it_is_late(client, today):
    loan = late_loan()
    sign_in(client, promises(loan)[0].guarantor.user)
    today(date(2026, 11, 23))
    text = read(client, "guarantees")
    assert "A payment is due on Sat 28 Nov 2026." in text
    assert "Speak with" not in text
    today(date(2026, 11, 10))
    assert "A payment is due" not in read(client, "guarantees")


def test_a_notice_stands_on_top_with_its_day_and_leads_to_an_answer(client, today):
    loan = late_loan()
    recourse, guarantor = notice(loan), promises(loan)[0].guarantor
    sign_in(client, guarantor.user)
    assert "may be taken from your savings from Sun 24 Jan 2027 on" in read(client, "guarantees")
    text = read(client, "answer_notice", recourse.pk)
    assert "Nothing is taken before Sun 24 Jan 2027" in text
    assert "The office has your answer." in send(client, "answer_notice", recourse.pk, words="He is in hospital")
    assert "He is in hospital" in read(client, "answer_notice", recourse.pk)


def test_nobody_else_reads_a_notice_or_answers_it(client, today):
    recourse = notice(late_loan())
    sign_in(client, make_member().user)
    address = reverse("loans:answer_notice", args=[recourse.pk])
    assert client.get(address).status_code == client.post(address, {"words": "Me"}).status_code == 404
    assert not recourse.answers.exists()


def test_who_paid_sees_what_he_is_owed_and_who_owes_it_sees_that_too(client, today):
    loan = late_loan()
    taken(loan)
    claim = GuarantorClaim.objects.first()
    sign_in(client, claim.guarantor.user)
    assert "They owe you" in read(client, "guarantees")
    sign_in(client, loan.member.user)
    assert "You owe your guarantors" in read(client, "guarantees")


def test_many_promises_take_no_more_statements_than_one(client, today):
    member = make_member(savings="900000")

    def statements(count: int) -> int:
        rows = []
        for _ in range(count):
            loan = make_running_loan(member=make_member())
            row = make_guarantee(
                application=make_application(status="awaiting_guarantors"), guarantor=member, amount="10",
                status="accepted",
            )  # fmt: skip
            row.loan = loan
            rows.append(row)
        with CaptureQueriesContext(connection) as captured:
            assert len(promises_in_full(rows, [], on=TODAY)) == count
        return len(captured)

    assert statements(1) == statements(4) == 1


# Another guarantor ----------------------------------------------------------------------------------------------------


def test_an_officer_asks_the_member_agrees_and_another_officer_approves(client, today):
    loan, new = late_loan(), make_member(savings="150000")
    old = promises(loan)[0]
    sign_in(client, make_officer())
    assert "is asked to stand for ₦100,000.00" in send(
        client, "replace_guarantor", old.pk, number=new.number.lower(), why="exit"
    )
    asked = Substitution.objects.get()
    sign_in(client, new.user)
    assert "Will you take the place of" in read(client, "guarantees")
    assert "I take the place of" in read(client, "answer_substitution", asked.pk)
    send(client, "answer_substitution", asked.pk, answer="yes")
    sign_in(client, make_officer())
    assert "stands in the place of" in send(client, "approve_substitution", asked.pk)
    asked.refresh_from_db()
    assert asked.status == SubstitutionStatus.DONE


def test_what_is_refused_is_said_in_words(client, today):
    loan = late_loan()
    officer = sign_in(client, make_officer())
    old = promises(loan)[0]
    assert "No member has this number" in send(client, "replace_guarantor", old.pk, number="X/1", why="exit")
    new = make_member(savings="150000")
    send(client, "replace_guarantor", old.pk, number=new.number, why="exit")
    asked = Substitution.objects.get()
    assert "This has moved on" in send(client, "approve_substitution", asked.pk)
    assert officer.pk == asked.asked_by_id
    assert "is no longer asked" in send(client, "stop_substitution", asked.pk)


def test_uncovered_promises_and_those_of_who_has_gone_stand_on_the_offices_list(client, today):
    loan = late_loan()
    first, second = promises(loan)
    sign_in(client, make_officer())
    assert "Every promise is covered" in read(client, "promises")
    type(first.guarantor).objects.filter(pk=first.guarantor_id).update(status="deceased")
    text = read(client, "promises")
    assert "1 promise without cover" in text
    assert first.guarantor.name in text
    assert reverse("loans:replace_guarantor", args=[second.pk]) not in text


# Recourse -------------------------------------------------------------------------------------------------------------


def test_notice_own_savings_guarantors_and_claims_each_on_its_page(client, today):
    loan = late_loan(savings="50000")
    officer = sign_in(client, make_officer())
    assert reverse("loans:give_notice", args=[loan.serial]) in read(client, "recourses")
    assert "All are told at once" in read(client, "give_notice", loan.serial)
    assert "Nothing is taken before Sun 24 Jan 2027" in send(client, "give_notice", loan.serial, reason="No pay")
    recourse = Recourse.objects.get()
    text = send(client, "answer_for", recourse.pk, member=loan.member_id, words="I lost my post")
    assert "I lost my post" in text
    send(client, "answer_for", recourse.pk, member=loan.member_id, words="I lost my post")
    assert recourse.answers.count() == 1
    sign_in(client, make_treasurer())
    assert "The notice runs until" in read(client, "recourse", recourse.pk)
    assert "Nothing is taken before that day" in send(client, "take_savings", recourse.pk, agreed="50000.00")
    assert client.get(reverse("loans:take_savings", args=[recourse.pk])).status_code == 302
    days_go_by()
    today(FREE)
    assert reverse("loans:take_savings", args=[recourse.pk]) in read(client, "recourse", recourse.pk)
    assert "Take ₦50,000.00" in read(client, "take_savings", recourse.pk)
    send(client, "take_savings", recourse.pk, agreed="50000.00")
    assert reverse("loans:charge_guarantors", args=[recourse.pk]) in read(client, "recourse", recourse.pk)
    text = read(client, "charge_guarantors", recourse.pk)
    sure = next_taking(recourse=Recourse.objects.get(), on=FREE)
    assert len(sure.parts) == 2
    assert sure.taken + sure.left == sure.owed
    for member, _, amount in sure.parts:
        assert member.name in text
        assert f"{int(amount):,}" in text
    agreed = {"agreed": str(sure.taken)}
    assert "each within his promise" in send(client, "charge_guarantors", recourse.pk, **agreed)
    assert [(one.member_id, one.amount) for one in recourse.charges.filter(guarantee__isnull=False).order_by("pk")] == [
        (member.pk, amount) for member, _, amount in sure.parts
    ]
    assert "nothing was done now" in send(client, "charge_guarantors", recourse.pk, **agreed)
    recourse.refresh_from_db()
    assert recourse.status == RecourseStatus.GUARANTORS_CHARGED
    sign_in(client, officer)
    left = sum(one.left for one in GuarantorClaim.objects.all())
    typed = {"amount": str(left), "into": "cash", "reference": "9", "on": FREE.isoformat()}
    assert "went to those who paid for him" in send(client, "claims", loan.member_id, **typed)
    recourse.refresh_from_db()
    assert recourse.status == RecourseStatus.SETTLED


def test_nothing_is_taken_that_was_not_seen_and_agreed_to(client, today):
    recourse = notice(late_loan(savings="50000"))
    days_go_by()
    today(FREE)
    sign_in(client, make_treasurer())
    assert "Take ₦50,000.00" in send(client, "take_savings", recourse.pk)  # nothing agreed to: shown again
    assert "Take ₦50,000.00" in send(client, "take_savings", recourse.pk, agreed="all")
    deposit(recourse.loan.member.savings_account, "5000")
    text = send(client, "take_savings", recourse.pk, agreed="50000.00")
    assert "It would be ₦55,000.00 by now, not ₦50,000.00" in text
    assert "Take ₦55,000.00" in text
    recourse.refresh_from_db()
    assert (recourse.status, recourse.charges.count()) == (RecourseStatus.NOTICE_GIVEN, 0)


def test_guarantors_are_not_charged_another_sum_than_was_agreed_to(client, today):
    recourse = notice(late_loan(savings="0"))
    days_go_by()
    today(FREE)
    sign_in(client, make_treasurer())
    send(client, "take_savings", recourse.pk, agreed="0.00")
    recourse.refresh_from_db()
    seen = next_taking(recourse=recourse, on=FREE).taken
    record_receipt(
        loan=recourse.loan, amount=D("10000"), into="cash", reference="R2", by=make_officer(), on=FREE, at=AT
    )
    assert "Look at it again" in send(client, "charge_guarantors", recourse.pk, agreed=str(seen))
    recourse.refresh_from_db()
    assert (recourse.status, recourse.charges.count()) == (RecourseStatus.SAVINGS_OFFSET, 0)


def test_who_gave_the_notice_is_shown_no_button_to_take_by(client, today):
    both = make_user(roles=["officer", "treasurer"])
    recourse = notice(late_loan(), by=both)
    days_go_by()
    today(FREE)
    sign_in(client, both)
    assert "another person decides" in read(client, "recourse", recourse.pk)
    assert "Take ₦" not in read(client, "take_savings", recourse.pk)
    assert "nobody else's" not in send(client, "take_savings", recourse.pk, agreed="50000.00")
    recourse.refresh_from_db()
    assert recourse.status == RecourseStatus.NOTICE_GIVEN


def test_a_step_without_savings_says_so_and_goes_on(client, today):
    recourse = notice(late_loan(savings="0"))
    days_go_by()
    today(FREE)
    sign_in(client, make_treasurer())
    text = read(client, "take_savings", recourse.pk)
    assert "None of the borrower's own savings is free for it" in text
    send(client, "take_savings", recourse.pk, agreed="0.00")
    recourse.refresh_from_db()
    assert recourse.status == RecourseStatus.SAVINGS_OFFSET


def test_a_step_for_a_loan_that_is_paid_back_meanwhile_takes_nothing(client, today):
    recourse = notice(late_loan())
    days_go_by()
    today(FREE)
    record_receipt(
        loan=recourse.loan, amount=D("205525.33"), into="cash", reference="R1", by=make_officer(), on=FREE, at=AT
    )
    sign_in(client, make_treasurer())
    assert "0.00" in read(client, "take_savings", recourse.pk)
    assert "is not running" in send(client, "take_savings", recourse.pk, agreed="0.00")


def test_an_auditor_reads_the_claims_and_records_nothing(client, today):
    loan = late_loan()
    taken(loan)
    sign_in(client, make_user(roles=["auditor"]))
    text = read(client, "claims", loan.member_id)
    assert "of it came back" in text
    assert "Record a payment" not in text
    assert client.post(reverse("loans:claims", args=[loan.member_id])).status_code == 403
    # Others of the office who only read: nothing but this page refuses them.
    sign_in(client, make_user(roles=["chair"]))
    assert "Record a payment" not in read(client, "claims", loan.member_id)
    assert client.post(reverse("loans:claims", args=[loan.member_id])).status_code == 403


def test_a_notice_is_withdrawn_with_a_reason(client, today):
    recourse = notice(late_loan())
    sign_in(client, make_officer())
    assert "Say why" in send(client, "withdraw_recourse", recourse.pk, reason="")
    assert "all are told" in send(client, "withdraw_recourse", recourse.pk, reason="He has paid")


def test_who_may_look_may_not_take(client, today):
    recourse = notice(late_loan())
    answer_notice(recourse=recourse, member=recourse.loan.member, words="Wait", by=make_officer(), at=AT)
    sign_in(client, make_user(roles=["auditor"]))
    assert "Wait" in read(client, "recourse", recourse.pk)
    first, _ = promises(recourse.loan)
    type(first.guarantor).objects.filter(pk=first.guarantor_id).update(status="deceased")
    assert reverse("loans:arrears_of", args=[recourse.loan.serial]) in read(client, "recourses")
    assert first.guarantor.name in read(client, "promises")
    for page in ("recourses", "promises"):
        for act in (["give_notice", recourse.loan.serial], ["replace_guarantor", first.pk]):
            assert reverse(f"loans:{act[0]}", args=act[1:]) not in read(client, page)
    sign_in(client, make_officer())
    for step in ("take_savings", "charge_guarantors"):
        assert client.post(reverse(f"loans:{step}", args=[recourse.pk])).status_code == 403


def test_the_longest_lists_show_what_is_worst_and_lead_to_the_rest(client, today, monkeypatch):
    monkeypatch.setattr("loans.views.promises.LONGEST", 1)
    one, another = late_loan(savings="0"), late_loan(savings="0")
    sign_in(client, make_treasurer())
    text = read(client, "recourses")
    assert "2 loans are late" in text
    assert "All 2 late loans" in text
    assert (one.serial in text, another.serial in text) == (True, False)
    assert "The 1 who are hit the hardest, of 4." in read(client, "contagion", days="5")


# Contagion ------------------------------------------------------------------------------------------------------------


def test_the_treasurer_sees_who_would_be_pulled_down_and_in_which_round(client, today):
    loan = late_loan(savings="0")
    weak = promises(loan)[0].guarantor
    make_running_loan(member=weak, principal="150000")  # 200,000 saved, 100,000 of it promised
    sign_in(client, make_treasurer())
    text = read(client, "contagion", days="5")
    assert "1 member would be pulled down" in text
    assert f"Pulled down: {weak.name}" in text
    assert "In round 1" in text
    assert "Choose loans" in read(client, "contagion", days="3000")
    assert "would be pulled down" in read(client, "contagion", serials=loan.serial)


def test_contagion_takes_the_same_few_statements_whatever_the_number_of_loans():
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            contagion([one.loan.pk for one in late_loans(on=LATE)])
        return len(captured)

    late_loan(savings="0")
    few = statements()
    for _ in range(3):
        late_loan(savings="0")
    assert statements() == few <= 9


def test_nothing_is_changed_by_thinking_it_through():
    loan = late_loan(savings="0")
    deposit(loan.member.savings_account, "1000")
    before = loan.account.stored.balance
    outcome = contagion([loan.pk])
    loan.account.stored.refresh_from_db()
    assert loan.account.stored.balance == before
    assert {one.member for one in outcome.hit} == {loan.member, *(one.guarantor for one in promises(loan))}
    assert outcome.uncovered == 0
    assert late_loans(on=LATE, more_than_days=(LATE - TODAY + timedelta(days=900)).days) == []


def test_the_guarantors_page_takes_at_most_ten_statements(client, today, django_assert_max_num_queries):
    loan = late_loan()
    notice(loan)
    sign_in(client, promises(loan)[0].guarantor.user)
    read(client, "guarantees")
    with django_assert_max_num_queries(10):
        read(client, "guarantees")
