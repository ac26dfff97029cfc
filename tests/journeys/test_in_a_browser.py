"""One loan from application to its first payment, in a real browser: people with passwords and codes, on two screens.

The pictures of each step are kept under artefacts/journeys/.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser

from committee.models import VoteChoice
from committee.services import cast_vote
from loans.models import Loan, LoanApplication
from reconciliation.models import Remittance
from reconciliation.selectors.totals import totals
from tests.journeys.cast import AMOUNT, People, broken_rules, have_the_worker_work, make_people, standing
from tests.journeys.hands import DESKTOP, PHONE, Hand, Room
from users.testing import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SERIAL = "LH/2026/001"


@pytest.fixture
def people(live_site, calendar) -> People:
    return make_people()


@pytest.fixture(params=[PHONE, DESKTOP], ids=lambda screen: screen.name)
def room(request, browser: Browser, live_site: str) -> Iterator[Room]:
    yield from _open(Room(browser, live_site, request.param))


@pytest.fixture
def room_without_script(browser: Browser, live_site: str) -> Iterator[Room]:
    yield from _open(Room(browser, live_site, PHONE, script=False))


def _open(room: Room) -> Iterator[Room]:
    shutil.rmtree(room.folder, ignore_errors=True)
    yield room
    room.close()
    assert room.complaints == []


def test_a_loan_is_asked_for_and_its_first_payment_comes_by_six_people_in_their_browsers(
    room, people, calendar, tmp_path
):
    adaeze, bola, ngozi = (room.seat(one) for one in (people.adaeze, people.bola, people.ngozi))
    kabiru = room.seat(people.voters[0])
    chair, officer, treasurer = (
        room.seat(one).has_an_app() for one in (people.chair, people.officer, people.treasurer)
    )
    ngozi.has_an_app()

    calendar.turn_to(11, 2)
    adaeze_asks(adaeze, people)
    calendar.turn_to(11, 3)
    bola_reads_and_says_yes(bola)
    ngozi_says_yes(ngozi)
    calendar.turn_to(11, 5)
    a_sitting_decides(chair, kabiru, people)
    calendar.turn_to(11, 6)
    the_officer_registers(officer)
    calendar.turn_to(11, 9)
    the_treasurer_pays_out(treasurer)
    calendar.turn_to(11, 10)
    the_deductions_go_out(officer, treasurer, people)
    calendar.turn_to(11, 28)
    the_return_comes_in(treasurer, people, tmp_path)
    adaeze_sees_her_first_payment(adaeze)

    assert broken_rules() == {}


# Asking ---------------------------------------------------------------------------------------------------------------


def adaeze_asks(adaeze: Hand, people: People) -> None:
    adaeze.goes_to("/accounts/login/")
    adaeze.looks("sign-in", dark=True, keyboard=True)
    adaeze.signs_in()
    adaeze.sees("What you have with the society ₦500,000.00")
    adaeze.looks("passbook", keyboard=True)
    adaeze.follows("Ask for a loan")
    adaeze.looks("ask-for-a-loan")
    adaeze.page.get_by_label("Normal loan").check()
    adaeze.types("How much?", "2,000,000")
    adaeze.types("How many months", "12")
    adaeze.waits_for("text=Ask for this instead")  # the figures follow what is typed
    adaeze.looks("more-than-she-may-have")
    adaeze.presses("Ask for this instead")
    adaeze.types("How much?", "600k")
    adaeze.types("What is it for?", "A roof for the house")
    adaeze.waits_for("text=/53,309/")
    adaeze.sees("You pay back in all ₦639,711.")
    adaeze.looks("figures", keyboard=True)
    adaeze.presses("Save and continue" if not adaeze.room.screen.is_phone else "Continue")
    find_and_choose(adaeze, "bola", "300,000", people.bola.name, look="find-a-guarantor")
    find_and_choose(adaeze, "eze", "", people.ngozi.name)
    adaeze.sees("Enough on your list")
    adaeze.looks("two-on-the-list")
    adaeze.follows("Continue")
    adaeze.presses("Send my request")
    adaeze.sees("There is a problem")
    adaeze.looks("not-agreed-yet")
    adaeze.picks("I ask for this loan")
    adaeze.looks("check-and-send")
    adaeze.presses("Send my request")
    adaeze.sees("We wait for your guarantors")
    adaeze.looks("sent")


def find_and_choose(adaeze: Hand, words: str, amount: str, name: str, look: str = "") -> None:
    adaeze.types("Name or member number", words)
    if amount:
        adaeze.types("How much should this person stand for?", amount)
    adaeze.presses("Search")
    adaeze.sees("found")
    if look:
        adaeze.looks(look)
    adaeze.presses(f"Choose {name}")
    adaeze.sees(f"{name} is on your list")


# Guarantors -----------------------------------------------------------------------------------------------------------


def bola_reads_and_says_yes(bola: Hand) -> None:
    bola.signs_in()
    bola.sees("OKONKWO Adaeze Nkem asks you to stand for a loan")
    bola.looks("asked-to-stand")
    bola.follows("Read and answer")
    bola.looks("consent", dark=True, keyboard=True)
    bola.presses("Send my answer")
    bola.sees("There is a problem")
    bola.picks("Yes, I will stand")
    bola.types("If yes, type the amount", "300,000")
    bola.presses("Send my answer")
    bola.sees("You stand for ₦300,000.00 of the loan of OKONKWO Adaeze Nkem")
    bola.looks("promised")


def ngozi_says_yes(ngozi: Hand) -> None:
    """She sits on the committee too, so she comes in with her second step and finds her passbook from her desk."""
    ngozi.signs_in()
    ngozi.follows("My passbook") if not ngozi.room.screen.is_phone else ngozi.goes_to("/guarantees/")
    ngozi.follows("Read and answer")
    ngozi.picks("Yes, I will stand")
    ngozi.types("If yes, type the amount", "300000")
    ngozi.presses("Send my answer")
    assert LoanApplication.objects.get().status == "under_review"


# The committee --------------------------------------------------------------------------------------------------------


def a_sitting_decides(chair: Hand, kabiru: Hand, people: People) -> None:
    kabiru_sets_up_his_second_step(kabiru)
    kabiru.looks("queue-without-a-sitting")
    chair.goes_to("/accounts/login/")
    chair.signs_in()
    chair.follows("Sittings")
    chair.looks("sittings")
    chair.presses("Open the sitting")
    chair.sees("is open for votes")
    chair.looks("queue-of-the-chair")

    kabiru.goes_to("/committee/")
    kabiru.follows("Start reviewing")
    kabiru.looks("dossier", dark=True, keyboard=True)
    kabiru.presses("Cast my vote")
    kabiru.sees("Choose approve, decline or abstain")
    kabiru.picks("Approve")
    kabiru.picks("I am not this member's guarantor")
    kabiru.looks("vote")
    kabiru.presses("Cast my vote")
    kabiru.sees("is in. It stays as you cast it.")
    application = LoanApplication.objects.get()
    for voter in people.voters[1:]:
        cast_vote(application=application, choice=VoteChoice.APPROVE, reason="", by=voter.user, at=now())

    chair.follows("Close the sitting")
    chair.looks("close-the-sitting")
    chair.types("Type CLOSE to go on", "close")
    chair.presses("Close the sitting")
    chair.sees("1 application decided")
    chair.looks("minutes")


def kabiru_sets_up_his_second_step(kabiru: Hand) -> None:
    kabiru.signs_in()
    kabiru.sees("Your work needs a second step")
    kabiru.looks("second-step-needed")
    kabiru.follows("Set it up")
    kabiru.sees("Your password again")
    kabiru.looks("password-again")
    kabiru.types("Password", PASSWORD)
    kabiru.presses("Go on")
    kabiru.secret = kabiru.page.locator("main code").inner_text()
    kabiru.looks("second-step-square")
    kabiru.types("Code from the app", kabiru.code())
    kabiru.presses("Turn it on")
    kabiru.looks("second-step-on")
    kabiru.goes_to("/")


# The office -----------------------------------------------------------------------------------------------------------


def the_officer_registers(officer: Hand) -> None:
    officer.goes_to("/accounts/login/")
    officer.types("E-mail or member number", officer.person.user.sign_in_number)
    officer.types("Password", "not the password")
    officer.presses("Sign in")
    officer.sees("do not go together")
    officer.looks("wrong-password")
    officer.signs_in()
    officer.looks("to-register")
    officer.opens_the_first()
    officer.looks("register-one")
    officer.presses("Register this loan")
    officer.sees(f"{SERIAL} is in the register and ready to be paid out")
    officer.looks("registered")


def the_treasurer_pays_out(treasurer: Hand) -> None:
    treasurer.signs_in()
    treasurer.looks("payouts")
    treasurer.opens_the_first()
    treasurer.looks("payout", keyboard=True)
    treasurer.types("Member's bank", "Providus Bank")
    treasurer.types("Account number", "0040 0555")
    treasurer.types("Number of the transfer", "TRF/26110900417")
    treasurer.picks("I have sent this money")
    treasurer.presses("Record that ₦600,000.00 was paid")
    treasurer.sees("An account number has ten figures")
    treasurer.looks("payout-not-right-yet")
    treasurer.types("Account number", "0040055512")
    treasurer.presses("Record that ₦600,000.00 was paid")
    treasurer.sees(f"{SERIAL} is running")
    treasurer.looks("paid-out")


# The month ------------------------------------------------------------------------------------------------------------


def the_deductions_go_out(officer: Hand, treasurer: Hand, people: People) -> None:
    officer.goes_to("/reconciliation/schedules/prepare/")
    officer.page.get_by_label("Employer").select_option(label=people.employer.name)
    officer.looks("prepare-deductions")
    officer.presses("Prepare")
    officer.sees("70,309.27")
    officer.looks("deductions")
    treasurer.goes_to("/reconciliation/schedules/")
    treasurer.looks("schedules")
    treasurer.opens_the_first()
    treasurer.follows("Issue")
    treasurer.looks("issue-deductions")
    treasurer.presses("Issue the schedule")
    treasurer.sees("DS/2026/0001 is issued")


def the_return_comes_in(treasurer: Hand, people: People, folder: Path) -> None:
    file, total = payroll_file(people, folder)
    treasurer.goes_to("/reconciliation/")
    treasurer.looks("returns")
    treasurer.follows("Bring it in")
    treasurer.page.set_input_files("input[type=file]", file)
    treasurer.types("What the bank credited", f"{total:,}")
    treasurer.types("Day on which the bank credited it", "2026-11-28")
    treasurer.looks("bring-a-return-in")
    treasurer.presses("Read and match it")
    treasurer.sees("Left to explain ₦0.00")
    treasurer.looks("workspace", dark=True, keyboard=True)
    treasurer.presses("Accept")
    treasurer.sees("is BELLO Musa Ibrahim's")
    treasurer.follows("Post it")
    treasurer.looks("post-the-return")
    treasurer.types("Type POST to go on", "POST")
    treasurer.presses("Post ₦")
    treasurer.waits_for("#job progress")
    treasurer.looks("posting")
    assert have_the_worker_work() == 1
    treasurer.waits_for("#job", state="detached")
    treasurer.sees(f"To members ₦{total - 9000:,} + to suspense ₦9,000.00 = the file ₦{total:,}")
    treasurer.looks("posted")
    told = totals(Remittance.objects.get())
    assert told.matched + told.suspense == told.file == told.credit == total


def payroll_file(people: People, folder: Path) -> tuple[Path, Decimal]:
    """November's return: Adaeze as asked, Musa under a number that is nobody's, and a stranger."""
    rows = [
        (people.adaeze.member.staff_number, people.adaeze.member.name, Decimal("70309.27")),
        ("LPA9001", people.musa.member.name, Decimal("17000.00")),
        *((one.member.staff_number, one.member.name, Decimal("17000.00")) for one in (people.bola, people.ngozi)),
        ("LPA9002", "OKPARA Felix", Decimal("9000.00")),
    ]
    file = folder / "november.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("STAFF NO", "NAME", "AMOUNT"), *rows])
    return file, sum(amount for _, _, amount in rows)


def adaeze_sees_her_first_payment(adaeze: Hand) -> None:
    adaeze.goes_to("/")
    adaeze.looks("passbook-with-a-loan")
    adaeze.follows(f"Normal loan {SERIAL}")
    adaeze.sees("1 of 12 made")
    adaeze.looks("the-loan", dark=True)
    adaeze.goes_to("/statement/")
    adaeze.looks("statement")
    adaeze.goes_to("/messages/")
    adaeze.looks("messages")
    assert standing(adaeze.person).balance == Decimal("515000.00")
    assert Loan.objects.get().principal == AMOUNT


# Without script -------------------------------------------------------------------------------------------------------


def test_a_member_asks_and_another_consents_without_script(room_without_script, people, calendar):
    adaeze, bola = (room_without_script.seat(one) for one in (people.adaeze, people.bola))
    adaeze.signs_in()
    adaeze.follows("Ask for a loan")
    adaeze.page.get_by_label("Normal loan").check()
    adaeze.types("How much?", "2m")
    adaeze.types("How many months", "12")
    adaeze.presses("Update the figures")
    adaeze.sees("You could ask for ₦1,000,000 over 12 months")
    adaeze.looks("more-than-she-may-have")
    adaeze.presses("Ask for this instead")
    adaeze.sees("Within your limit of ₦1,000,000")
    adaeze.types("How much?", "600,000")
    adaeze.presses("Save and continue")
    adaeze.sees("Say in a few words what the money is for")
    adaeze.looks("not-said-what-for")
    adaeze.types("What is it for?", "A roof for the house")
    adaeze.presses("Save and continue")
    find_and_choose(adaeze, "bola", "300,000", people.bola.name)
    find_and_choose(adaeze, "eze", "", people.ngozi.name)
    adaeze.follows("Continue")
    adaeze.picks("I ask for this loan")
    adaeze.presses("Send my request")
    adaeze.sees("We wait for your guarantors")
    adaeze.looks("sent")
    bola.signs_in()
    bola.follows("Read and answer")
    bola.looks("consent")
    bola.picks("Yes, I will stand")
    bola.types("If yes, type the amount", "300,000")
    bola.presses("Send my answer")
    bola.looks("promised")
    assert standing(people.bola).held == Decimal(300000)
