"""Every page in a real browser: nothing runs off a narrow screen, nothing complains, nobody is shut out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from portal.practice.people import SWITCH
from tests.barriers import barriers
from tests.routes import NOBODY, PUBLIC, ROUTES, SIGNED_IN, Row
from users.practice import offer
from users.roles import PERMISSIONS, Role
from users.selectors import person

# What is no page of ours: plain data, files, another project's page, and a step that leads elsewhere at once.
NOT_PAGES = {
    "health", "version", "schema", "swagger", "mfa_authenticate", "mfa_download_recovery_codes",
    "onboarding:problems_file", "onboarding:progress", "reconciliation:exceptions", "reconciliation:schedule_file",
    "reconciliation:progress", "loans:quote_pdf",
    # Nothing is in suspense in the practice society before a return is posted.
    "reconciliation:suspense_item", "reconciliation:clear",
}  # fmt: skip
# A page is opened on the phone, looked through for what shuts people out (once is enough, it is the slow part), and
# then stands on the desk without being opened again.
PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
TELL = """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
  document.querySelectorAll("h1").length]"""


def visitor(row: Row) -> str:
    """Who opens the page: whose it is, or the first of the role switch who may."""
    if row.owner:
        return row.owner
    if row.get in (PUBLIC, SIGNED_IN):
        return "UMCS/0002"
    allowed = {role for permission in row.get for role in PERMISSIONS[permission]}
    return next(actor.who for actor in SWITCH if actor.role in allowed or Role.MEMBER in allowed)


def pages_by_visitor() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for name, row in ROUTES.items():
        if row.get != NOBODY and name not in NOT_PAGES:
            found.setdefault(visitor(row), []).append((name, reverse(name, args=row.args())))
    return found


@pytest.fixture
def pages(live_practice_site) -> dict[str, list[tuple[str, str]]]:
    found = pages_by_visitor()
    for who in found:
        offer(user=person(who), label=who, position=100)
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    yield context.new_page()
    context.close()


def become(page: Page, site: str, who: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("#practice-role").select_option(label=who)
    page.get_by_role("button", name="Switch").click()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_page_fits_complains_of_nothing_and_shuts_nobody_out(live_practice_site, pages, page):
    wrong, complaints = [], []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    for who, addresses in pages.items():
        become(page, live_practice_site, who)
        for name, address in addresses:
            complaints.clear()
            answer = page.goto(live_practice_site + address)
            found = [] if answer.status in (200, 404) else [f"status {answer.status}"]
            found += misfits(page, "phone") + barriers(page)
            page.set_viewport_size(DESKTOP)
            page.emulate_media(color_scheme="light")
            found += misfits(page, "desktop")
            found += [f"console: {said}" for said in complaints if "status of 404" not in said]
            page.set_viewport_size(PHONE)
            page.emulate_media(color_scheme="dark")
            if found:
                wrong.append((name, found))
    assert not wrong, "\n".join(f"{name}: {one}" for name, found in wrong for one in found)


def misfits(page: Page, screen: str) -> list[str]:
    wide, headings = page.evaluate(TELL)
    found = [f"{wide} pixels too wide on the {screen}"] if wide > 0 else []
    return found + ([f"{headings} headings of the first rank on the {screen}"] if headings != 1 else [])
