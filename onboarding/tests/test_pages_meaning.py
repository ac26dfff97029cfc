"""A workbook brought in on a page, and what a person says of its sheets and columns."""

from decimal import Decimal

import pytest

from audit.models import Event
from members.models import Member
from onboarding.models import BookImport
from onboarding.tests.browsing import answers_about, client_of, upload, url, words_of
from onboarding.tests.paper import as_xlsx
from users.testing import make_user

# Bringing -------------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_and_its_meaning_shown(officer, small):
    answer = upload(officer, small)
    brought = BookImport.objects.get()
    assert answer["Location"] == url("meaning", brought)
    page = words_of(officer.get(answer["Location"]))
    assert "books.xlsx is read. Nothing is posted yet." in page
    for words in ("MEMBERS", "The register of members", "Headings in row 3, 9 of 10 columns used, all sure",
                  "C: NAMES", "The heading says so.", "BALOGUN Victor Zainab"):  # fmt: skip
        assert words in page
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "books.xlsx", "This file is empty."),
        (b"These are the minutes of the meeting.", "minutes.xlsx", "."),
        (b"%PDF-1.7", "books.pdf", "."),
    ],
)
def test_a_file_that_is_refused_is_told_at_its_field_and_leaves_nothing(officer, data, name, told):
    events = Event.objects.count()
    answer = upload(officer, data, name)
    assert answer.status_code == 200
    assert '<section class="errs"' in answer.content.decode() and told in words_of(answer)
    assert not BookImport.objects.exists() and Event.objects.count() == events


def test_a_file_above_20_mb_is_told_with_its_size(officer):
    assert "This file is 20.0 MB; the most we take is 20 MB." in words_of(upload(officer, bytes(20_000_001)))
    assert not BookImport.objects.exists()


def test_nothing_chosen_is_told(officer):
    assert "Choose the workbook that holds the society" in words_of(officer.post(url("upload"), {}))


def test_a_file_name_does_not_become_markup(officer, small):
    upload(officer, small, "<b>books.xlsx")
    assert b"<b>books" not in officer.get(url("imports")).content


# What it means --------------------------------------------------------------------------------------------------------


def test_what_a_person_says_of_a_column_is_kept_and_read_again(desk, small, officer):
    brought = desk.bring(small)
    answer = officer.post(url("change_sheet", brought, 0), answers_about(brought, 0, c4=""), follow=True)
    assert "Read again: 0 errors and" in words_of(answer)
    brought.refresh_from_db()
    column = brought.mapping["sheets"][0]["columns"][4]
    assert (column["meaning"], column["confidence"], column["reason"]) == ("", 100, "You said so.")
    assert "column_absent" in {problem["code"] for problem in brought.findings["problems"]}
    assert "You said so." in words_of(answer)
    # What the page shows afterwards, sent unchanged, changes nothing.
    officer.post(url("change_sheet", brought, 0), answers_about(brought, 0))
    again = BookImport.objects.get(pk=brought.pk)
    assert (again.mapping, again.findings) == (brought.mapping, brought.findings)


@pytest.mark.parametrize("place", range(4))
def test_a_form_sent_as_it_is_shown_changes_nothing(desk, small, officer, place):
    brought = desk.bring(small)
    assert officer.post(url("change_sheet", brought, place), answers_about(brought, place)).status_code == 302
    again = BookImport.objects.get(pk=brought.pk)
    assert (again.mapping, again.findings["problems"]) == (brought.mapping, [])


def test_two_columns_of_one_meaning_are_refused_with_their_letters(desk, small, officer):
    brought = desk.bring(small)
    answer = officer.post(url("change_sheet", brought, 1), answers_about(brought, 1, c3="savings"))
    assert answer.status_code == 200
    assert "Both are said to hold the savings; keep one of them." in words_of(answer)
    assert BookImport.objects.get(pk=brought.pk).mapping == brought.mapping


def test_a_sheet_that_is_not_used_is_missed_and_found_again(desk, small, officer):
    brought = desk.bring(small)
    officer.post(url("change_sheet", brought, 2), answers_about(brought, 2, kind="ignore"))
    brought.refresh_from_db()
    assert brought.findings["totals"]["loans"] == 0
    answer = officer.post(url("change_sheet", brought, 2), answers_about(brought, 2, kind="loans"))
    assert answer.status_code == 302
    brought.refresh_from_db()
    assert (brought.findings["totals"]["loans"], brought.findings["problems"]) == (24, [])


def test_another_row_of_headings_is_read_anew(desk, small, officer):
    brought = desk.bring(small)
    officer.post(url("change_sheet", brought, 0), answers_about(brought, 0, header_row="4"))
    brought.refresh_from_db()
    assert brought.mapping["sheets"][0]["columns"][1]["meaning"] == ""
    assert any(problem["code"] == "column_missing" for problem in brought.findings["problems"])
    officer.post(url("change_sheet", brought, 0), answers_about(brought, 0, header_row="3"))
    brought.refresh_from_db()
    assert brought.findings["problems"] == []


def test_rows_are_left_out_and_taken_in_again(desk, small, officer):
    brought = desk.bring(small)
    officer.post(url("change_sheet", brought, 1), answers_about(brought, 1, left_out="5, 7-8"))
    brought.refresh_from_db()
    absent = [problem for problem in brought.findings["problems"] if problem["code"] == "balances_absent"]
    assert {problem["member"] for problem in absent} == {"UMCS/0001", "UMCS/0003", "UMCS/0004"}
    assert "5, 7, 8" in officer.get(url("meaning", brought)).content.decode()
    officer.post(url("change_sheet", brought, 1), answers_about(brought, 1, left_out=""))
    brought.refresh_from_db()
    assert brought.findings["problems"] == []


@pytest.mark.parametrize("typed", ["twelve", "8-5", "1;drop"])
def test_rows_that_are_no_rows_are_told(desk, small, officer, typed):
    brought = desk.bring(small)
    answer = officer.post(url("change_sheet", brought, 1), answers_about(brought, 1, left_out=typed))
    assert answer.status_code == 200 and '<section class="errs"' in answer.content.decode()


def test_a_person_says_what_an_account_is(desk, society, officer):
    society.trial[0][1] -= 700
    society.trial.append(["MISCELLANEOUS", Decimal(700), None])
    brought = desk.bring(as_xlsx(society.workbook()))
    assert [problem["code"] for problem in brought.findings["problems"]] == ["account_unknown"]
    assert "None of these: to the opening differences" in words_of(officer.get(url("meaning", brought)))
    officer.post(url("change_sheet", brought, 3), answers_about(brought, 3, a10="cash"))
    brought.refresh_from_db()
    assert (brought.findings["problems"], brought.findings["outlook"]["left_over"]["parts"]) == ([], [])


def test_the_day_of_the_books_is_said_by_a_person(desk, small, officer):
    brought = desk.bring(small)
    assert "Choose the day of the balances." in words_of(officer.post(url("change_day", brought), {"as_at": ""}))
    officer.post(url("change_day", brought), {"as_at": "2026-08-31"})
    brought.refresh_from_db()
    assert brought.as_at.isoformat() == "2026-08-31"
    officer.post(url("change_day", brought), {"as_at": "2062-09-30"})
    assert "a day that has not come yet" in words_of(officer.get(url("problems", brought)))


def test_the_meaning_of_posted_books_is_shown_and_not_changed(desk, small, officer):
    posted = desk.post(small)
    page = officer.get(url("meaning", posted)).content.decode()
    assert "Save and read again" not in page
    answer = officer.post(url("change_day", posted), {"as_at": "2026-08-31"})
    assert "cannot become draft" in words_of(answer) or "already" in words_of(answer)
    posted.refresh_from_db()
    assert posted.as_at.isoformat() == "2026-09-30"


@pytest.mark.parametrize("role", ["chair", "auditor", "admin"])
def test_who_only_looks_changes_nothing(desk, small, role):
    client, brought = client_of(make_user(roles=[role])), desk.bring(small)
    assert "Save and read again" not in client.get(url("meaning", brought)).content.decode()
    assert client.post(url("change_sheet", brought, 0), {}).status_code == 403
    assert client.post(url("change_day", brought), {"as_at": "2026-08-31"}).status_code == 403


def test_there_is_no_fifth_sheet(desk, small, officer):
    assert officer.post(url("change_sheet", desk.bring(small), 9), {}).status_code == 404
