"""What shuts somebody out of a page, as axe-core finds it in a real browser."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What is in order is counted and not described, and nothing is fetched for rules that are not asked: half the time.
ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# Every explanation is unfolded while it looks, as a reader may have it, and the first rows of a long table stand for
# all that are made like them; afterwards the page is as it was.
LOOK = """async (options) => {
  const folded = [...document.querySelectorAll("details:not([open])")];
  const alike = [...document.querySelectorAll("tbody tr:nth-child(n + 9)")];
  folded.forEach((one) => { one.open = true });
  alike.forEach((row) => { row.style.display = "none" });
  const { violations } = await axe.run(options);
  alike.forEach((row) => { row.style.display = "" });
  folded.forEach((one) => { one.open = false });
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(
    ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
}"""


def barriers(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """Each thing on the page that breaks one of the rules, in words; script must run on it."""
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(LOOK, {**rules, **ONLY_WHAT_IS_WRONG})
