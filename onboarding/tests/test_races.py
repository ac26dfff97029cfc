"""Two people at the same books at the same moment: one of them does it, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections, transaction

from core.errors import DomainError, IllegalTransition
from ledger import chart
from ledger.models import JournalEntry
from ledger.services import accounts_by_code
from loans.models import Loan
from members.models import Member
from members.services import Contribution, post_contributions
from onboarding.errors import BeingPosted, BooksAlreadyIn, UsedSince
from onboarding.models import BookImport
from onboarding.services import change_mapping, post_books, propose_books, undo_books
from onboarding.states import ImportStatus
from onboarding.tests.standing import AT, ON, balances, broken


def _together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start at one moment; gives what each returned or raised."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            answers[place] = act()
        except DomainError as refused:
            answers[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _refusals(answers: list[object]) -> list[DomainError]:
    return [answer for answer in answers if isinstance(answer, DomainError)]


def test_two_people_who_approve_the_same_books_at_once_put_them_in_once(fresh_database, cast, desk, small, society):
    proposed = desk.propose(small)
    for attempt in range(4):
        answers = _together(
            *(
                lambda by=by, pk=proposed.pk: post_books(book_import=BookImport.objects.get(pk=pk), by=by, at=AT)
                for by in (cast.treasurer, cast.chair)
            )
        )
        (refused,) = _refusals(answers)
        assert isinstance(refused, BeingPosted | BooksAlreadyIn | IllegalTransition)
        assert BookImport.objects.filter(status=ImportStatus.POSTED).count() == 1
        assert (Member.objects.active().count(), Loan.objects.active().count()) == (40, 24)
        assert broken() == []
        posted = BookImport.objects.get(status=ImportStatus.POSTED)
        undo_books(book_import=posted, reason=f"Attempt {attempt}", by=cast.chair, on=ON, at=AT)
        proposed = desk.propose(small)


def test_two_workbooks_posted_at_once_leave_one_in_the_books(fresh_database, cast, desk, small):
    first, second = desk.propose(small), desk.propose(small)
    answers = _together(
        lambda: post_books(book_import=first, by=cast.treasurer, at=AT),
        lambda: post_books(book_import=second, by=cast.chair, at=AT),
    )
    (refused,) = _refusals(answers)
    assert isinstance(refused, BeingPosted | BooksAlreadyIn)
    assert Member.objects.count() == 40 and broken() == []


def test_two_people_who_undo_at_once_undo_once(fresh_database, cast, desk, small):
    posted = desk.post(small)
    answers = _together(
        *(
            lambda by=by: undo_books(book_import=posted, reason="Both of us", by=by, on=ON, at=AT)
            for by in (cast.treasurer, cast.chair)
        )
    )
    assert len(_refusals(answers)) == 1
    assert balances() == {} and broken() == []
    assert JournalEntry.objects.filter(reverses__isnull=True).count() == JournalEntry.objects.count() / 2


class Held:
    """An act whose transaction stays open, in a thread of its own, until the test lets it go."""

    def __init__(self, act: Callable[[], object]):
        self._done, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(act,))

    def _run(self, act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                act()
                self._done.set()
                self._go.wait(20)
        finally:
            connections.close_all()

    def __enter__(self) -> Held:
        self._thread.start()
        assert self._done.wait(20)
        return self

    def __exit__(self, *_) -> None:
        self.let_go()

    def let_go(self) -> None:
        self._go.set()
        self._thread.join()


def test_while_books_go_in_others_are_told_at_once_and_do_not_wait(fresh_database, cast, desk, small):
    first, second = desk.propose(small), desk.propose(small)
    with Held(lambda: post_books(book_import=first, by=cast.treasurer, at=AT)):
        with pytest.raises(BeingPosted):
            post_books(book_import=second, by=cast.chair, at=AT)
        with pytest.raises(BeingPosted):
            change_mapping(book_import=first, change=lambda workbook, before: before, by=cast.officer, at=AT)
    with pytest.raises(BooksAlreadyIn):
        post_books(book_import=second, by=cast.chair, at=AT)
    with pytest.raises(IllegalTransition):
        change_mapping(book_import=first, change=lambda workbook, before: before, by=cast.officer, at=AT)


def test_an_undoing_waits_for_a_payment_that_is_being_posted_and_then_sees_it(fresh_database, cast, desk, small):
    posted = desk.post(small)
    bank = accounts_by_code(chart.BANK)[chart.BANK]
    paid = Contribution(
        Member.objects.get(number="UMCS/0003").pk, "race/1", "Paid in at the counter", savings=Decimal(700)
    )
    standing = balances()
    with Held(
        lambda: post_contributions(contributions=[paid], from_account_id=bank, on=ON, by=cast.officer)
    ) as payment:
        letting_go = threading.Timer(1.0, payment.let_go)
        letting_go.start()
        with pytest.raises(UsedSince, match="Paid in at the counter"):
            desk.undo(posted)
        letting_go.join()
    assert {code: amount - standing.get(code, 0) for code, amount in balances().items()}["2000"] == 700
    assert broken() == []


def test_a_meaning_changed_while_the_books_go_in_is_refused_or_first(fresh_database, cast, desk, small):
    proposed = desk.propose(small)
    answers = _together(
        lambda: post_books(book_import=proposed, by=cast.treasurer, at=AT),
        lambda: propose_books(book_import=BookImport.objects.get(pk=proposed.pk), by=cast.officer, at=AT),
    )
    assert len(_refusals(answers)) >= 1
    assert broken() == []
