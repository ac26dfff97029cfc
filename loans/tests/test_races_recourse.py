"""Thirty-two threads on pairs of actions of promises in mid-life that want the same naira, hold or place."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ledger.checks import INVARIANTS as LEDGER
from ledger.models import AccountBalance
from loans.checks import INVARIANTS
from loans.models import Guarantee, GuarantorClaim, HoldPolicy, Recourse, RecourseCharge, Substitution
from loans.services.claims import repay_claims
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.services.recourse import charge_guarantors, give_notice, offset_savings, withdraw_recourse
from loans.services.repayments import record_receipt
from loans.services.substitution import answer_substitution, approve_substitution, ask_substitute
from loans.states import RecourseStatus, SubstitutionStatus
from loans.tests.factories import AT, make_application, make_member
from loans.tests.recourse_cast import FREE, LATE, days_go_by, late_loan, promises
from loans.tests.register_cast import make_officer, make_treasurer
from loans.tests.test_races_guarantees import at_once
from members.services import request_withdrawal

pytestmark = pytest.mark.slow
D = Decimal


def held(member) -> Decimal:
    return AccountBalance.objects.get(account=member.savings_account).held


def sound() -> bool:
    return not [one.code for one in [*LEDGER, *INVARIANTS] if one.code != "I13" and one.run().broken]


def in_turn(makers):
    """An action for each thread, each with a number of its own."""
    lock, numbers = threading.Lock(), itertools.count(1)

    def number() -> int:
        with lock:
            return next(numbers)

    return [lambda make=make: make(number()) for make in makers]


@transaction.atomic
def late(**fields):
    return late_loan(**fields)


@transaction.atomic
def ready(**fields):
    """A loan on which notice was given so long ago that the first step can be taken."""
    loan = late_loan(**fields)
    recourse = give_notice(loan=loan, reason="Nothing came", by=make_officer(), on=LATE, at=AT)
    days_go_by()
    return loan, recourse


def test_two_who_would_take_one_place_one_does(fresh_database):
    loan = late()
    old, officers = promises(loan)[0], [make_officer() for _ in range(2)]
    people = [make_member(savings="150000") for _ in range(2)]

    def ask(person):
        return lambda _: ask_substitute(old=old, guarantor=person, why="exit", by=officers[0], at=AT)

    outcome = at_once(in_turn([ask(person) for person in people]))
    assert outcome["SubstitutionOpen"] == 31
    asked = Substitution.objects.get()
    answer_substitution(substitution=asked, says_yes=True, by=asked.guarantor.user, at=AT)
    new = at_once([lambda: approve_substitution(substitution=asked, by=officers[1], at=AT)])
    assert new["action 0"] == 32  # the first does it, the others are told what it came to
    assert Guarantee.objects.live().filter(loan=loan).count() == 2
    assert (held(asked.guarantor), held(old.guarantor)) == (100000, 0)
    assert sound()


def test_a_place_is_taken_or_the_savings_are_drawn_never_both(fresh_database):
    loan, new = late(), make_member(savings="100000")
    officer = make_officer()
    asked = ask_substitute(old=promises(loan)[0], guarantor=new, why="exit", by=make_officer(), at=AT)
    answer_substitution(substitution=asked, says_yes=True, by=new.user, at=AT)
    outcome = at_once([
        lambda: approve_substitution(substitution=asked, by=officer, at=AT),
        lambda: request_withdrawal(member=new, amount=D(100000), by=new.user, at=AT),
    ])  # fmt: skip
    asked.refresh_from_db()
    done = asked.status == SubstitutionStatus.DONE
    assert (outcome["NotCovered"] == 0) is done
    assert outcome["action 1"] == (0 if done else 1)
    assert held(new) == 100000
    assert sound()


def test_guarantors_are_charged_or_the_notice_is_withdrawn_never_both(fresh_database):
    loan, recourse = ready(savings="0")
    treasurer, officer = make_treasurer(), make_officer()
    offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    outcome = at_once([
        lambda: charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT),
        lambda: withdraw_recourse(recourse=recourse, reason="He will pay", by=officer, on=FREE, at=AT),
    ])  # fmt: skip
    recourse = Recourse.objects.get()
    assert outcome["action 0"] + outcome["action 1"] == 1
    assert outcome["RecourseOver"] == 31
    charged = recourse.status == RecourseStatus.GUARANTORS_CHARGED
    assert RecourseCharge.objects.count() == (2 if charged else 0)
    assert [held(one.guarantor) for one in promises(loan)] == ([0, 0] if charged else [100000, 100000])
    assert sound()


def test_a_hold_that_falls_and_a_new_promise_want_the_same_savings(fresh_database):
    """The payment frees what the new promise needs: whoever comes first, no naira is held twice."""
    loan = late(policy=HoldPolicy.FALLS_WITH_PRINCIPAL)
    officer, guarantor = make_officer(), promises(loan)[0].guarantor
    application = make_application(status="awaiting_guarantors", amount="150000")
    request_withdrawal(member=guarantor, amount=D(60000), by=guarantor.user, at=AT)
    asked = ask_guarantor(
        application=application, guarantor=guarantor, amount=D(40000), by=application.member.user, at=AT
    )
    outcome = at_once(in_turn([
        lambda number: record_receipt(
            loan=loan, amount=D("1000"), into="bank", reference=str(number), by=officer, on=LATE, at=AT
        ),
        lambda _: accept_guarantee(guarantee=asked, by=guarantor.user, at=AT),
    ]))  # fmt: skip
    assert outcome["action 0"] == 16
    assert outcome["action 1"] + outcome["NotEnoughToStand"] == 16
    assert sound()


def test_the_borrower_pays_in_the_moment_in_which_recourse_takes(fresh_database):
    loan, recourse = ready(savings="50000")
    treasurer, officer = make_treasurer(), make_officer()
    outcome = at_once(in_turn([
        lambda number: record_receipt(
            loan=loan, amount=D("4000"), into="bank", reference=str(number), by=officer, on=FREE, at=AT
        ),
        lambda _: offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT),
        lambda _: charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT),
    ]))  # fmt: skip
    assert outcome["action 0"] + outcome["NotRunning"] + outcome["MoreThanOwed"] >= 11
    assert outcome["action 1"] <= 1
    assert outcome["action 2"] <= 1
    for one in promises(loan):
        assert one.charged <= one.amount
        assert GuarantorClaim.objects.filter(guarantor=one.guarantor).count() == (1 if one.charged else 0)
    assert sound()


def test_one_claim_is_repaid_once_however_many_pay_it(fresh_database):
    loan, recourse = ready(savings="50000")
    treasurer, officer = make_treasurer(), make_officer()
    offset_savings(recourse=recourse, by=treasurer, on=FREE, at=AT)
    charge_guarantors(recourse=recourse, by=treasurer, on=FREE, at=AT)
    left = sum(one.left for one in GuarantorClaim.objects.all())
    outcome = at_once(in_turn([
        lambda number: repay_claims(
            borrower=loan.member, amount=left, into="bank", reference=str(number), by=officer,
            on=FREE + timedelta(days=1), at=AT,
        ),
    ]))  # fmt: skip
    assert outcome["action 0"] == 1
    assert outcome["NothingClaimed"] + outcome["MoreThanOwed"] == 31
    assert [one.left for one in GuarantorClaim.objects.all()] == [0, 0]
    assert Recourse.objects.get().status == RecourseStatus.SETTLED
    assert sound()
