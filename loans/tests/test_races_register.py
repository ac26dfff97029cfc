"""The register under many hands at once: each race has one winner, and the books break no rule of theirs."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections, transaction

from core.errors import DomainError
from core.models import SerialCounter
from ledger.checks import INVARIANTS as LEDGER_INVARIANTS
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from loans.checks import INVARIANTS
from loans.models import Disbursement, LendingPolicy, Loan, Repayment
from loans.selectors.register import month_cap
from loans.services.registration import register_loan, release_queued
from loans.services.repayments import reverse_repayment
from loans.states import LoanStatus
from loans.tests.factories import AT, TODAY
from loans.tests.register_cast import (
    make_active,
    make_approved,
    make_officer,
    make_registered,
    make_treasurer,
    pay_out,
    receive,
)

pytestmark = pytest.mark.slow
THREADS = 32
NOVEMBER = date(2026, 11, 28)


def at_once(work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """What each thread got: its result or the refusal. All begin together; anything but a refusal is a failure."""
    ready = threading.Barrier(threads)

    def one(place: int) -> object:
        try:
            ready.wait(30)
            return work(place)
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return [future.result(60) for future in [pool.submit(one, place) for place in range(threads)]]


def winners(results: list[object]) -> list[object]:
    return [result for result in results if not isinstance(result, DomainError)]


def assert_books_hold():
    broken = {one.code: one.run().broken for one in [*LEDGER_INVARIANTS, *INVARIANTS]}
    assert not {code: found for code, found in broken.items() if found}


def test_one_loan_is_paid_out_once_whoever_is_quicker(fresh_database):
    loan = make_registered(amount="200000", guarantors=2)
    treasurers = [make_treasurer() for _ in range(THREADS)]
    results = at_once(lambda place: pay_out(loan, by=treasurers[place], reference=f"TRF {place}"))
    assert len(winners(results)) == 1
    assert Disbursement.objects.count() == JournalEntry.objects.filter(kind="loan.paid_out").count() == 1
    assert balance_of(loan.account) == Decimal("200000.00")
    assert_books_hold()


def test_the_same_click_of_one_treasurer_32_times_is_one_payout(fresh_database):
    loan = make_registered()
    treasurer = make_treasurer()
    results = at_once(lambda _: pay_out(loan, by=treasurer, reference="TRF 1"))
    assert {result.pk for result in winners(results)} == {loan.application_id}
    assert len(winners(results)) == THREADS
    assert balance_of(loan.account) == Decimal("200000.00")


def test_one_bank_reference_pays_one_of_many_loans(fresh_database):
    loans = [make_registered(amount="10000") for _ in range(8)]
    treasurer = make_treasurer()
    results = at_once(lambda place: pay_out(loans[place], by=treasurer, reference="TRF 1"), threads=8)
    assert len(winners(results)) == 1
    assert Loan.objects.active().count() == 1
    assert_books_hold()


def test_one_application_is_registered_once(fresh_database):
    application = make_approved(guarantors=2)
    officer = make_officer()
    results = at_once(lambda _: register_loan(application=application, by=officer, on=TODAY, at=AT))
    assert len(winners(results)) == 1
    assert Loan.objects.count() == SerialCounter.objects.get(document="loan").last == 1
    assert_books_hold()


class Changed(Exception):
    """The officer closes the page after the number was taken."""


def test_serials_have_no_gap_when_a_third_of_the_registrations_are_given_up(fresh_database):
    applications = [make_approved(amount="10000") for _ in range(40)]
    officer = make_officer()
    queue, lock = list(applications), threading.Lock()

    def writer(place: int) -> int:
        chance, given = random.Random(place), 0
        while True:
            with lock:
                if not queue:
                    return given
                application = queue.pop()
            try:
                with transaction.atomic():
                    register_loan(application=application, by=officer, on=TODAY, at=AT)
                    if chance.random() < 0.3:
                        raise Changed()
                given += 1
            except Changed:
                with lock:
                    queue.append(application)

    results = at_once(writer, threads=8)
    assert sum(results) == 40
    assert sorted(Loan.objects.values_list("serial_number", flat=True)) == list(range(1, 41))
    assert_books_hold()


def test_the_queue_is_never_let_out_above_the_cap(fresh_database):
    make_approved()
    LendingPolicy.objects.update(monthly_cap=Decimal("100000"))
    make_registered(amount="100000")
    for _ in range(12):
        assert make_registered(amount="30000").status == LoanStatus.QUEUED
    fresh = [make_approved(amount="30000") for _ in range(THREADS // 2)]
    officer = make_officer()
    on = date(2026, 11, 1)

    def work(place: int) -> object:
        if place % 2:
            return register_loan(application=fresh[place // 2], by=officer, on=on, at=AT)
        return release_queued(on=on, by=None, at=AT)

    at_once(work)
    cap = month_cap(on)
    assert cap.used == Decimal("90000.00") <= cap.cap
    assert Loan.objects.filter(released_on=on, status=LoanStatus.REGISTERED).count() == 3
    assert_books_hold()


def test_one_slip_is_one_receipt_on_one_loan_or_on_many(fresh_database):
    loans = [make_active(amount="100000") for _ in range(4)]
    officer = make_officer()
    results = at_once(lambda place: receive(loans[place % 4], "5000", on=NOVEMBER, by=officer, reference="SLIP 7"))
    assert Repayment.objects.count() == 1
    paid = Repayment.objects.get()
    # Whoever sent the very same receipt is shown the one that is there; the others are refused.
    assert {result.repayment_id for result in winners(results)} == {paid.pk}
    assert len(winners(results)) == THREADS // 4
    assert_books_hold()


def test_many_payments_on_one_loan_never_pay_more_than_it_owes(fresh_database):
    loan = make_active(amount="100000", guarantors=2)
    officer = make_officer()
    results = at_once(lambda place: receive(loan, "5000", on=NOVEMBER, by=officer, reference=f"SLIP {place}"))
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    # 101,000 pays it off that day: twenty times 5,000 go in, the others are told what is left.
    assert len(winners(results)) == 20
    assert receive(loan, "1000", on=NOVEMBER, by=officer).closed
    assert balance_of(loan.account) == 0
    assert_books_hold()


def test_one_payment_is_taken_back_once(fresh_database):
    loan = make_active(amount="12000", term_months=3, guarantors=2)
    result = receive(loan, "12120", on=NOVEMBER)
    repayment = Repayment.objects.get(pk=result.repayment_id)
    officer = make_officer()
    results = at_once(lambda _: reverse_repayment(repayment=repayment, reason="Twice", by=officer, on=NOVEMBER, at=AT))
    assert len(winners(results)) == 1
    assert balance_of(loan.account) == Decimal("12000.00")
    assert_books_hold()
