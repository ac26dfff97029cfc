"""Two people at the same books at the same moment: one of them does it, the other is told."""

import threading
from collections.abc import Callable
from decimal import Decimal

from django.db import connections

from core.errors import DomainError, IllegalTransition
from ledger import chart
from ledger.models import JournalEntry
from ledger.services import accounts_by_code
from loans.models import Loan
from members.models import Member
from members.services import Contribution, post_contributions
from onboarding.errors import BeingPosted, BooksAlreadyIn, UsedSince
from onboarding.models import BookImport
from onboarding.services import post_books, propose_books, undo_books
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


def test_a_payment_in_the_middle_of_an_undoing_is_either_seen_or_comes_after(fresh_database, cast, desk, small):
    """Either the undoing is refused because of it, or it finds the accounts as the undoing left them."""
    seen = set()
    for attempt in range(6):
        posted = desk.post(small)
        member = Member.objects.get(number="UMCS/0003")
        bank = accounts_by_code(chart.BANK)[chart.BANK]
        paid = Contribution(member.pk, f"race/{attempt}", "Paid in at the counter", savings=Decimal(700))

        def pay(paid=paid, bank=bank):
            return post_contributions(contributions=[paid], from_account_id=bank, on=ON, by=cast.officer)

        def undo(posted=posted):
            return undo_books(book_import=posted, reason="A race", by=cast.chair, on=ON, at=AT)

        _, undone = _together(pay, undo)
        seen.add(type(undone).__name__)
        assert broken() == []
        if isinstance(undone, UsedSince):
            break
        standing = balances()
        assert standing[member.savings_account.code] == 700 * (attempt + 1)
    assert seen <= {"UsedSince", "BookImport"}


def test_a_meaning_changed_while_the_books_go_in_is_refused_or_first(fresh_database, cast, desk, small):
    proposed = desk.propose(small)
    answers = _together(
        lambda: post_books(book_import=proposed, by=cast.treasurer, at=AT),
        lambda: propose_books(book_import=BookImport.objects.get(pk=proposed.pk), by=cast.officer, at=AT),
    )
    assert len(_refusals(answers)) >= 1
    assert broken() == []
