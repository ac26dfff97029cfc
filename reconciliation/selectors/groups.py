"""The groups into which a return falls, and one page of the lines of one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from core.sql import load_sql
from reconciliation.selectors.head import ReturnHead
from reconciliation.selectors.totals import Group, Totals
from reconciliation.states import LineState, RemittanceStatus

LINES_OF_GROUP = load_sql("reconciliation", "lines_of_group")

# The words stand in the workspace's address.
MATCHED, SUGGESTED, SHORT, MISSED, UNKNOWN, SECOND, PARKED = (
    "matched", "suggested", "short", "missing", "unmatched", "waiting", "suspense",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """One group of a workspace, with its figure and where it is shown."""

    key: str
    label: str
    group: Group
    said: str = ""


def tabs(remittance: ReturnHead, told: Totals) -> list[Tab]:
    """The groups into which every line and every member expected falls, each once."""
    kept, short = told.for_members, told.short
    full = Group(kept.lines - short.lines, kept.amount - told.short_came)
    if remittance.status == RemittanceStatus.MATCHED:
        return [
            Tab(MATCHED, "Matched", full),
            Tab(SUGGESTED, "Suggested", told.group(LineState.SUGGESTED)),
            Tab(SHORT, "Short paid", short, "short"),
            Tab(MISSED, "Missing", told.missing),
            Tab(UNKNOWN, "Unknown", told.group(LineState.UNMATCHED)),
            Tab(SECOND, "Named twice", told.group(LineState.WAITING)),
        ]
    waiting = told.group(LineState.SUGGESTED) + told.group(LineState.UNMATCHED) + told.group(LineState.WAITING)
    return [
        Tab(MATCHED, "Credited" if remittance.status == RemittanceStatus.POSTED else "To members", full),
        Tab(SHORT, "Short paid", short, "short"),
        Tab(PARKED, "In suspense", told.group(LineState.SUSPENSE) + waiting),
        Tab(MISSED, "Missing", told.missing),
    ]


@dataclass(frozen=True, slots=True)
class WorkMember:
    """The member of a line, with what was asked of him."""

    pk: int
    number: str
    name: str
    staff_number: str
    claimed_staff_number: str
    asked: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A line's item in suspense."""

    pk: int
    reason: str
    status: str


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line as the workspace lists it: a plain row, since hundreds of them are drawn a minute."""

    pk: int
    row: int
    sheet: str
    staff_number: str
    name: str
    amount: Decimal
    expected: Decimal
    state: str
    cause: str
    confidence: int
    reasons: list[dict[str, str]]
    alternatives: list[dict[str, Any]]
    member: WorkMember | None
    suspense: WorkItem | None


def lines_in(remittance: ReturnHead, key: str, *, start: int = 0, size: int = 25) -> list[WorkLine]:
    """A page of the lines of one group in the order of the file; suggestions and unknown ones the surest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            LINES_OF_GROUP,
            {
                "remittance": remittance.pk, "schedule": remittance.schedule_id, "group": key, "limit": size,
                "offset": start,
            },
        )  # fmt: skip
        return [_work_line(row) for row in cursor.fetchall()]


def _work_line(row: tuple) -> WorkLine:
    reasons, alternatives = (json.loads(part) if isinstance(part, str) else part for part in row[10:12])
    pk, number, surname, other_names, staff_number, claimed = row[12:18]
    asked = tuple(zip(("savings", "Christmas", "loans"), row[18:21], strict=True)) if row[18] is not None else ()
    member = WorkMember(pk, number, f"{surname} {other_names}".strip(), staff_number, claimed, asked) if pk else None
    return WorkLine(*row[:10], reasons, alternatives, member, WorkItem(*row[21:24]) if row[21] else None)
