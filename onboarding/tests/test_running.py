"""Postings and undoings that are too long for a page: asked for, done by the worker, told on the page."""

import pytest
from django_q.models import OrmQ

from members.models import Member
from onboarding.errors import ApprovedByItsProposer, BeingPosted, BooksAlreadyIn, UsedSince
from onboarding.jobs import run_import
from onboarding.models import ImportRun
from onboarding.services.running import ask_to_post, ask_to_undo, carry_out, is_long
from onboarding.states import ImportStatus, RunKind
from onboarding.tests.standing import AT, ON, broken
from onboarding.tests.test_undoing_books import paid_in


def test_what_was_asked_for_stands_in_the_queue_and_is_done_once(desk, cast, small):
    proposed = desk.propose(small)
    run = ask_to_post(book_import=proposed, by=cast.treasurer, at=AT, on=ON)
    (queued,) = OrmQ.objects.all()
    assert (queued.task["func"], queued.task["args"]) == ("onboarding.jobs.run_import", (run.pk,))
    assert run_import(run.pk) == "done"
    proposed.refresh_from_db()
    assert (proposed.status, proposed.approved_by) == (ImportStatus.POSTED, cast.treasurer)
    members = Member.objects.count()
    assert run_import(run.pk) == "done"  # given again after a crash
    assert Member.objects.count() == members and broken() == []


def test_a_worker_that_died_after_it_was_done_leaves_nothing_to_do(desk, cast, small):
    proposed = desk.propose(small)
    run = ask_to_post(book_import=proposed, by=cast.treasurer, at=AT, on=ON)
    carry_out(run=run, at=AT)
    ImportRun.objects.create(
        book_import=proposed, what=RunKind.POST, business_date=ON, asked_by=cast.treasurer, asked_at=AT
    )
    again = ImportRun.objects.latest("pk")
    assert run_import(again.pk) == "done"


def test_what_can_be_refused_at_once_is(desk, cast, small):
    proposed = desk.propose(small)
    with pytest.raises(ApprovedByItsProposer):
        ask_to_post(book_import=proposed, by=cast.officer, at=AT, on=ON)
    ask_to_post(book_import=proposed, by=cast.treasurer, at=AT, on=ON)
    with pytest.raises(BeingPosted):
        ask_to_post(book_import=proposed, by=cast.chair, at=AT, on=ON)
    run_import(ImportRun.objects.get().pk)
    with pytest.raises(BooksAlreadyIn):
        ask_to_post(book_import=desk.propose(small), by=cast.treasurer, at=AT, on=ON)
    assert OrmQ.objects.count() == 1


def test_a_refusal_is_kept_for_the_page_and_nothing_is_changed(desk, cast, small, society):
    first, second = desk.propose(small), desk.propose(small)
    late = ask_to_post(book_import=second, by=cast.treasurer, at=AT, on=ON)
    run_import(ask_to_post(book_import=first, by=cast.treasurer, at=AT, on=ON).pk)
    assert run_import(late.pk) == BooksAlreadyIn.message
    late.refresh_from_db()
    second.refresh_from_db()
    assert (late.refusal, late.is_running, second.status) == (BooksAlreadyIn.message, False, ImportStatus.PROPOSED)


def test_a_long_undoing_is_asked_for_and_done_too(desk, cast, small):
    posted = desk.post(small)
    run = ask_to_undo(book_import=posted, reason="Wrong year", by=cast.chair, at=AT, on=ON)
    assert run_import(run.pk) == "done"
    posted.refresh_from_db()
    assert (posted.status, posted.undo_reason, posted.undone_by) == (ImportStatus.UNDONE, "Wrong year", cast.chair)
    assert run_import(run.pk) == "done" and broken() == []


def test_an_undoing_that_something_stands_in_the_way_of_is_not_asked_for(desk, cast, small):
    posted = desk.post(small)
    paid_in(cast)
    with pytest.raises(UsedSince):
        ask_to_undo(book_import=posted, reason="Wrong year", by=cast.chair, at=AT, on=ON)
    assert not ImportRun.objects.exists()


def test_only_big_books_are_the_workers_business(desk, unity, small):
    assert not is_long(desk.bring(small)) and not is_long(desk.bring(unity))
    big = desk.bring(small)
    big.findings["totals"]["members"] = 3_000
    assert is_long(big)
