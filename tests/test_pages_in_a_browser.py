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
# name, width, height, colours, is it looked through for what shuts people out: once is enough, it is the slow part
SCREENS = [("phone", 320, 640, "dark", True), ("desktop", 1280, 900, "light", False)]


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


@pytest.fixture(params=SCREENS, ids=[screen[0] for screen in SCREENS])
def screen(request, browser: Browser) -> Iterator[Page]:
    _, width, height, scheme, _ = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def become(page: Page, site: str, who: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("#practice-role").select_option(label=who)
    page.get_by_role("button", name="Switch").click()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_page_fits_complains_of_nothing_and_shuts_nobody_out(live_practice_site, pages, screen, request):
    is_looked_through = request.node.callspec.params["screen"][-1]
    wrong, complaints = [], []
    screen.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    for who, addresses in pages.items():
        become(screen, live_practice_site, who)
        for name, address in addresses:
            complaints.clear()
            answer = screen.goto(live_practice_site + address)
            found = [f"console: {said}" for said in complaints if "status of 404" not in said]
            if answer.status not in (200, 404):
                found.append(f"status {answer.status}")
            wide = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{wide} pixels too wide")
            if screen.locator("h1").count() != 1:
                found.append(f"{screen.locator('h1').count()} headings of the first rank")
            if is_looked_through:
                found += barriers(screen)
            if found:
                wrong.append((name, found))
    assert not wrong, "\n".join(f"{name}: {one}" for name, found in wrong for one in found)
