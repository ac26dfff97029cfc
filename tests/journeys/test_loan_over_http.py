"""One loan from the first page to its certificate, walked by a dozen people who may each do one thing of it."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from ledger import chart
from ledger.models import Hold, JournalEntry
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Disbursement, Guarantee, Loan, LoanApplication, Repayment
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from reconciliation.models import DeductionSchedule, Remittance
from reconciliation.selectors.totals import totals
from tests.journeys.cast import AMOUNT, PART, SAVINGS, broken_rules, have_the_worker_work, make_people, standing

pytestmark = pytest.mark.slow

INSTALMENT = Decimal("53309.27")
SERIAL = "LH/2026/001"
BALLOT = {"choice": "approve", "reason": "", "no_interest": "on"}
SLIP = {
    "bank_name": "Providus Bank", "bank_account": "0040055512", "bank_reference": "TRF/26110900417",
    "on": "2026-11-09", "seen": "on",
}  # fmt: skip


@pytest.fixture
def people(fresh_database, calendar):
    return make_people()


def test_a_loan_is_asked_for_decided_paid_out_paid_back_and_closed_by_different_people(people, calendar):
    application = ask_and_send(people, calendar)
    one_says_no_and_another_stands_in_his_place(people, calendar, application)
    the_committee_decides(people, calendar, application)
    loan = the_office_registers_and_pays_out(people, calendar, application)
    the_months_deduction_comes_in(people, calendar, loan)
    the_rest_is_paid_at_the_counter(people, calendar, loan)

    assert broken_rules() == {}
    money_is_where_it_belongs(people)
    every_step_is_in_the_trail(people)


# Asking ---------------------------------------------------------------------------------------------------------------


def ask_and_send(people, calendar) -> LoanApplication:
    adaeze = people.adaeze
    calendar.turn_to(11, 2)
    people.officer.is_kept_out("loans:apply")
    answers = {"product": "normal", "amount": "600k", "term_months": "12", "purpose": "A roof for the house"}
    refused = adaeze.is_told("loans:apply", **answers | {"amount": "2,000,000", "do": "save"})
    assert "1,000,000" in refused  # the nearest amount that would pass
    adaeze.does("loans:apply", **answers, do="save")
    application = LoanApplication.objects.get()
    number = application.number
    assert (application.amount, application.status) == (AMOUNT, ApplicationStatus.DRAFT)

    # She comes back later and goes on where she stopped.
    found = adaeze.client.get(reverse("loans:apply"))
    assert found.headers["Location"] == reverse("loans:change", args=[number])
    assert "A roof for the house" in adaeze.opens("loans:change", number)
    for page in ("change", "guarantors", "check", "application", "withdraw"):
        people.stranger.is_kept_out(f"loans:{page}", number, **answers, do="save", agree="on")

    assert people.musa.name in adaeze.opens("loans:guarantors", number, q="bello")
    assert "cannot stand for your own loan" in adaeze.is_told(
        "loans:guarantors", number, guarantor=adaeze.member.pk, amount=PART
    )
    for guarantor in (people.musa, people.bola):
        adaeze.does("loans:guarantors", number, guarantor=guarantor.member.pk, amount=PART)
        assert number not in guarantor.opens("notifications:inbox")  # not asked before it is sent
    assert "Tick the box" in adaeze.is_told("loans:check", number)
    adaeze.does("loans:check", number, agree="on")
    adaeze.does("loans:check", number, agree="on")  # a second press changes nothing
    application.refresh_from_db()
    assert application.status == ApplicationStatus.AWAITING_GUARANTORS
    return application


# Guarantors -----------------------------------------------------------------------------------------------------------


def one_says_no_and_another_stands_in_his_place(people, calendar, application):
    adaeze, musa, bola, ngozi = people.adaeze, people.musa, people.bola, people.ngozi
    calendar.turn_to(11, 3)
    yes = {"answer": "yes", "typed_amount": "300,000"}
    asked = Guarantee.objects.get(guarantor=musa.member)
    for other in (adaeze, bola, people.stranger, people.officer):
        other.is_kept_out("loans:answer_guarantee", asked.pk, **yes)
    assert f"{adaeze.name} asks you to stand for a loan" in musa.opens("notifications:inbox")
    musa.does("loans:answer_guarantee", asked.pk, answer="no", reason="My own house is not paid for")
    musa.is_told("loans:answer_guarantee", asked.pk, **yes)  # a no is not turned into a yes
    assert standing(musa).held == 0

    assert "My own house is not paid for" in adaeze.opens("loans:application", application.number)
    assert "said no to this loan" in adaeze.is_told(
        "loans:guarantors", application.number, guarantor=musa.member.pk, amount=PART
    )
    adaeze.does("loans:guarantors", application.number, guarantor=ngozi.member.pk, amount=PART)

    bolas, ngozis = (Guarantee.objects.get(guarantor=one.member) for one in (bola, ngozi))
    assert "Type ₦300,000.00 to say yes" in bola.is_told(
        "loans:answer_guarantee", bolas.pk, **yes | {"typed_amount": "30,000"}
    )
    bola.does("loans:answer_guarantee", bolas.pk, **yes)
    application.refresh_from_db()
    assert (standing(bola).held, application.status) == (PART, ApplicationStatus.AWAITING_GUARANTORS)
    ngozi.does("loans:answer_guarantee", ngozis.pk, **yes)
    application.refresh_from_db()
    assert (standing(ngozi).held, application.status) == (PART, ApplicationStatus.UNDER_REVIEW)


# The committee --------------------------------------------------------------------------------------------------------


def the_committee_decides(people, calendar, application):
    dossier = ("committee:dossier", application.pk)
    calendar.turn_to(11, 5)
    for other in (people.stranger, people.adaeze, people.officer, people.treasurer):
        other.is_kept_out("committee:queue")
        other.is_kept_out(*dossier, **BALLOT)
        other.is_kept_out("committee:open", held_on="2026-11-05")
    assert "No sitting is open" in people.voters[0].is_told(*dossier, **BALLOT)
    people.voters[0].is_kept_out("committee:open", held_on="2026-11-05")
    assert "is open for votes" in people.secretary.does("committee:open", held_on="2026-11-05")

    assert "You stand aside here" in people.ngozi.opens(*dossier)
    assert "You cannot vote on this one" in people.ngozi.is_told(*dossier, **BALLOT)
    people.secretary.sends(*dossier, **BALLOT)  # she keeps the minutes and has no vote
    for place, voter in enumerate(people.voters, 1):
        voter.does(*dossier, **BALLOT)
        assert f"{place} vote{'s' if place > 1 else ''} cast, 3 needed" in voter.opens(*dossier)
    assert "You have voted on this application already" in people.voters[0].is_told(*dossier, **BALLOT)
    assert application.votes.count() == 3

    sitting = application.votes.first().sitting
    people.officer.is_kept_out("loans:register_one", application.number)  # not before it is approved
    for other in (*people.voters, people.officer, people.adaeze):
        other.is_kept_out("committee:close", sitting.pk, word="CLOSE")
    assert "Type CLOSE to go on" in people.chair.is_told("committee:close", sitting.pk, word="yes")
    assert "1 application decided" in people.chair.does("committee:close", sitting.pk, word="CLOSE")
    application.refresh_from_db()
    assert application.status == ApplicationStatus.APPROVED
    assert "Approved: ₦600,000" in people.adaeze.opens("loans:application", application.number)


# The office -----------------------------------------------------------------------------------------------------------


def the_office_registers_and_pays_out(people, calendar, application) -> Loan:
    calendar.turn_to(11, 6)
    register = ("loans:register_one", application.number)
    for other in (people.chair, people.adaeze, people.treasurer, people.voters[0]):
        other.is_kept_out(*register)
    assert "₦53,309.27" in people.officer.opens(*register)
    assert f"{SERIAL} is in the register and ready to be paid out" in people.officer.does(*register)
    assert f"is in the register already, as loan {SERIAL}" in people.officer.is_told(*register)  # a second press
    loan = Loan.objects.get()
    assert (loan.serial, loan.instalment, loan.installments.count()) == (SERIAL, INSTALMENT, 12)
    assert loan.installments.get(number=1).due_on == date(2026, 11, 28)

    calendar.turn_to(11, 9)
    payout = ("loans:payout", SERIAL)
    for other in (people.officer, people.chair, people.adaeze, people.bola, people.stranger):
        other.is_kept_out(*payout, **SLIP)
    # Kunle holds the treasurer's keys as well, but he voted on this loan.
    assert "You decided on this loan" in people.kunle.is_told(*payout, **SLIP)
    assert "ten figures" in people.treasurer.is_told(*payout, **SLIP | {"bank_account": "12345"})
    assert Disbursement.objects.count() == 0
    assert f"{SERIAL} is running" in people.treasurer.does(*payout, **SLIP)
    people.treasurer.does(*payout, **SLIP)  # the same press again is the same payout
    assert "was paid out on Mon 9 Nov 2026" in people.treasurer.is_told(*payout, **SLIP | {"bank_reference": "TRF/2"})
    assert Disbursement.objects.count() == JournalEntry.objects.filter(kind="loan.paid_out").count() == 1
    loan.refresh_from_db()
    assert (loan.status, balance_of(loan.account)) == (LoanStatus.ACTIVE, AMOUNT)
    assert SERIAL in people.adaeze.opens("loans:loan", SERIAL)
    people.stranger.is_kept_out("loans:loan", SERIAL)
    return loan


# The month ------------------------------------------------------------------------------------------------------------


def the_months_deduction_comes_in(people, calendar, loan):
    calendar.turn_to(11, 10)
    wanted = {"employer": people.employer.pk, "month": "2026-11-01"}
    for other in (people.adaeze, people.chair, people.treasurer):
        other.is_kept_out("reconciliation:prepare", **wanted)
    people.officer.does("reconciliation:prepare", **wanted)
    schedule = DeductionSchedule.objects.get()
    line = schedule.lines.get(member=people.adaeze.member)
    assert (line.loans, line.total) == (INSTALMENT, INSTALMENT + 17000)
    for other in (people.officer, people.adaeze):
        other.is_kept_out("reconciliation:issue", schedule.pk)
    assert "DS/2026/0001 is issued" in people.treasurer.does("reconciliation:issue", schedule.pk)

    sent = people.officer.downloads("reconciliation:schedule_file", schedule.pk, "csv").decode("utf-8-sig")
    assert "70,309.27" in sent or "70309.27" in sent
    rows = [[one.staff_number, one.member.name, one.total] for one in schedule.lines.select_related("member")]
    rows.append(["LPA7777", "OKPARA Felix", Decimal("9000.00")])  # whom nobody knows
    total = sum(row[2] for row in rows)

    calendar.turn_to(11, 28)
    people.adaeze.is_kept_out("reconciliation:import")
    page = people.officer.does(
        "reconciliation:import", schedule=schedule.pk, file=payroll_file(rows), bank_credit=str(total - 50),
        received_on="2026-11-28", bank_reference="LPA NOV",
    )  # fmt: skip
    assert "is read and matched" in page
    remittance = Remittance.objects.get()
    for other in (people.adaeze, people.chair):
        other.is_kept_out("reconciliation:post", remittance.pk, word="POST")
    assert "₦50.00" in people.treasurer.is_told("reconciliation:post", remittance.pk, word="POST")  # not explained yet
    people.treasurer.does("reconciliation:charge", remittance.pk, charge="50")
    people.treasurer.does("reconciliation:post", remittance.pk, word="POST")
    assert people.treasurer.sends("reconciliation:post", remittance.pk, word="POST").status_code == 302
    assert have_the_worker_work() == 1
    remittance.refresh_from_db()
    told = totals(remittance)
    assert remittance.status == "posted"
    assert told.matched + told.suspense == told.file == told.credit + told.charge == total
    assert "Posted" in people.treasurer.opens("reconciliation:workspace", remittance.pk)
    assert Repayment.objects.get(loan=loan).amount == INSTALMENT
    assert balance_of(loan.account) == AMOUNT - INSTALMENT + 6000
    assert "November 2026 salary, Lagoon Ports Authority" in people.adaeze.opens("loans:loan", SERIAL)


def payroll_file(rows) -> SimpleUploadedFile:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["STAFF NO", "NAME", "AMOUNT"], *rows])
    return SimpleUploadedFile("november.csv", out.getvalue().encode())


# The end --------------------------------------------------------------------------------------------------------------


def the_rest_is_paid_at_the_counter(people, calendar, loan):
    calendar.turn_to(12, 3)
    receipt = ("loans:receipt", SERIAL)
    # The interest of December has begun: 552,690.73 and one per cent of it.
    slip = {"amount": "558,217.64", "into": "bank", "reference": "UC 00412", "on": "2026-12-03"}
    for other in (people.adaeze, people.chair, people.stranger):
        other.is_kept_out(*receipt, **slip, show="yes")
    more = people.officer.is_told(*receipt, **slip | {"amount": "600,000"}, show="yes")
    assert "₦41,782.36 is above what pays the loan off" in more
    assert "This pays the loan off" in people.officer.is_told(*receipt, **slip, show="yes")
    assert Repayment.objects.count() == 1  # shown, not recorded
    agreed = {**slip, "record": "yes", "shown": "558217.64|2026-12-03"}
    assert "its certificate is ready" in people.officer.does(*receipt, **agreed)
    assert "Nothing was recorded twice" in people.officer.does(*receipt, **agreed)
    again = {**agreed, "reference": "UC 00413"}
    assert "is not running" in people.officer.is_told(*receipt, **again)
    assert Repayment.objects.count() == 2

    loan.refresh_from_db()
    assert (loan.status, loan.closed_on, balance_of(loan.account)) == (LoanStatus.CLOSED, date(2026, 12, 3), 0)
    assert loan.certificate_number == "CERT/2026/0001"
    assert "CERT/2026/0001" in people.adaeze.opens("loans:certificate", SERIAL)
    people.stranger.is_kept_out("loans:certificate", SERIAL)
    for guarantor in (people.bola, people.ngozi):
        assert standing(guarantor).held == 0
        assert f"You no longer stand for loan {SERIAL}" in guarantor.opens("notifications:inbox")
        assert Guarantee.objects.get(guarantor=guarantor.member).status == GuaranteeStatus.RELEASED


def money_is_where_it_belongs(people):
    assert not Hold.objects.live().exists()
    # Two months' interest: 6,000.00 by payroll, 5,526.91 at the counter.
    assert balance_of(account(chart.INTEREST_INCOME)) == Decimal("11526.91")
    assert balance_of(account(chart.BANK_CHARGES)) == Decimal("50.00")
    assert balance_of(account(chart.SUSPENSE)) == Decimal("9000.00")
    assert {standing(one).balance for one in people.all if one.member} == {SAVINGS + 15000}


def every_step_is_in_the_trail(people):
    """Who did what, in the order in which it happened."""
    subjects = {"loans.loanapplication", "loans.guarantee", "loans.loan", "committee.sitting", "loans.repayment"}
    told = Event.objects.filter(subject_type__in=subjects).order_by("id").values_list("verb", "actor")
    adaeze, musa, bola, ngozi = (one.user.pk for one in (people.adaeze, people.musa, people.bola, people.ngozi))
    voters = [voter.user.pk for voter in people.voters]
    assert list(told) == [
        ("loans.loanapplication.started", adaeze),
        ("loans.guarantee.requested", adaeze),
        ("loans.guarantee.requested", adaeze),
        ("loans.loanapplication.awaiting_guarantors", adaeze),
        ("loans.guarantee.declined", musa),
        ("loans.guarantee.requested", adaeze),
        ("loans.guarantee.accepted", bola),
        ("loans.guarantee.accepted", ngozi),
        ("loans.loanapplication.under_review", ngozi),
        ("committee.sitting.opened", people.secretary.user.pk),
        *[("committee.vote.cast", voter) for voter in voters],
        ("loans.loanapplication.approved", people.chair.user.pk),
        ("committee.sitting.closed", people.chair.user.pk),
        ("loans.loanapplication.registered", people.officer.user.pk),
        ("loans.loan.registered", people.officer.user.pk),
        ("loans.loan.active", people.treasurer.user.pk),
        ("loans.repayment.posted", people.treasurer.user.pk),
        ("loans.repayment.posted", people.officer.user.pk),
        ("loans.guarantee.released", people.officer.user.pk),
        ("loans.guarantee.released", people.officer.user.pk),
        ("loans.loan.closed", people.officer.user.pk),
        ("loans.loan.certificate_issued", people.officer.user.pk),
    ]
