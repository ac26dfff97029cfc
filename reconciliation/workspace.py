"""What the workspace of a return shows: the figures that must agree, the groups, and one page of one group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString

from core.addresses import address
from core.charts import stack
from core.display import month as spoken_month
from core.display import naira
from core.markup import text, tile
from core.tables import Table
from reconciliation import tables
from reconciliation.models import Remittance
from reconciliation.rows import match_rows
from reconciliation.selectors.groups import (
    MATCHED,
    MISSED,
    PARKED,
    SECOND,
    SHORT,
    SUGGESTED,
    UNKNOWN,
    Tab,
    lines_in,
    tabs,
)
from reconciliation.selectors.head import ReturnHead
from reconciliation.selectors.totals import Totals, missing, totals
from reconciliation.states import LineState, RemittanceStatus

PAGE = 25
QUARTERS = 4

TABLES: dict[str, Table] = {
    MATCHED: tables.LINES,
    SHORT: tables.LINES,
    SECOND: tables.SECOND,
    MISSED: tables.MISSING,
    PARKED: tables.PARKED,
}

ABOUT = {
    MATCHED: "The number is right and the name agrees, or a person confirmed the line.",
    SUGGESTED: "A member is likely, and only you can say so. What nobody confirms goes to suspense.",
    SHORT: "Less came than was asked for. Open a line to see what it pays first.",
    MISSED: "We asked for these members and the return does not have them. Ask the employer why.",
    UNKNOWN: "Nobody in the register fits well enough. Find the member, or leave the line to suspense.",
    SECOND: "These members have a line already. A second one goes to suspense, and two people decide.",
    PARKED: "This money waits until one person says whose it is and another agrees.",
}


@dataclass(frozen=True, slots=True)
class Workspace:
    remittance: ReturnHead
    month: str
    told: Totals
    job: dict[str, Any] | None
    tab: Tab
    about: str
    tiles: SafeString
    bar: SafeString
    page: Page
    listed: SafeString
    is_open: bool
    is_posted: bool

    @property
    def sure(self):
        return self.told.sure

    @property
    def to_decide(self) -> int:
        """Lines about which nobody has said anything yet."""
        return self.told.group(LineState.SUGGESTED).lines + self.told.group(LineState.UNMATCHED).lines

    @property
    def is_suggested(self) -> bool:
        return self.tab.key == SUGGESTED

    @property
    def charge_may_explain(self) -> bool:
        """Whether what is missing is small enough to be what the bank kept."""
        missing = self.told.file - self.told.credit
        return 0 < missing <= self.remittance.bank_charge_limit


def workspace_page(
    remittance: ReturnHead, *, group: str, number: str | None, at: str, may_match: bool
) -> Workspace:  # fmt: skip
    """One page of one group of a return, with everything above it; `at` is the row that the keys start from."""
    told = totals(remittance)
    every = tabs(remittance, told)
    tab = next((one for one in every if one.key == group), None) or _first(every)
    page = Paginator(_Rows(remittance, tab), PAGE).get_page(number)
    here = address("reconciliation:workspace", remittance.pk)
    is_open = remittance.status == RemittanceStatus.MATCHED
    return Workspace(
        remittance=remittance,
        month=spoken_month(remittance.month),
        told=told,
        job=job_of(remittance, told),
        tab=tab,
        about=ABOUT[tab.key],
        tiles=SafeString("".join(_tile(one, here, current=one is tab) for one in every)),
        bar=_bar(told),
        page=page,
        listed=_listed(tab, page, at, may_match and is_open),
        is_open=is_open,
        is_posted=remittance.status == RemittanceStatus.POSTED,
    )


class _Rows:
    """The rows of a group, counted by its totals and read a page at a time."""

    def __init__(self, remittance: ReturnHead, tab: Tab):
        self.remittance, self.tab = remittance, tab

    def __len__(self) -> int:
        return self.tab.group.lines

    def __getitem__(self, part: slice) -> list:
        if self.tab.key == MISSED:
            return list(missing(self.remittance)[part])
        return lines_in(self.remittance, self.tab.key, start=part.start, size=part.stop - part.start)


def _first(every: list[Tab]) -> Tab:
    """What asks for a decision is shown first: suggestions, then what nobody fits, then the rest."""
    wanted = {tab.key: tab for tab in every}
    for key in (SUGGESTED, UNKNOWN, PARKED):
        if key in wanted and wanted[key].group.lines:
            return wanted[key]
    return every[0]


def _tile(tab: Tab, here: str, *, current: bool) -> SafeString:
    below = naira(tab.group.amount, kobo=False)
    return tile(tab.label, f"{tab.group.lines:,}", f"{below} {tab.said}".strip(), f"{here}?group={tab.key}", current)


def _bar(told: Totals) -> SafeString:
    """How far the lines are: matched or posted, suggested, and without an answer."""
    kept, suggested = told.for_members.lines, told.group(LineState.SUGGESTED).lines
    rest = told.lines - kept - suggested
    words = f"{kept} of {told.lines} lines for members, {suggested} suggested, {rest} without an answer"
    return stack(words, [("g", kept), ("y", suggested), ("r", rest)])


def _listed(tab: Tab, page: Page, at: str, may_match: bool) -> SafeString:
    if tab.key in TABLES:
        return TABLES[tab.key].render(page.object_list)
    lines = page.object_list
    place = min(int(at), max(len(lines) - 1, 0)) if at.isdecimal() and len(at) < 4 else 0
    return match_rows(lines, back=_back(tab.key, page.number), may_match=may_match, current=place)


def _back(key: str, number: int) -> Callable[[int], str]:
    head = text(urlencode({"group": key, "page": number}))
    return lambda place: f"{head}&amp;at={place}"


def job_of(remittance: Remittance | ReturnHead, told: Totals) -> dict[str, Any] | None:
    """A posting that has begun and not ended, for ui/progress.html; None when there is none."""
    if remittance.status != RemittanceStatus.POSTING:
        return None
    done = told.lines - told.left_to_post
    quarter = done * QUARTERS // max(told.lines, 1)
    return {
        "title": f"Posting the {told.lines:,} lines",
        "done": done,
        "total": told.lines,
        "note": "It starts in a moment." if not done else f"{told.left_to_post:,} to go",
        "finished": False,
        "url": address("reconciliation:progress", remittance.pk),
        "spoken": f"{quarter * 100 // QUARTERS} percent of the lines are posted.",
    }
