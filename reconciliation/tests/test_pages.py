"""The month's pages: who sees and does what, without script, step by step."""

import io
from datetime import date
from decimal import Decimal
from functools import partial

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_q.models import OrmQ

from reconciliation import jobs
from reconciliation.models import DeductionSchedule, Remittance, RemittanceLine, SuspenseItem
from reconciliation.selectors.totals import totals
from reconciliation.services.posting import post_chunk, start_posting
from reconciliation.services.schedules import prepare_schedule
from reconciliation.services.suspense import propose_owner
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    TODAY,
    as_asked,
    books_agree,
    csv_file,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_posted,
    make_return,
    make_saver,
    make_treasurer,
    post,
    row_of,
)
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in ("schedules", "returns", "suspense"):
        monkeypatch.setattr(f"reconciliation.views.{module}.business_date", lambda: TODAY)


@pytest.fixture
def officer(client):
    return sign_in(client, make_officer())


@pytest.fixture
def treasurer(client):
    return make_treasurer()


@pytest.fixture
def employer():
    return make_employer("LPA")


@pytest.fixture
def people(employer):
    people = [make_saver(employer, savings=str(10000 + 500 * n), christmas="500") for n in range(4)]
    make_loan(people[0])
    return people


@pytest.fixture
def schedule(people, employer):
    return make_issued(employer)


@pytest.fixture
def remittance(schedule, people):
    """A suggestion, a short line, a member twice and a stranger; the fourth member is not there."""
    asked = dict(schedule.lines.values_list("member_id", "total"))
    rows = [
        ("99001", people[0].name, asked[people[0].pk]),
        row_of(people[1], "6000"),
        row_of(people[2], asked[people[2].pk]),
        row_of(people[2], asked[people[2].pk]),
        ("99002", "ZUBAIRU Quartey", "12500"),
    ]
    return make_return(schedule, rows)


def line_in(remittance, row):
    return remittance.lines.get(row=row)


def page(client, name, *args, query="", **data):
    response = client.get(reverse(f"reconciliation:{name}", args=args) + query, data or None)
    assert response.status_code == 200, (response.status_code, response.headers.get("Location"))
    return response.content.decode()


def send(client, name, *args, query="", **data):
    return client.post(reverse(f"reconciliation:{name}", args=args) + query, data)


def is_sent_to(response, name, *args, query=""):
    assert response.status_code == 302, response.content.decode()[:3000]
    assert response.headers["Location"] == reverse(f"reconciliation:{name}", args=args) + query


# Who sees and does what -----------------------------------------------------------------------------------------------

ALL = {"officer", "treasurer", "auditor"}
OFFICE = {"officer", "treasurer"}

VIEWS = [
    ("returns", "", ALL), ("import", "", OFFICE), ("workspace", "return", ALL), ("reading", "return", ALL),
    ("accept_sure", "return", OFFICE), ("charge", "return", OFFICE), ("post", "return", OFFICE),
    ("take_back", "return", OFFICE), ("exceptions", "return", ALL), ("line", "line", ALL), ("find", "line", OFFICE),
    ("schedules", "", ALL), ("prepare", "", {"officer"}), ("schedule", "schedule", ALL),
    ("issue", "draft", {"treasurer"}), ("suspense", "", ALL), ("suspense_item", "item", ALL), ("clear", "item", OFFICE),
]  # fmt: skip
ACTS = [
    ("accept", "line", OFFICE), ("reject", "line", OFFICE), ("go_on", "return", OFFICE), ("prepare", "", {"officer"}),
    ("import", "", OFFICE), ("post", "return", OFFICE), ("charge", "return", OFFICE), ("take_back", "return", OFFICE),
    ("accept_sure", "return", OFFICE), ("issue", "draft", {"treasurer"}), ("clear", "item", OFFICE),
]  # fmt: skip
EVERYBODY = [
    "officer",
    "treasurer",
    "auditor",
    "member",
    "committee",
    "chair",
    "secretary",
    "board",
    "admin",
    "trainer",
]


@pytest.fixture
def things(remittance, employer):
    """One of each thing that a page is about; the item in suspense has an owner proposed."""
    elsewhere = make_employer("SVP")
    make_saver(elsewhere)
    make_posted(make_issued(elsewhere), [("99009", "PEPPLE Xerxes", "700")])
    item = SuspenseItem.objects.get()
    propose_owner(item=item, member=make_saver(elsewhere), by=make_officer(), at=AT)
    november = prepare_schedule(employer=employer, month=date(2026, 11, 1), by=make_officer(), at=AT)
    return {
        "": [], "return": [remittance.pk], "line": [line_in(remittance, 2).pk], "schedule": [remittance.schedule_id],
        "draft": [november.pk], "item": [item.pk],
    }  # fmt: skip


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_page_opens_to_whom_the_table_of_roles_names_and_to_nobody_else(client, things, role):
    sign_in(client, make_user(roles=[role]))
    for name, about, allowed in VIEWS:
        answer = client.get(reverse(f"reconciliation:{name}", args=things[about]))
        assert answer.status_code == (200 if role in allowed else 403), (name, role)
    file = reverse("reconciliation:schedule_file", args=[*things["schedule"], "csv"])
    assert client.get(file).status_code == (200 if role in ALL else 403)


@pytest.mark.parametrize("role", sorted(set(EVERYBODY) - OFFICE))
def test_nobody_else_changes_anything(client, things, role):
    """An auditor reads everything and does nothing."""
    sign_in(client, make_user(roles=[role]))
    before = list(RemittanceLine.objects.order_by("pk").values_list("pk", "state", "member"))
    for name, about, _ in ACTS:
        member = RemittanceLine.objects.filter(member__isnull=False)[0].member_id
        answer = send(client, name, *things[about], member=member, word="POST", charge="5")
        assert answer.status_code == 403, (name, role)
    send(client, "suspense_item", *things["item"], member=1)
    assert list(RemittanceLine.objects.order_by("pk").values_list("pk", "state", "member")) == before
    assert SuspenseItem.objects.get().status == "open"
    assert Remittance.objects.filter(status="matched").count() == 1


def test_who_is_not_signed_in_is_sent_to_sign_in(client, things):
    for name, about, _ in VIEWS:
        answer = client.get(reverse(f"reconciliation:{name}", args=things[about]))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_the_auditor_sees_no_button_that_would_be_refused(client, things):
    sign_in(client, make_user(roles=["auditor"]))
    for name, about in (("workspace", "return"), ("line", "line"), ("schedules", ""), ("schedule", "draft"),
                        ("returns", ""), ("suspense_item", "item")):  # fmt: skip
        text = client.get(reverse(f"reconciliation:{name}", args=things[about])).content.decode()
        main = text.partition("<main")[2].partition("</main>")[0]
        for words in ("Accept", "Not this", "Post it", "Take it back", "Prepare</button>", "Bring", "It is this one",
                      "Approve and issue", "I agree"):  # fmt: skip
            assert words not in main, (name, words)


# Schedules ------------------------------------------------------------------------------------------------------------


def test_the_officer_prepares_and_the_treasurer_issues(client, officer, people, employer, treasurer):
    assert "No schedule yet" in page(client, "schedules")
    answer = send(client, "prepare", employer=employer.pk, month="2026-10-01")
    draft = DeductionSchedule.objects.get()
    is_sent_to(answer, "schedule", draft.pk)
    text = page(client, "schedule", draft.pk)
    assert "You prepared this, so somebody else has to approve it." in text
    assert "₦43,000.00 + ₦2,000.00 + ₦10,000.00 = ₦55,000.00" in text
    sign_in(client, treasurer)
    assert "Once issued, it has its number" in page(client, "issue", draft.pk)
    is_sent_to(send(client, "issue", draft.pk), "schedule", draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.approved_by) == ("issued", treasurer)
    assert "DS/2026/0001" in page(client, "schedules")


def test_what_cannot_be_prepared_or_issued_is_said_on_the_page(client, officer, people, employer):
    nobody = make_employer("KHB")
    text = send(client, "prepare", employer=nobody.pk, month="2026-10-01").content.decode()
    assert "has anything to be deducted in October 2026" in text
    assert "Choose the employer." in send(client, "prepare", employer="", month="2026-10-01").content.decode()
    assert not DeductionSchedule.objects.exists()
    treasurer = sign_in(client, make_treasurer())
    draft = prepare_schedule(employer=employer, month=OCTOBER, by=treasurer, at=AT)
    assert "somebody else must approve it" in send(client, "issue", draft.pk).content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_each_figure_of_a_schedule_opens_to_what_it_is_made_of(client, officer, schedule, people):
    line = schedule.lines.get(member=people[0])
    assert reverse("reconciliation:deduction", args=[schedule.pk, line.pk]) in page(client, "schedule", schedule.pk)
    text = page(client, "deduction", schedule.pk, line.pk)
    assert people[0].loans.get().serial in text
    assert "20,500" in text
    other = make_employer("SVP")
    make_saver(other)
    elsewhere = make_issued(other)
    address = reverse("reconciliation:deduction", args=[elsewhere.pk, line.pk])
    assert client.get(address).status_code == 404


def test_the_files_for_the_employer_open_clean(client, officer, schedule, people):
    answer = client.get(reverse("reconciliation:schedule_file", args=[schedule.pk, "xlsx"]))
    assert 'filename="deductions-LPA-2026-10-v1.xlsx"' in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [sheet.cell(row, 8).value for row in range(4, 9)] == [20500, 11000, 11500, 12000, 55000]
    assert sheet.cell(4, 2).value == people[0].staff_number
    text = client.get(reverse("reconciliation:schedule_file", args=[schedule.pk, "csv"])).content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("S/N,Staff number,Name,Member number")
    assert text.splitlines()[-1].endswith("43000.00,2000.00,10000.00,55000.00")


# Bringing a return in -------------------------------------------------------------------------------------------------


def upload(client, schedule, data, *, name="october.csv", credit="55000", day="2026-10-28"):
    file = SimpleUploadedFile(name, data)
    return send(client, "import", schedule=schedule.pk, file=file, bank_credit=credit, received_on=day)


def test_a_return_is_brought_in_with_its_bank_credit(client, officer, schedule):
    text = page(client, "import", query=f"?schedule={schedule.pk}")
    assert f'<option value="{schedule.pk}" selected>' in text
    answer = upload(client, schedule, csv_file(as_asked(schedule)), credit="₦55,000.00")
    remittance = Remittance.objects.get()
    is_sent_to(answer, "workspace", remittance.pk)
    assert (remittance.bank_credit, remittance.received_on) == (Decimal(55000), date(2026, 10, 28))
    assert remittance.imported_by == officer
    assert not OrmQ.objects.exists()


def test_places_in_the_file_to_put_right_are_listed(client, officer, schedule, people):
    rows = [*as_asked(schedule)[:2], row_of(people[2], "ten"), row_of(people[3], "-5")]
    text = upload(client, schedule, csv_file(rows)).content.decode()
    assert "2 places in the file to put right" in text
    assert '<td role="cell" class="num" data-l="Row">4</td>' in text
    assert "Nothing was stored." in text
    assert not Remittance.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"credit": "much"}, "Enter an amount"),
        ({"day": "2062-10-28"}, "This day is still to come"),
        ({"day": ""}, "Choose the day on the bank statement."),
        ({"day": "2026-09-29"}, "Check the date."),
        ({"data": b""}, "This file is empty"),
        ({"data": b"%PDF-1.7", "name": "a.pdf"}, "There is a problem"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, officer, schedule, fields, said):
    data = fields.pop("data", csv_file(as_asked(schedule)))
    assert said in upload(client, schedule, data, **fields).content.decode()
    assert not Remittance.objects.exists()


def test_a_file_above_twenty_megabytes_is_refused_before_it_is_read(client, officer, schedule, monkeypatch):
    monkeypatch.setattr("reconciliation.services.returns.read_workbook", None)
    text = upload(client, schedule, b"x" * 20_000_001 + b"y" * 1_000_000).content.decode()
    assert "the most we take is 20 MB" in text


def test_the_same_file_a_second_time_is_refused_on_the_page(client, officer, schedule, remittance):
    other = make_employer("SVP")
    make_saver(other)
    again = make_issued(other)
    data = csv_file([(part.staff_number, part.name, part.amount) for part in remittance.lines.order_by("position")])
    upload(client, again, data)
    text = upload(client, again, data).content.decode()
    assert "imported before" in text or "No schedule waits" in text


def test_only_schedules_without_a_return_can_be_chosen(client, officer, schedule, remittance):
    assert "No schedule waits for its return" in page(client, "import")
    assert "Choose the employer" not in upload(client, schedule, csv_file(as_asked(schedule))).headers
    assert Remittance.objects.count() == 1


# The workspace --------------------------------------------------------------------------------------------------------


def test_every_line_and_every_member_expected_is_in_one_group(client, officer, remittance, people):
    text = page(client, "workspace", remittance.pk)
    assert "1 line" in text and "Suggested" in text  # suggestions are shown first
    counts = {"matched": 1, "suggested": 1, "short": 1, "missing": 1, "unmatched": 1, "waiting": 1}
    for group, count in counts.items():
        text = page(client, "workspace", remittance.pk, group=group)
        here = f'?group={group}" aria-current="page"'
        assert here in text
        assert f", {count} line" in text, group
    assert people[3].name in page(client, "workspace", remittance.pk, group="missing")
    assert "₦5,000 short" in text or "short" in page(client, "workspace", remittance.pk, group="short")


def test_a_suggestion_says_why_and_is_accepted_by_a_button(client, officer, remittance, people):
    line = line_in(remittance, 2)
    text = page(client, "workspace", remittance.pk)
    assert '<span class="chip chip-x">Other staff no.</span><span class="chip">Name</span>' in text
    assert "savings 10,000, Christmas 500, loans 10,000" in text
    accept = reverse("reconciliation:accept", args=[line.pk])
    assert f'data-key="a" formaction="{accept}?group=suggested&amp;page=1&amp;at=0"' in text
    answer = send(client, "accept", line.pk, member=people[0].pk, query="?group=suggested&page=1&at=0")
    is_sent_to(answer, "workspace", remittance.pk, query="?group=suggested&page=1&at=0")
    line.refresh_from_db()
    assert (line.state, line.member, line.confirmed_by) == ("matched", people[0], officer)


def test_not_this_leaves_the_line_to_nobody(client, officer, remittance):
    line = line_in(remittance, 2)
    is_sent_to(send(client, "reject", line.pk, query="?group=suggested"), "workspace", remittance.pk,
               query="?group=suggested")  # fmt: skip
    line.refresh_from_db()
    assert (line.state, line.member) == ("unmatched", None)


def test_the_member_of_an_unknown_line_is_found_and_chosen(client, officer, remittance, people):
    line = line_in(remittance, 6)
    text = page(client, "find", line.pk, q=people[3].surname.lower(), group="unmatched")
    assert people[3].number in text and "11,500" not in text
    assert f'action="{reverse("reconciliation:accept", args=[line.pk])}?group=unmatched"' in text
    is_sent_to(send(client, "accept", line.pk, member=people[3].pk), "workspace", remittance.pk)
    line.refresh_from_db()
    assert (line.state, line.member) == ("matched", people[3])


def test_only_members_of_this_employer_are_found(client, officer, remittance):
    stranger = make_saver(make_employer("SVP"))
    line = line_in(remittance, 6)
    assert "Nobody found" in page(client, "find", line.pk, q=stranger.number)
    text = send(client, "accept", line.pk, member=stranger.pk).headers["Location"]
    assert "is not with" in client.get(text).content.decode()
    line.refresh_from_db()
    assert line.state == "unmatched"


def test_a_member_who_has_a_line_is_shown_without_a_button(client, officer, remittance, people):
    text = page(client, "find", line_in(remittance, 6).pk, q=people[2].number)
    assert "has a line" in text
    assert "It is this one" not in text


def test_a_button_without_a_member_is_told_so(client, officer, remittance):
    answer = client.post(reverse("reconciliation:accept", args=[line_in(remittance, 2).pk]), follow=True)
    assert "Choose the member first." in answer.content.decode()


def test_the_line_says_what_came_why_and_where_it_would_go(client, officer, remittance, people):
    text = page(client, "line", line_in(remittance, 2).pk)
    for words in ("99001", people[0].number, "Where the money would go", people[0].loans.get().serial, "10,000",
                  "The name is a member", "The amount is what we asked for"):  # fmt: skip
        assert words in text, words


def test_the_sure_ones_are_seen_in_a_list_before_they_are_taken(client, officer, remittance, people):
    line = line_in(remittance, 2)
    RemittanceLine.objects.filter(pk=line.pk).update(confidence=95)
    assert "1 is 95% or surer" in page(client, "workspace", remittance.pk)
    text = page(client, "accept_sure", remittance.pk)
    assert f'name="seen" value="{line.pk}"' in text
    assert "The suggestions have changed" in send(client, "accept_sure", remittance.pk, seen="1").content.decode()
    answer = send(client, "accept_sure", remittance.pk, seen=str(line.pk))
    is_sent_to(answer, "workspace", remittance.pk, query="?group=suggested")
    line.refresh_from_db()
    assert line.state == "matched"


def test_a_return_is_taken_back_and_gone_from_the_lists(client, officer, remittance):
    assert "Nothing of it is posted" in page(client, "take_back", remittance.pk)
    is_sent_to(send(client, "take_back", remittance.pk), "returns")
    assert "return.csv" not in page(client, "returns").partition("toasts")[2].partition("</h2>")[2]
    assert client.get(reverse("reconciliation:workspace", args=[remittance.pk])).status_code == 404
    line = remittance.lines.first()
    assert client.get(reverse("reconciliation:line", args=[line.pk])).status_code == 404


def test_how_the_file_was_read_is_told(client, officer, schedule, people):
    rows = [*as_asked(schedule)[:3], row_of(people[3], "₦12,000.00")]
    remittance = make_return(schedule, rows, credit="55000")
    assert "How it was read" in page(client, "workspace", remittance.pk)
    assert "Repaired" in page(client, "reading", remittance.pk)


# The bank, and posting ------------------------------------------------------------------------------------------------


@pytest.fixture
def charged(schedule):
    rows = [*as_asked(schedule), ("99002", "ZUBAIRU Quartey", "12500")]
    return make_return(schedule, rows, credit="67447.50")


def test_what_the_bank_kept_is_confirmed_by_a_person(client, officer, charged):
    text = page(client, "workspace", charged.pk)
    assert "₦52.50 of the file is not in the bank" in text
    assert "so it cannot be posted" in text
    assert "disabled" in text
    assert 'value="52.50"' in page(client, "charge", charged.pk)
    assert "₦500.00 or less" in send(client, "charge", charged.pk, charge="501").content.decode()
    is_sent_to(send(client, "charge", charged.pk, charge="52.50"), "workspace", charged.pk)
    charged.refresh_from_db()
    assert (charged.charge, charged.charge_confirmed_by) == (Decimal("52.50"), officer)
    assert "To members ₦55,000.00 + to suspense ₦12,500.00 = the file ₦67,500.00" in page(
        client, "workspace", charged.pk
    )


@pytest.mark.parametrize(("credit", "said"), [("60000", "₦7,500.00 is missing."), ("70000", "more than the file says")])
def test_what_no_charge_explains_blocks_on_the_page_too(client, officer, schedule, credit, said):
    rows = [*as_asked(schedule), ("99002", "ZUBAIRU Quartey", "12500")]
    remittance = make_return(schedule, rows, credit=credit)
    assert said in page(client, "workspace", remittance.pk)
    text = send(client, "post", remittance.pk, word="POST").content.decode()
    assert "Nothing was posted." in text
    remittance.refresh_from_db()
    assert remittance.status == "matched"
    assert not OrmQ.objects.exists()


def test_a_return_is_posted_after_the_numbers_and_a_typed_word(client, officer, remittance):
    text = page(client, "post", remittance.pk)
    assert "You cannot undo this." in text
    assert "To members, 2 lines" in text
    assert "To suspense, 3 lines" in text
    assert "Type POST to go on." in send(client, "post", remittance.pk, word="yes").content.decode()
    remittance.refresh_from_db()
    assert remittance.status == "matched"
    is_sent_to(send(client, "post", remittance.pk, word="post"), "workspace", remittance.pk)
    remittance.refresh_from_db()
    assert (remittance.status, remittance.posted_by) == ("posting", officer)
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == (jobs.JOB, (remittance.pk, officer.pk))
    books_agree()


def test_the_workers_task_posts_the_return(client, officer, remittance, people, constraints_now):
    send(client, "post", remittance.pk, word="POST")
    assert jobs.post_return(remittance.pk, officer.pk) == "posted"
    constraints_now()
    assert jobs.post_return(remittance.pk, officer.pk) == "posted"  # a second worker, or a retry
    told = totals(remittance)
    text = page(client, "workspace", remittance.pk)
    assert f"= bank credit ₦{told.credit:,.2f} + charge ₦0.00." in text
    assert "Posted" in text
    assert "Credited" in text
    books_agree()


def test_the_progress_is_told_and_ends_by_opening_the_page_anew(client, officer, remittance):
    start_posting(remittance=remittance, by=officer, at=AT)
    text = page(client, "workspace", remittance.pk)
    assert "Posting the 5 lines: 0 of 5" in text
    assert f'hx-get="{reverse("reconciliation:progress", args=[remittance.pk])}"' in text
    assert 'http-equiv="refresh"' in text
    where = reverse("reconciliation:progress", args=[remittance.pk])
    is_sent_to(client.get(where), "workspace", remittance.pk)
    part = client.get(where, headers={"HX-Request": "true"})
    assert 'hx-trigger="load delay:2s"' in part.content.decode()
    post(remittance)
    part = client.get(where, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == reverse("reconciliation:workspace", args=[remittance.pk])
    assert 'http-equiv="refresh"' not in page(client, "workspace", remittance.pk)


def test_a_posting_that_stands_still_goes_on_by_the_button_without_a_worker(client, officer, remittance, monkeypatch):
    monkeypatch.setattr(jobs, "post_chunk", partial(post_chunk, size=2))
    send(client, "post", remittance.pk, word="POST")
    left = []
    for _ in range(3):
        is_sent_to(send(client, "go_on", remittance.pk), "workspace", remittance.pk)
        left.append(remittance.lines.open().count())
    assert left == [3, 1, 0]
    remittance.refresh_from_db()
    assert remittance.status == "posted"
    books_agree()


def test_going_on_does_not_begin_a_posting(client, officer, remittance):
    send(client, "go_on", remittance.pk)
    remittance.refresh_from_db()
    assert remittance.status == "matched"
    assert not OrmQ.objects.exists()


def test_a_posted_line_opens_to_where_its_money_went(client, officer, remittance, people):
    post(remittance)
    line = line_in(remittance, 3)
    part = line.postings.order_by("pk").first()
    text = page(client, "line", line.pk)
    assert "Where the money went" in text
    assert reverse("reports:entry", args=[part.entry_id]) in text
    assert "Accept" not in text.partition("<main")[2]


def test_a_posted_return_has_no_buttons_that_change_it(client, officer, remittance):
    post(remittance)
    text = page(client, "workspace", remittance.pk, group="suspense")
    for words in ("Take it back", "Post it", 'data-key="a"'):
        assert words not in text
    is_sent_to(client.get(reverse("reconciliation:post", args=[remittance.pk])), "workspace", remittance.pk)
    assert "In suspense, 3 lines" in text


def test_the_exceptions_list_has_what_is_to_be_asked(client, officer, remittance, people):
    answer = client.get(reverse("reconciliation:exceptions", args=[remittance.pk]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Lines", "Missing"]
    assert [row[0].value for row in book["Lines"].iter_rows(min_row=4, min_col=2, max_col=2)][:5] == [2, 3, 4, 5, 6]
    assert book["Missing"].cell(4, 3).value == people[3].name


# Suspense -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def item(remittance):
    post(remittance)
    return SuspenseItem.objects.get(line=line_in(remittance, 6))


def test_suspense_is_listed_by_age_with_its_reason(client, officer, item):
    text = page(client, "suspense")
    assert "ZUBAIRU Quartey" in text
    assert "Nobody in the register fits this line" in text
    assert "3 lines" in text
    assert "Nothing was cleared yet" in page(client, "suspense", show="cleared")


def test_one_person_proposes_and_another_agrees(client, officer, item, people, treasurer):
    text = page(client, "suspense_item", item.pk, q=people[3].surname)
    assert people[3].number in text
    is_sent_to(send(client, "suspense_item", item.pk, member=people[3].pk), "suspense_item", item.pk)
    assert "somebody else has to agree" in page(client, "suspense_item", item.pk)
    answer = client.post(reverse("reconciliation:clear", args=[item.pk]), {"member": people[3].pk}, follow=True)
    assert "somebody else must agree" in answer.content.decode()
    sign_in(client, treasurer)
    text = page(client, "clear", item.pk)
    assert f'name="member" value="{people[3].pk}"' in text
    is_sent_to(send(client, "clear", item.pk, member=people[3].pk), "suspense_item", item.pk)
    assert has(people[3])["savings"] == people[3].monthly_savings
    text = page(client, "suspense_item", item.pk)
    assert f"Credited to {people[3].name}" in text
    assert "ZUBAIRU" in page(client, "suspense", show="cleared")
    books_agree()


def test_who_agreed_to_another_owner_credits_nobody(client, officer, item, people, treasurer):
    propose_owner(item=item, member=people[3], by=officer, at=AT)
    sign_in(client, treasurer)
    answer = client.post(reverse("reconciliation:clear", args=[item.pk]), {"member": people[1].pk}, follow=True)
    assert "Another owner was proposed in the meantime" in answer.content.decode()
    assert SuspenseItem.objects.get(pk=item.pk).status == "open"


# Size -----------------------------------------------------------------------------------------------------------------

MOST_QUERIES = 10


def every_page(remittance):
    """Each page with its groups, for queries."""
    suggested = remittance.lines.filter(state="suggested").first() or remittance.lines.first()
    schedule, line = remittance.schedule_id, remittance.schedule.lines.first()
    pages = [
        ("returns", []), ("import", []), ("reading", [remittance.pk]), ("accept_sure", [remittance.pk]),
        ("charge", [remittance.pk]), ("post", [remittance.pk]), ("take_back", [remittance.pk]),
        ("exceptions", [remittance.pk]), ("line", [suggested.pk]), ("find", [suggested.pk]), ("schedules", []),
        ("schedule", [schedule]), ("deduction", [schedule, line.pk]), ("suspense", []),
        *[("suspense_item", [item.pk]) for item in SuspenseItem.objects.all()[:1]],
    ]  # fmt: skip
    found = [reverse(f"reconciliation:{name}", args=args) for name, args in pages]
    found += [reverse("reconciliation:find", args=[suggested.pk]) + "?q=a"]
    workspace = reverse("reconciliation:workspace", args=[remittance.pk])
    groups = ("matched", "suggested", "short", "missing", "unmatched", "waiting", "suspense")
    return found + [f"{workspace}?group={group}" for group in groups]


@pytest.fixture
def big():
    """Makes a return of so many lines: a third suggested, a third matched, the rest short, twice and unknown."""

    def make(size):
        employer = make_employer(f"B{size}")
        people = [make_saver(employer, savings=str(10000 + n)) for n in range(size)]
        for member in people[: size // 4]:
            make_loan(member)
        schedule = make_issued(employer)
        asked = dict(schedule.lines.values_list("member_id", "total"))
        rows = []
        for n, member in enumerate(people):
            amount = asked[member.pk] if n % 5 else asked[member.pk] / 2
            rows.append((f"9{n:05}" if n % 3 == 0 else member.staff_number, member.name, amount))
        rows += [rows[1], *[(f"8{n:05}", f"ZUBAIRU Quartey{n}", "12500") for n in range(size // 6)]]
        return make_return(schedule, rows)

    return make


@pytest.mark.parametrize("size", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_no_page_takes_more_than_ten_queries(client, officer, big, size, django_assert_max_num_queries):
    remittance = big(size)
    for state in ("matched", "posted"):
        if state == "posted":
            post(remittance)
        for address in every_page(remittance):
            with django_assert_max_num_queries(MOST_QUERIES):
                assert client.get(address).status_code in (200, 302), address
