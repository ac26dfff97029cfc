"""The figures of a return that must agree, who is missing, and the whole of it as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core.sql import load_sql
from reconciliation.causes import MISSING
from reconciliation.models import DeductionLine, Remittance, RemittanceLine
from reconciliation.selectors.head import ReturnHead
from reconciliation.services.lines import SURE
from reconciliation.states import OPEN_LINE_STATES, LineState

NOTHING = Decimal("0.00")
TO_MEMBERS = (LineState.MATCHED, LineState.POSTED)
TOTALS = load_sql("reconciliation", "totals")


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines of a return: how many and how much; for short lines, by how much they are short."""

    lines: int = 0
    amount: Decimal = NOTHING

    def __add__(self, other: Group) -> Group:
        return Group(self.lines + other.lines, self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures that must agree: matched + suspense = file = bank credit + charge.

    `groups` are the lines by their state; `short` those for members that are less than what was asked, by how much
    they are, and `short_came` what came on them; `sure` the suggestions of which one may be sure.
    """

    expected: Decimal
    file: Decimal
    credit: Decimal
    charge: Decimal
    groups: dict[str, Group]
    short: Group
    short_came: Decimal
    missing: Group
    sure: Group

    @property
    def matched(self) -> Decimal:
        """What goes, or went, to members."""
        return self.for_members.amount

    @property
    def suspense(self) -> Decimal:
        """What goes, or went, to suspense: everything that is not matched."""
        return self.file - self.matched

    @property
    def gap(self) -> Decimal:
        """What the bank credit and the charge leave unexplained of the file; nil when they tie."""
        return self.file - self.credit - self.charge

    @property
    def lines(self) -> int:
        return sum(group.lines for group in self.groups.values())

    @property
    def for_members(self) -> Group:
        return sum((self.group(state) for state in TO_MEMBERS), Group())

    @property
    def for_nobody(self) -> Group:
        return Group(self.lines - self.for_members.lines, self.suspense)

    @property
    def left_to_post(self) -> int:
        return sum(self.group(state).lines for state in OPEN_LINE_STATES)

    def group(self, state: str) -> Group:
        return self.groups.get(state, Group())


def missing(remittance: Remittance | ReturnHead) -> QuerySet[DeductionLine]:
    """Whom we expected and did not find in the return. Why is for a person to say."""
    named = RemittanceLine.objects.filter(remittance=remittance.pk, member__isnull=False)
    found = named.exclude(state=LineState.UNMATCHED).values("member_id")
    return (
        DeductionLine.objects.filter(schedule=remittance.schedule_id)
        .exclude(member_id__in=found)
        .select_related("member")
        .order_by("member__number")
    )


def totals(remittance: Remittance | ReturnHead) -> Totals:
    """The totals of a return as it stands, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"remittance": remittance.pk, "sure": SURE})
        lines, amounts, asked, *figures = cursor.fetchone()
    if isinstance(lines, str):  # a bare cursor leaves JSON as it came
        lines, amounts = json.loads(lines), json.loads(amounts)
    return Totals(
        expected=asked,
        file=remittance.file_total,
        credit=remittance.bank_credit,
        charge=remittance.charge,
        groups={state: Group(n, Decimal(amounts[state])) for state, n in lines.items()},
        short=Group(*figures[0:2]),
        short_came=figures[2],
        sure=Group(*figures[3:5]),
        missing=Group(*figures[5:7]),
    )


def as_data(remittance: Remittance) -> dict[str, Any]:
    """A return with its lines and variances as plain values, amounts as text: what `reconcile --json` prints."""
    told = totals(remittance)
    return {
        "remittance": remittance.pk,
        "schedule": remittance.schedule.number,
        "status": remittance.status,
        "totals": {
            "expected": str(told.expected),
            "file": str(told.file),
            "credit": str(told.credit),
            "matched": str(told.matched),
            "suspense": str(told.suspense),
            "charge": str(told.charge),
        },
        "lines": [
            {
                "sheet": line.sheet,
                "row": line.row,
                "staff_no": line.staff_number,
                "name": line.name,
                "amount": str(line.amount),
                "member": line.member.number if line.member else None,
                "expected": str(line.expected),
                "state": line.state,
                "cause": line.cause,
                "confidence": line.confidence,
                "reasons": [reason["text"] for reason in line.reasons],
            }
            for line in remittance.lines.select_related("member").order_by("position")
        ],
        "variances": [
            {"member": line.member.number, "name": line.member.name, "expected": str(line.total), "cause": MISSING}
            for line in missing(remittance)
        ],
        "problems": remittance.problems,
    }
