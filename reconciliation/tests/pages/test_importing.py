"""Bringing a return in."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_q.models import OrmQ

from reconciliation.models import Remittance
from reconciliation.tests.factories import (
    as_asked,
    csv_file,
    make_employer,
    make_issued,
    make_saver,
    row_of,
)
from reconciliation.tests.pages.browsing import is_sent_to, page, send

pytestmark = pytest.mark.django_db


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
