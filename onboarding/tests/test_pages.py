"""The pages from a workbook to the books, each by the right person and by others, and without any script."""

import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from members.models import Member
from notifications.models import Message
from onboarding.models import BookImport, ImportRun
from onboarding.services import running
from onboarding.states import ImportStatus
from onboarding.tests.paper import as_xlsx
from onboarding.tests.societies import workbook_of
from onboarding.tests.standing import broken
from users.testing import make_user, sign_in

QUERIES = 10


def _client(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def officer(cast) -> Client:
    return _client(cast.officer)


@pytest.fixture
def treasurer(cast) -> Client:
    return _client(cast.treasurer)


def _url(name: str, book_import: BookImport | None = None, *more) -> str:
    return reverse(f"onboarding:{name}", args=[*([book_import.pk] if book_import else []), *more])


def _text(answer) -> str:
    """What a person reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _upload(client: Client, data: bytes, name: str = "books.xlsx"):
    return client.post(_url("upload"), {"file": SimpleUploadedFile(name, data)})


def _sheet(book_import: BookImport, place: int, **changes) -> dict:
    """What the form of a sheet would send, as its page shows it."""
    page = _client(book_import.brought_by).get(_url("meaning", book_import)).content.decode()
    form = re.search(rf'action="{_url("change_sheet", book_import, place)}".*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'<input type="text" name="([^"]+)"(?: value="([^"]*)")?', form))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent | {f"s{place}-{name}": value for name, value in changes.items()}


# Who ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "treasurer", "secretary", "chair", "auditor", "admin"])
def test_who_brings_in_approves_or_inspects_may_look(desk, small, role):
    client, brought = _client(make_user(roles=[role])), desk.bring(small)
    assert client.get(_url("imports")).status_code == 200
    for name in ("book", "meaning", "problems", "problems_file", "totals"):
        assert client.get(_url(name, brought)).status_code == 200, name


@pytest.mark.parametrize("role", ["member", "committee", "board", "storekeeper"])
def test_nobody_else_may(desk, small, role):
    client, brought = _client(make_user(roles=[role])), desk.bring(small)
    assert client.get(_url("imports")).status_code == 403
    for name in ("book", "meaning", "problems", "problems_file", "totals", "progress"):
        assert client.get(_url(name, brought)).status_code == 404, name


def test_a_stranger_is_sent_to_sign_in(desk, small):
    answer = Client().get(_url("book", desk.bring(small)))
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("upload", ["officer", "treasurer", "secretary"], ["chair", "auditor", "admin", "member"]),
        ("propose", ["officer", "treasurer", "secretary"], ["chair", "auditor", "admin", "member"]),
        ("approve", ["treasurer", "chair"], ["officer", "secretary", "auditor", "admin", "member"]),
        ("undo", ["treasurer", "chair"], ["officer", "secretary", "auditor", "admin", "member"]),
    ],
)
def test_each_act_has_its_people(desk, small, name, allowed, refused):
    brought = desk.propose(small)
    address = _url(name) if name == "upload" else _url(name, brought)
    for role in allowed:
        assert _client(make_user(roles=[role])).get(address).status_code in (200, 302), role
    for role in refused:
        assert _client(make_user(roles=[role])).get(address).status_code == 403, role
        assert _client(make_user(roles=[role])).post(address).status_code == 403, role


def test_an_act_is_not_done_by_opening_a_page(desk, cast, small, officer, treasurer):
    proposed = desk.propose(small)
    assert officer.get(_url("drop", proposed)).status_code == 405
    assert treasurer.get(_url("send_back", proposed)).status_code == 405
    proposed.refresh_from_db()
    assert proposed.status == ImportStatus.PROPOSED


# Bringing -------------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_and_its_meaning_shown(officer, small):
    answer = _upload(officer, small)
    brought = BookImport.objects.get()
    assert answer["Location"] == _url("meaning", brought)
    page = _text(officer.get(answer["Location"]))
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
    answer = _upload(officer, data, name)
    assert answer.status_code == 200
    assert '<section class="errs"' in answer.content.decode() and told in _text(answer)
    assert not BookImport.objects.exists() and Event.objects.count() == events


def test_a_file_above_20_mb_is_told_with_its_size(officer):
    assert "This file is 20.0 MB; the most we take is 20 MB." in _text(_upload(officer, bytes(20_000_001)))
    assert not BookImport.objects.exists()


def test_nothing_chosen_is_told(officer):
    assert "Choose the workbook that holds the society" in _text(officer.post(_url("upload"), {}))


def test_a_file_name_does_not_become_markup(officer, small):
    _upload(officer, small, "<b>books.xlsx")
    assert b"<b>books" not in officer.get(_url("imports")).content


# What it means --------------------------------------------------------------------------------------------------------


def test_what_a_person_says_of_a_column_is_kept_and_read_again(desk, small, officer):
    brought = desk.bring(small)
    answer = officer.post(_url("change_sheet", brought, 0), _sheet(brought, 0, c4=""), follow=True)
    assert "Read again: 0 errors and" in _text(answer)
    brought.refresh_from_db()
    column = brought.mapping["sheets"][0]["columns"][4]
    assert (column["meaning"], column["confidence"], column["reason"]) == ("", 100, "You said so.")
    assert "column_absent" in {problem["code"] for problem in brought.findings["problems"]}
    assert "You said so." in _text(answer)
    # What the page shows afterwards, sent unchanged, changes nothing.
    officer.post(_url("change_sheet", brought, 0), _sheet(brought, 0))
    again = BookImport.objects.get(pk=brought.pk)
    assert (again.mapping, again.findings) == (brought.mapping, brought.findings)


@pytest.mark.parametrize("place", range(4))
def test_a_form_sent_as_it_is_shown_changes_nothing(desk, small, officer, place):
    brought = desk.bring(small)
    assert officer.post(_url("change_sheet", brought, place), _sheet(brought, place)).status_code == 302
    again = BookImport.objects.get(pk=brought.pk)
    assert (again.mapping, again.findings["problems"]) == (brought.mapping, [])


def test_two_columns_of_one_meaning_are_refused_with_their_letters(desk, small, officer):
    brought = desk.bring(small)
    answer = officer.post(_url("change_sheet", brought, 1), _sheet(brought, 1, c3="savings"))
    assert answer.status_code == 200
    assert "Both are said to hold the savings; keep one of them." in _text(answer)
    assert BookImport.objects.get(pk=brought.pk).mapping == brought.mapping


def test_a_sheet_that_is_not_used_is_missed_and_found_again(desk, small, officer):
    brought = desk.bring(small)
    officer.post(_url("change_sheet", brought, 2), _sheet(brought, 2, kind="ignore"))
    brought.refresh_from_db()
    assert brought.findings["totals"]["loans"] == 0
    answer = officer.post(_url("change_sheet", brought, 2), _sheet(brought, 2, kind="loans"))
    assert answer.status_code == 302
    brought.refresh_from_db()
    assert (brought.findings["totals"]["loans"], brought.findings["problems"]) == (24, [])


def test_another_row_of_headings_is_read_anew(desk, small, officer):
    brought = desk.bring(small)
    officer.post(_url("change_sheet", brought, 0), _sheet(brought, 0, header_row="4"))
    brought.refresh_from_db()
    assert brought.mapping["sheets"][0]["columns"][1]["meaning"] == ""
    assert any(problem["code"] == "column_missing" for problem in brought.findings["problems"])
    officer.post(_url("change_sheet", brought, 0), _sheet(brought, 0, header_row="3"))
    brought.refresh_from_db()
    assert brought.findings["problems"] == []


def test_rows_are_left_out_and_taken_in_again(desk, small, officer):
    brought = desk.bring(small)
    officer.post(_url("change_sheet", brought, 1), _sheet(brought, 1, left_out="5, 7-8"))
    brought.refresh_from_db()
    absent = [problem for problem in brought.findings["problems"] if problem["code"] == "balances_absent"]
    assert {problem["member"] for problem in absent} == {"UMCS/0001", "UMCS/0003", "UMCS/0004"}
    assert "5, 7, 8" in officer.get(_url("meaning", brought)).content.decode()
    officer.post(_url("change_sheet", brought, 1), _sheet(brought, 1, left_out=""))
    brought.refresh_from_db()
    assert brought.findings["problems"] == []


@pytest.mark.parametrize("typed", ["twelve", "8-5", "1;drop"])
def test_rows_that_are_no_rows_are_told(desk, small, officer, typed):
    brought = desk.bring(small)
    answer = officer.post(_url("change_sheet", brought, 1), _sheet(brought, 1, left_out=typed))
    assert answer.status_code == 200 and '<section class="errs"' in answer.content.decode()


def test_a_person_says_what_an_account_is(desk, society, officer):
    society.trial[0][1] -= 700
    society.trial.append(["MISCELLANEOUS", Decimal(700), None])
    brought = desk.bring(as_xlsx(society.workbook()))
    assert [problem["code"] for problem in brought.findings["problems"]] == ["account_unknown"]
    assert "None of these: to the opening differences" in _text(officer.get(_url("meaning", brought)))
    officer.post(_url("change_sheet", brought, 3), _sheet(brought, 3, a10="cash"))
    brought.refresh_from_db()
    assert (brought.findings["problems"], brought.findings["outlook"]["left_over"]["parts"]) == ([], [])


def test_the_day_of_the_books_is_said_by_a_person(desk, small, officer):
    brought = desk.bring(small)
    assert "Choose the day of the balances." in _text(officer.post(_url("change_day", brought), {"as_at": ""}))
    officer.post(_url("change_day", brought), {"as_at": "2026-08-31"})
    brought.refresh_from_db()
    assert brought.as_at.isoformat() == "2026-08-31"
    officer.post(_url("change_day", brought), {"as_at": "2062-09-30"})
    assert "a day that has not come yet" in _text(officer.get(_url("problems", brought)))


def test_the_meaning_of_posted_books_is_shown_and_not_changed(desk, small, officer):
    posted = desk.post(small)
    page = officer.get(_url("meaning", posted)).content.decode()
    assert "Save and read again" not in page
    answer = officer.post(_url("change_day", posted), {"as_at": "2026-08-31"})
    assert "cannot become draft" in _text(answer) or "already" in _text(answer)
    posted.refresh_from_db()
    assert posted.as_at.isoformat() == "2026-09-30"


@pytest.mark.parametrize("role", ["chair", "auditor", "admin"])
def test_who_only_looks_changes_nothing(desk, small, role):
    client, brought = _client(make_user(roles=[role])), desk.bring(small)
    assert "Save and read again" not in client.get(_url("meaning", brought)).content.decode()
    assert client.post(_url("change_sheet", brought, 0), {}).status_code == 403
    assert client.post(_url("change_day", brought), {"as_at": "2026-08-31"}).status_code == 403


def test_there_is_no_fifth_sheet(desk, small, officer):
    assert officer.post(_url("change_sheet", desk.bring(small), 9), {}).status_code == 404


# Problems and totals --------------------------------------------------------------------------------------------------


def test_problems_are_told_by_sheet_cell_and_what_to_do_25_a_page(desk, unity, officer):
    brought = desk.bring(unity)
    first = _text(officer.get(_url("problems", brought)))
    assert "1 to 25 of 408" in first
    for words in ("Errors 7", "Warnings 42", "Repaired 359", "Staff number 251479 already stands", "E539", "UMCS/0536"):
        assert words in first
    assert "26 to 50 of 408" in _text(officer.get(_url("problems", brought), {"page": 2}))


def test_problems_are_narrowed_by_grade_kind_and_sheet(desk, unity, officer):
    brought = desk.bring(unity)
    for wanted, count in (
        ({"grade": "error"}, 7), ({"code": "loan_balance_differs"}, 5), ({"sheet": "LOANS", "grade": "error"}, 5),
        ({"grade": "repaired", "sheet": "TRIAL BALANCE"}, 0), ({"grade": "nonsense"}, 0),
    ):  # fmt: skip
        page = officer.get(_url("problems", brought), wanted)
        assert page.content.decode().count('<tr role="row">') - 1 == count or (
            not count and "Nothing here" in _text(page)
        )
    pages = officer.get(_url("problems", brought), {"code": "amount_was_text", "page": 2}).content.decode()
    assert "code=amount_was_text" in pages and "page=3" in pages


def test_the_whole_list_is_an_excel_file_in_which_nothing_is_a_formula(desk, society, officer):
    society.members[0][7] = None
    sheets = {f"+{sheet.name}": sheet.rows for sheet in society.workbook().sheets}
    answer = officer.get(_url("problems_file", desk.bring(as_xlsx(workbook_of(sheets)), "=books.xlsx")))
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows())
    assert [cell.value for cell in rows[1]][:5] == ["Grade", "Sheet", "Row", "Column", "What is wrong and what to do"]
    risky = [cell for row in rows for cell in row if cell.value == "+MEMBERS"]
    assert risky and all(cell.quotePrefix for cell in risky)
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_totals_open_to_how_they_were_worked_out(desk, unity, officer):
    page = _text(officer.get(_url("totals", desk.bring(unity))))
    for words in (
        "620 members and 487 loans as at Wed 30 Sep 2026", "₦925,368,525.00", "₦925,413,525.00", "₦45,000.00",
        "Explained", "not posted yet", "GHOST ENTRY B/F", "Lagoon Ports Authority", "Emergency, 118 loans",
        "Stays on the opening differences ₦ 55,000 .00", "1000 Bank", "The sheet's own total row says ₦925,413,525.00",
    ):  # fmt: skip
        assert words.replace("'", "&#x27;") in page or words in page, words


def test_after_posting_the_totals_are_counted_from_the_books(desk, small, officer):
    posted = desk.post(small)
    page = _text(officer.get(_url("totals", posted)))
    assert "not posted yet" not in page and "The books differ" not in page and "Nothing. Loans, bank" in page
    desk.undo(posted)
    page = _text(officer.get(_url("totals", posted)))
    assert "Taken out" in page and "The books differ" not in page


# Proposing, approving, undoing ----------------------------------------------------------------------------------------


def test_from_a_file_to_the_books_and_out_again_by_two_people(cast, officer, treasurer, small):
    _upload(officer, small)
    brought = BookImport.objects.get()
    page = officer.get(_url("propose", brought))
    assert "I have looked at these figures." in _text(page) and "₦" in _text(page)
    assert "Tick the box" in _text(officer.post(_url("propose", brought), {}))
    assert officer.post(_url("propose", brought), {"seen": "on"})["Location"] == _url("book", brought)
    assert Message.objects.filter(user=cast.treasurer, link=_url("book", brought)).exists()
    assert "Approve or send back" in _text(treasurer.get(_url("book", brought)))
    assert "Approve or send back" not in _text(officer.get(_url("book", brought)))

    page = _text(treasurer.get(_url("approve", brought)))
    assert "Put books.xlsx in the books?" in page and "Members to enter 40" in page
    assert "Type POST to go on" in _text(treasurer.post(_url("approve", brought), {"word": "yes"}))
    assert not Member.objects.exists()
    answer = treasurer.post(_url("approve", brought), {"word": "post"}, follow=True)
    assert "books.xlsx is in the books." in _text(answer) and "In the books as at Wed 30 Sep 2026" in _text(answer)
    assert Member.objects.active().count() == 40

    page = _text(treasurer.get(_url("undo", brought)))
    assert "Members taken out of the register 40" in page and "Loans cancelled 24" in page
    refused = _text(treasurer.post(_url("undo", brought), {"word": "UNDO", "reason": ""}))
    assert "Write why the import is undone." in refused
    answer = treasurer.post(_url("undo", brought), {"word": "UNDO", "reason": "Wrong year"}, follow=True)
    assert "Taken out of the books again. Wrong year" in _text(answer)
    assert not Member.objects.active().exists() and broken() == []


def test_the_number_of_errors_is_what_the_proposer_says_he_has_looked_at(desk, unity, officer):
    page = _text(officer.get(_url("propose", desk.bring(unity))))
    assert "I have looked at the 7 errors and the 42 warnings." in page


def test_books_that_something_stops_cannot_be_proposed(desk, society, officer):
    society.balances[3][4] = "see ledger"
    brought = desk.bring(as_xlsx(society.workbook()))
    page = _text(officer.get(_url("propose", brought)))
    assert "1 problem stops the posting." in page and "Propose these books" not in page.replace(
        "Propose these books", "", 1
    )
    answer = officer.post(_url("propose", brought), {"seen": "on"})
    assert answer.status_code == 200 and "BALANCES, row 8" in _text(answer)


def test_ones_own_proposal_is_not_approved_on_the_page_either(desk, cast, small):
    both = make_user(roles=["treasurer"])
    proposed = desk.propose(small)
    BookImport.objects.filter(pk=proposed.pk).update(proposed_by=both)
    client = _client(both)
    assert "Somebody else has to approve" in _text(client.get(_url("approve", proposed)))
    answer = client.post(_url("approve", proposed), {"word": "POST"})
    assert "somebody else must approve" in _text(answer) and not Member.objects.exists()


def test_a_proposal_is_sent_back_with_a_reason(desk, cast, small, treasurer):
    proposed = desk.propose(small)
    treasurer.post(_url("send_back", proposed), {"reason": ""})
    assert BookImport.objects.get().status == ImportStatus.PROPOSED
    treasurer.post(_url("send_back", proposed), {"reason": "The bank is last month's"})
    assert BookImport.objects.get().status == ImportStatus.DRAFT
    assert Message.objects.filter(user=cast.officer, body__contains="The bank is last month's").exists()


def test_a_workbook_is_put_aside(desk, small, officer):
    brought = desk.bring(small)
    assert "Put aside." in _text(officer.post(_url("drop", brought), follow=True))
    assert "Not this one?" not in _text(officer.get(_url("book", brought)))


def test_long_books_go_to_the_worker_and_the_page_tells_how_far_it_is(desk, small, treasurer, monkeypatch):
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 10)
    proposed = desk.propose(small)
    answer = treasurer.post(_url("approve", proposed), {"word": "POST"}, follow=True)
    page = answer.content.decode()
    assert "Putting the books in: 0" in _text(answer) and 'http-equiv="refresh"' in page
    assert f'hx-get="{_url("progress", proposed)}"' in page and not Member.objects.exists()
    piece = treasurer.get(_url("progress", proposed), headers={"HX-Request": "true"})
    assert b'id="job"' in piece.content
    run = ImportRun.objects.get()
    running.carry_out(run=run, at=run.asked_at)
    piece = treasurer.get(_url("progress", proposed), headers={"HX-Request": "true"})
    assert piece["HX-Redirect"] == _url("book", proposed)
    assert "In the books as at" in _text(treasurer.get(_url("book", proposed)))
    treasurer.post(_url("undo", proposed), {"word": "UNDO", "reason": "Wrong year"})
    assert "Taking the books out: 0" in _text(treasurer.get(_url("book", proposed)))


def test_a_refusal_of_the_worker_stands_on_the_page(desk, cast, small, treasurer):
    proposed = desk.propose(small)
    late = running.ask_to_post(book_import=proposed, by=cast.treasurer, at=proposed.brought_at, on=proposed.as_at)
    desk.post(small)
    running.carry_out(run=late, at=late.asked_at)
    page = _text(treasurer.get(_url("book", proposed)))
    assert "Putting the books in was refused. Nothing was changed." in page and "are in already" in page


# Cost -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["draft", "proposed", "posted", "undone"])
def test_no_page_asks_more_than_ten_questions(desk, unity, treasurer, stage):
    book_import = {"draft": desk.bring, "proposed": desk.propose}.get(stage, desk.post)(unity)
    if stage == "undone":
        desk.undo(book_import)
    pages = ["book", "meaning", "problems", "totals", "propose", "approve", "undo", "problems_file"]
    for name in pages:
        with CaptureQueriesContext(connection) as asked:
            treasurer.get(_url(name, book_import))
        assert len(asked) <= QUERIES, (name, [query["sql"][:90] for query in asked])
    for name in ("imports", "upload", "first_run"):
        with CaptureQueriesContext(connection) as asked:
            treasurer.get(_url(name))
        assert len(asked) <= QUERIES, name


def test_the_list_does_not_carry_the_workbooks(desk, small, officer):
    desk.bring(small)
    with CaptureQueriesContext(connection) as asked:
        officer.get(_url("imports"))
    own = [query["sql"] for query in asked if 'FROM "onboarding_bookimport"' in query["sql"]]
    assert own and not any('"onboarding_bookimport"."data"' in sql for sql in own)
