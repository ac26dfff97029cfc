"""What the reconciliation pages and commands tell: totals that prove themselves, lines by group, who is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from core.display import month as spoken_month
from core.exports import Column, ExportSheet
from reconciliation.causes import MISSING
from reconciliation.models import DeductionLine, DeductionSchedule, Remittance, RemittanceLine, SuspenseItem
from reconciliation.states import LineState

NOTHING = Decimal("0.00")
TO_MEMBERS = (LineState.MATCHED, LineState.POSTED)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of a return in one state: how many and how much."""

    lines: int = 0
    amount: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures that must agree: matched + suspense = file = bank credit + charge."""

    expected: Decimal
    file: Decimal
    credit: Decimal
    charge: Decimal
    groups: dict[str, Group]
    short: Group
    missing: Group

    @property
    def matched(self) -> Decimal:
        """What goes, or went, to members."""
        return sum((self.groups[state].amount for state in TO_MEMBERS if state in self.groups), NOTHING)

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

    def group(self, state: str) -> Group:
        return self.groups.get(state, Group())


def missing(remittance: Remittance) -> QuerySet[DeductionLine]:
    """Whom we expected and did not find in the return. Why is for a person to say."""
    found = remittance.lines.filter(member__isnull=False).exclude(state=LineState.UNMATCHED).values("member_id")
    return (
        DeductionLine.objects.filter(schedule=remittance.schedule)
        .exclude(member_id__in=found)
        .select_related("member")
        .order_by("member__number")
    )


def totals(remittance: Remittance) -> Totals:
    """The totals of a return as it stands, in two queries."""
    groups: dict[str, Group] = {}
    short = Group()
    for state, count, amount, short_count, short_amount in (
        remittance.lines.values("state")
        .annotate(
            count=Count("pk"), total=Sum("amount"),
            short_count=Count("pk", filter=Q(cause="short")),
            short_amount=Sum("expected", filter=Q(cause="short"), default=NOTHING)
            - Sum("amount", filter=Q(cause="short"), default=NOTHING),
        )
        .values_list("state", "count", "total", "short_count", "short_amount")
    ):  # fmt: skip
        groups[state] = Group(count, amount)
        short = Group(short.lines + short_count, short.amount + short_amount)
    absent = missing(remittance).aggregate(n=Count("pk"), total=Sum("total", default=NOTHING))
    return Totals(
        expected=remittance.schedule.total,
        file=remittance.file_total,
        credit=remittance.bank_credit,
        charge=remittance.charge,
        groups=groups,
        short=short,
        missing=Group(absent["n"], absent["total"]),
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


def remittances() -> QuerySet[Remittance]:
    """All returns that stand, newest first."""
    return (
        Remittance.objects.standing()
        .select_related("schedule__employer", "imported_by")
        .order_by("-schedule__month", "-pk")
    )


def open_suspense() -> QuerySet[SuspenseItem]:
    """What waits in suspense, oldest first."""
    return (
        SuspenseItem.objects.open()
        .select_related("line__remittance__schedule__employer", "member", "proposed_by")
        .order_by("opened_on", "pk")
    )


def lines_in(remittance: Remittance, state: str) -> QuerySet[RemittanceLine]:
    """The lines of one group as the workspace lists them, surest first."""
    return remittance.lines.filter(state=state).select_related("member").order_by("-confidence", "position")


def schedule_sheet(schedule: DeductionSchedule) -> ExportSheet:
    """An issued schedule as the sheet that goes to the employer: one row a member, totals that prove themselves."""
    lines = schedule.lines.select_related("member").order_by("member__number")
    return ExportSheet(
        name=f"{schedule.employer.code} {schedule.month:%Y-%m}",
        titles=[
            f"Deductions for {schedule.employer}, {spoken_month(schedule.month)}",
            f"Schedule {schedule.number or 'not issued'}, version {schedule.version}",
        ],
        columns=[
            Column("S/N", kind="whole"),
            Column("Staff number", kind="number"),
            Column("Name"),
            Column("Member number"),
            Column("Savings", kind="money", total=True),
            Column("Christmas savings", kind="money", total=True),
            Column("Loans", kind="money", total=True),
            Column("Total", kind="money", total=True),
        ],
        rows=[
            (
                number, line.staff_number, line.member.name, line.member.number,
                line.savings, line.christmas, line.loans, line.total,
            )
            for number, line in enumerate(lines, 1)
        ],
    )  # fmt: skip
