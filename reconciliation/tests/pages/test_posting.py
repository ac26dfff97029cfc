"""The bank's charge, posting in the background, and what is shown of a posted return."""

import io
from datetime import date
from decimal import Decimal
from functools import partial

import openpyxl
import pytest
from django.urls import reverse
from django_q.models import OrmQ

from loans.models import Repayment
from loans.services.repayments import record_receipt
from reconciliation import jobs
from reconciliation.models import RemittancePart
from reconciliation.selectors.returns import told_again
from reconciliation.selectors.totals import totals
from reconciliation.services.posting import post_chunk, start_posting
from reconciliation.tests.factories import (
    AT,
    as_asked,
    books_agree,
    make_issued,
    make_loan,
    make_return,
    make_saver,
    post,
)
from reconciliation.tests.pages.browsing import is_sent_to, line_in, page, send

pytestmark = pytest.mark.django_db


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


def test_a_payment_that_was_told_again_since_is_told_on_its_return_and_its_line(
    client, officer, employer, django_assert_max_num_queries
):
    loan = make_loan(make_saver(employer, savings="0"), balance="60000", instalment="10000")
    other = make_loan(make_saver(employer, savings="0"), balance="60000", instalment="10000")
    remittance = post(make_return(make_issued(employer)))
    parts = {part.loan_id: part for part in RemittancePart.objects.filter(line__remittance=remittance)}
    assert "worked out again" not in page(client, "workspace", remittance.pk)
    # His slip of two days before the return's money is found now.
    record_receipt(
        loan=loan, amount=Decimal("5000"), into="cash", reference="LATE 1", by=officer, on=date(2026, 10, 26), at=AT
    )  # fmt: skip
    first = Repayment.objects.get(entry=parts[loan.pk].entry)
    assert first.reversed_by_entry_id is not None
    with django_assert_max_num_queries(10):
        text = page(client, "workspace", remittance.pk)
    assert "1 payment was worked out again since" in text
    assert (loan.serial in text, f"loan {other.serial}" in text) == (True, False)
    assert "Worked out again since" in page(client, "line", parts[loan.pk].line_id)
    assert "Worked out again since" not in page(client, "line", parts[other.pk].line_id)
    (told,) = told_again(remittance.pk)
    assert (told.pk, told.stands.amount) == (parts[loan.pk].pk, first.amount)
    assert told.stands.reversed_by_entry_id is None
