"""Thirty-two threads, each with its own connection, on pairs of actions that want the same naira or request."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from django.db import connection

from core.errors import DomainError
from ledger.checks import INVARIANTS
from ledger.models import AccountBalance, Hold
from loans.models import Guarantee, LoanApplication, LoanParty, LoanProduct
from loans.services.applications import save_draft, start_application, submit_application, withdraw_application
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.states import ApplicationStatus, GuaranteeStatus
from loans.tests.factories import (
    AT,
    TODAY,
    make_application,
    make_guarantee,
    make_member,
    make_product_rules,
)
from members.services import request_withdrawal

THREADS = 32


def at_once(actions: Sequence[Callable[[], object]], *, threads: int = THREADS) -> Counter:
    """Run the actions in turn on so many threads that start together; count what each came to.

    A refusal is counted under its class; any other error is a failure of the test.
    """
    gate, outcomes, lock = threading.Barrier(threads), Counter(), threading.Lock()

    def run(place: int) -> None:
        name = f"action {place % len(actions)}"
        try:
            gate.wait(timeout=30)
            actions[place % len(actions)]()
            outcome = name
        except DomainError as refused:
            outcome = type(refused).__name__
        except Exception as error:  # shown below, in the test's own thread
            outcome = repr(error)
        finally:
            connection.close()
        with lock:
            outcomes[outcome] += 1

    running = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=60)
    assert sum(outcomes.values()) == threads
    return outcomes


def held(member) -> Decimal:
    return AccountBalance.objects.get(account=member.savings_account).held


def books_are_sound() -> bool:
    return all(not invariant.run().broken for invariant in INVARIANTS)


@pytest.fixture
def guarantor(fresh_database):
    return make_member(savings="100000")


def asked(guarantor, amount="100000"):
    application = make_application(status="awaiting_guarantors")
    return ask_guarantor(
        application=application, guarantor=guarantor, amount=Decimal(amount), by=application.member.user, at=AT
    )


def consent(guarantee):
    return lambda: accept_guarantee(guarantee=guarantee, by=guarantee.guarantor.user, at=AT)


def test_two_consents_at_once_cannot_pledge_the_same_naira(guarantor):
    first, second = asked(guarantor), asked(guarantor)
    outcomes = at_once([consent(first), consent(second)])
    # The sixteen of the winner are one consent said sixteen times; the other sixteen are refused.
    assert sorted(outcomes.values()) == [16, 16]
    assert outcomes["NotEnoughToStand"] == 16
    assert Guarantee.objects.filter(guarantor=guarantor, status=GuaranteeStatus.ACCEPTED).count() == 1
    assert Hold.objects.live().filter(account=guarantor.savings_account).count() == 1
    assert held(guarantor) == Decimal(100000)
    assert LoanParty.objects.filter(member=guarantor).count() == 1
    assert books_are_sound()


def test_a_consent_and_a_withdrawal_at_once_have_one_winner(guarantor):
    guarantee = asked(guarantor)
    outcomes = at_once(
        [
            consent(guarantee),
            lambda: request_withdrawal(member=guarantor, amount=Decimal(100000), by=guarantor.user, at=AT),
        ]
    )
    assert set(outcomes) in ({"action 0", "NotEnoughSavings"}, {"action 1", "NotEnoughToStand", "NotEnoughSavings"})
    assert Hold.objects.live().filter(account=guarantor.savings_account).count() == 1
    assert held(guarantor) == Decimal(100000)
    assert books_are_sound()


def test_two_consents_at_once_cannot_both_be_the_last_that_one_may_give(fresh_database):
    rich = make_member(savings="900000")
    for _ in range(3):
        accept_guarantee(guarantee=asked(rich, "1000"), by=rich.user, at=AT)
    outcomes = at_once([consent(asked(rich, "1000")), consent(asked(rich, "1000"))])
    assert outcomes["TooManyPromises"] == 16
    assert Guarantee.objects.filter(guarantor=rich, status=GuaranteeStatus.ACCEPTED).count() == 4


def test_the_last_two_consents_at_once_bring_the_request_to_the_committee_once(fresh_database):
    application = make_application(status="awaiting_guarantors")
    pair = [make_guarantee(application=application) for _ in range(2)]
    outcomes = at_once([consent(pair[0]), consent(pair[1])])
    assert outcomes == Counter({"action 0": 16, "action 1": 16})
    application.refresh_from_db()
    assert application.status == ApplicationStatus.UNDER_REVIEW
    assert Guarantee.objects.filter(application=application, status=GuaranteeStatus.ACCEPTED).count() == 2
    assert books_are_sound()


def test_the_last_consent_and_a_withdrawal_of_the_request_leave_nothing_held_for_nothing(fresh_database):
    application = make_application(status="awaiting_guarantors")
    make_guarantee(application=application, status=GuaranteeStatus.ACCEPTED)
    last = make_guarantee(application=application)
    borrower = application.member.user
    outcomes = at_once([consent(last), lambda: withdraw_application(application=application, by=borrower, at=AT)])
    # The borrower's word counts at any time before the register, so he always has the last one.
    assert outcomes["action 1"] == 16
    assert set(outcomes) <= {"action 0", "action 1", "RequestClosed"}
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
    assert not Hold.objects.live().exists()
    assert not Guarantee.objects.filter(status__in=[GuaranteeStatus.REQUESTED, GuaranteeStatus.ACCEPTED]).exists()
    assert books_are_sound()


def test_one_draft_is_begun_and_sent_once_however_often_it_is_pressed(fresh_database):
    make_product_rules()
    member = make_member(savings="250000")
    product = LoanProduct.objects.get(code="normal")
    wanted = {"product": product, "amount": Decimal(200000), "term_months": 12, "purpose": "Rent"}
    outcomes = at_once([lambda: start_application(member=member, by=member.user, at=AT, **wanted)])
    assert outcomes == Counter({"DraftExists": 31, "action 0": 1})
    draft = LoanApplication.objects.get(member=member)
    assert draft.number == "APP/2026/0001"
    outcomes = at_once(
        [
            lambda: submit_application(application=draft, by=member.user, on=TODAY, at=AT),
            lambda: save_draft(
                member=member, draft=draft, by=member.user, at=AT, **wanted | {"amount": Decimal(90000)}
            ),
        ]
    )
    assert outcomes["action 0"] == 16
    assert set(outcomes) <= {"action 0", "action 1", "AlreadySent"}
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.AWAITING_GUARANTORS
    assert LoanParty.objects.filter(application=draft).count() == 1
    # What the rules were asked about is what was sent.
    asked_for = next(rule["actual"] for rule in draft.rules["rules"] if rule["code"] == "savings_multiple")
    assert Decimal(asked_for) == draft.amount
