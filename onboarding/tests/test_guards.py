"""What the database itself refuses, attacked in SQL as the app's role and, where a trigger stands, as the owner's."""

import pytest

from core.testing import refusal_of
from onboarding.models import BookImport
from onboarding.services.running import ask_to_post
from onboarding.tests.standing import AT, ON

APPEND_ONLY, UNIQUE, CHECK, NO_RIGHT = "23001", "23505", "23514", "42501"


@pytest.fixture
def posted(desk, small) -> BookImport:
    return desk.post(small)


@pytest.fixture
def proposed(desk, small) -> BookImport:
    return desk.propose(small)


def _set(book_import: BookImport, what: str, *values) -> str | None:
    return refusal_of(f"UPDATE onboarding_bookimport SET {what} WHERE id = %s", [*values, book_import.pk])


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("data = %s", b"other"), ("file_hash = %s", "0" * 64), ("file_name = %s", "b.xlsx"),
        ("brought_at = %s", "2020-01-01"), ("id = id + %s", 1000),
    ],
)  # fmt: skip
def test_the_file_of_an_import_never_changes(proposed, as_role, what, value):
    assert _set(proposed, what, value) == APPEND_ONLY
    with as_role("cooploan_owner"):
        assert _set(proposed, what, value) == APPEND_ONLY


def test_an_import_is_never_deleted(proposed, as_role):
    attack = "DELETE FROM onboarding_bookimport"
    assert refusal_of(attack) == NO_RIGHT
    assert refusal_of("TRUNCATE onboarding_bookimport CASCADE") == NO_RIGHT
    with as_role("cooploan_owner"):
        assert refusal_of(attack) == APPEND_ONLY


@pytest.mark.parametrize(
    "what",
    [
        "status = 'draft'", "status = 'proposed'", "status = 'dropped'", "mapping = '{}'", "findings = '{}'",
        "approved_at = now()", "proposed_at = now()", "as_at = '2020-01-01'", "approved_by_id = proposed_by_id",
        "proposed_by_id = approved_by_id", "undo_reason = 'quietly'",
        "status = 'undone', undone_by_id = approved_by_id, undone_at = now(), undo_reason = ''",
        "status = 'undone', undone_by_id = NULL, undone_at = now(), undo_reason = 'x'",
    ],
)  # fmt: skip
def test_a_posted_import_is_only_ever_undone_and_with_a_reason(posted, what):
    assert _set(posted, what) == APPEND_ONLY


def test_an_undone_import_stays_undone_as_it_was_undone(desk, posted):
    undone = desk.undo(posted)
    for what in ("status = 'posted'", "undo_reason = 'another'", "undone_by_id = proposed_by_id", "mapping = '{}'"):
        assert _set(undone, what) == APPEND_ONLY
    # The same statement with what stands there already is no change, and is let through.
    assert _set(undone, "undo_reason = undo_reason") is None


def test_an_import_is_posted_only_from_a_proposal_and_as_it_was_proposed(desk, cast, small, proposed):
    draft = desk.bring(small)
    posting = "status = 'posted', proposed_by_id = %s, approved_by_id = %s, approved_at = now(), as_at = '2026-09-30'"
    people = (cast.officer.pk, cast.treasurer.pk)
    assert _set(draft, posting, *people) == APPEND_ONLY
    assert _set(proposed, posting + ", findings = '{}'", *people) == APPEND_ONLY
    assert _set(proposed, posting, cast.chair.pk, cast.treasurer.pk) == APPEND_ONLY
    assert _set(proposed, posting, *people) is None


def test_who_proposed_cannot_have_approved(cast, proposed):
    posting = "status = 'posted', approved_by_id = proposed_by_id, approved_at = now(), as_at = '2026-09-30'"
    assert _set(proposed, posting) == CHECK
    missing = "status = 'posted', approved_by_id = NULL, approved_at = now(), as_at = '2026-09-30'"
    assert _set(proposed, missing) == CHECK


def test_two_imports_are_never_in_the_books_at_one_time(desk, cast, small, posted):
    second = desk.propose(small)
    posting = "status = 'posted', approved_by_id = %s, approved_at = now(), as_at = '2026-09-30'"
    assert _set(second, posting, cast.treasurer.pk) == UNIQUE


def test_an_import_begins_as_a_draft(proposed):
    attack = (
        "INSERT INTO onboarding_bookimport (file_name, file_hash, data, mapping, findings, brought_by_id, brought_at, "
        "proposed_by_id, status, undo_reason) SELECT file_name, file_hash, data, mapping, findings, brought_by_id, "
        "brought_at, {}, '{}', '' FROM onboarding_bookimport"
    )
    assert refusal_of(attack.format("proposed_by_id", "draft")) == APPEND_ONLY
    for status in ("proposed", "posted", "undone", "dropped"):
        assert refusal_of(attack.format("NULL", status)) == APPEND_ONLY
    assert refusal_of(attack.format("NULL", "draft")) is None


def test_whom_an_import_entered_is_never_changed(posted, as_role):
    change = "UPDATE onboarding_importedmember SET row = row + 1"
    assert refusal_of(change) == NO_RIGHT
    assert refusal_of("DELETE FROM onboarding_importedmember") == NO_RIGHT
    again = "INSERT INTO onboarding_importedmember (book_import_id, member_id, row) SELECT book_import_id, member_id, 9"
    assert refusal_of(f"{again} FROM onboarding_importedmember LIMIT 1") == UNIQUE
    with as_role("cooploan_owner"):
        assert refusal_of(change) == APPEND_ONLY
        assert refusal_of("DELETE FROM onboarding_importedmember") == APPEND_ONLY


def test_a_run_stays_as_it_was_asked_for_and_ends_once(cast, proposed, as_role):
    run = ask_to_post(book_import=proposed, by=cast.treasurer, at=AT, on=ON)
    for what in ("asked_by_id = %s", "business_date = '2020-01-01', what = 'undo', reason = %s"):
        assert refusal_of(f"UPDATE onboarding_importrun SET {what}", [cast.officer.pk]) == APPEND_ONLY
    assert refusal_of("UPDATE onboarding_importrun SET finished_at = now()") is None
    assert refusal_of("DELETE FROM onboarding_importrun") == NO_RIGHT
    run.refresh_from_db()
    assert run.finished_at
    assert refusal_of("UPDATE onboarding_importrun SET finished_at = NULL") == APPEND_ONLY
    with as_role("cooploan_owner"):
        assert refusal_of("DELETE FROM onboarding_importrun") == APPEND_ONLY


def test_one_import_has_one_run_at_a_time(cast, proposed):
    ask_to_post(book_import=proposed, by=cast.treasurer, at=AT, on=ON)
    columns = "book_import_id, what, reason, business_date, asked_by_id, asked_at, refusal"
    again = f"INSERT INTO onboarding_importrun ({columns}) SELECT {columns} FROM onboarding_importrun"
    assert refusal_of(again) == UNIQUE
