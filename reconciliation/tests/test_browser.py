"""The month in a real browser: by keys, without script, and while a posting runs."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.dates import business_date
from reconciliation import jobs
from reconciliation.models import Remittance, SuspenseItem
from reconciliation.tests.factories import (
    as_asked,
    books_agree,
    csv_file,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
)
from users.testing import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def enter(live_site, browser):
    """Opens a browser as a person; its complaints, such as a broken content policy, fail the test."""
    opened, complaints = [], []

    def open_as(person, *, script=True, size=DESKTOP):
        client = Client()
        sign_in(client, person)
        context = browser.new_context(viewport=size, java_script_enabled=script, base_url=live_site)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_site}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.append(context)
        return page

    yield open_as
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def employer(live_site):
    return make_employer("LPA")


@pytest.fixture
def people(employer):
    people = [make_saver(employer, savings=str(10000 + 500 * n)) for n in range(4)]
    make_loan(people[0])
    return people


@pytest.fixture
def schedule(people, employer):
    return make_issued(employer)


@pytest.fixture
def suggestions(schedule, people):
    """Four suggestions, each under a number that is nobody's."""
    rows = [(f"9900{n}", name, amount) for n, (_, name, amount) in enumerate(as_asked(schedule))]
    return make_return(schedule, rows)


def states(remittance):
    return list(remittance.lines.order_by("position").values_list("state", flat=True))


def test_suggestions_are_gone_through_by_keys_alone(enter, suggestions):
    page = enter(make_officer())
    page.goto(reverse("reconciliation:workspace", args=[suggestions.pk]))
    rows = [int(row.get_attribute("aria-label").split()[1]) for row in page.locator(".match").all()]
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert "Row" in page.locator(".toast").inner_text()
    assert suggestions.lines.get(row=rows[1]).state == "matched"
    # The row after the one that was decided is the one that the keys start from.
    assert page.locator(".match.cur").get_attribute("aria-label") == f"Row {rows[2]}"
    with page.expect_navigation():
        page.keyboard.press("r")
    assert suggestions.lines.get(row=rows[2]).state == "unmatched"
    page.keyboard.press("k")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(reverse("reconciliation:line", args=[suggestions.lines.get(row=rows[0]).pk]))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_month_is_worked_through_without_script(enter, schedule, people, tmp_path, size):
    officer, treasurer = make_officer(), make_treasurer()
    rows = as_asked(schedule)
    rows[1] = ("99001", rows[1][1], rows[1][2])
    file = tmp_path / "october.csv"
    file.write_bytes(csv_file([*rows, ("99002", "ZUBAIRU Quartey", "12500")]))
    total = schedule.total + 12500

    page = enter(officer, script=False, size=size)
    page.goto(reverse("reconciliation:returns"))
    page.get_by_role("link", name="Bring it in").click()
    page.set_input_files("input[type=file]", file)
    page.fill("input[name=bank_credit]", f"{total - 50:,}")
    page.fill("input[name=received_on]", min(date(2026, 10, 28), business_date()).isoformat())
    page.get_by_role("button", name="Read and match it").click()
    assert page.locator("h1").inner_text() == "October 2026 payroll"
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Unknown").click()
    page.get_by_role("link", name="Find", exact=True).click()
    page.fill("input[name=q]", "nobody of that name")
    page.get_by_role("button", name="Find").click()
    assert "Nobody found" in page.content()
    page.get_by_role("link", name="Go back").click()
    page.get_by_role("link", name="The bank kept it").click()
    page.get_by_role("button", name="The bank kept this").click()
    page.get_by_role("link", name="Post it").click()
    page.fill("input[name=word]", "POST")
    page.get_by_role("button", name="Post ₦").click()
    assert "Posting the 5 lines" in page.content()
    page.get_by_role("button", name="Go on now").click()
    assert "Posting the" not in page.content()
    assert "In suspense, 1 line" in page.content()
    assert states(Remittance.objects.get()) == ["posted"] * 4 + ["suspense"]

    page.goto(reverse("reconciliation:suspense"))
    page.get_by_role("link", name="ZUBAIRU").click()
    page.fill("input[name=q]", people[3].surname)
    page.get_by_role("button", name="Find").click()
    page.locator(f'button[name=member][value="{people[3].pk}"]').click()
    second = enter(treasurer, script=False, size=size)
    second.goto(reverse("reconciliation:suspense_item", args=[SuspenseItem.objects.get().pk]))
    second.get_by_role("link", name="I agree").click()
    second.get_by_role("button", name="Yes, credit it").click()
    assert f"Credited to {people[3].name}" in second.content()
    books_agree()


def test_the_page_follows_the_posting_and_shows_its_end(enter, suggestions):
    officer = make_officer()
    page = enter(officer)
    page.goto(reverse("reconciliation:post", args=[suggestions.pk]))
    page.fill("input[name=word]", "POST")
    page.get_by_role("button", name="Post ₦").click()
    page.wait_for_selector("#job progress")
    assert jobs.post_return(suggestions.pk, officer.pk) == "posted"
    page.wait_for_selector("#job", state="detached", timeout=15_000)
    assert "Credited" in page.content()
