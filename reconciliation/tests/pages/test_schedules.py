"""The pages of deduction schedules."""

import io

import openpyxl
import pytest
from django.urls import reverse

from reconciliation.models import DeductionSchedule
from reconciliation.services.schedules import prepare_schedule
from reconciliation.tests.factories import (
    AT,
    OCTOBER,
    make_employer,
    make_issued,
    make_saver,
    make_treasurer,
)
from reconciliation.tests.pages.browsing import is_sent_to, page, send
from users.testing import sign_in

pytestmark = pytest.mark.django_db


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
