"""What the reconciliation pages and commands tell: totals that prove themselves, lines by group, who is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from loans.models import Loan
from members.models import Employer, Member
from reconciliation.causes import MISSING
from reconciliation.models import (
    DeductionItem,
    DeductionLine,
    DeductionSchedule,
    Remittance,
    RemittanceLine,
    RemittancePart,
    SuspenseItem,
)
from reconciliation.services.lines import SURE
from reconciliation.states import OPEN_LINE_STATES, LineState, RemittanceStatus, ScheduleStatus, SuspenseStatus

NOTHING = Decimal("0.00")
TO_MEMBERS = (LineState.MATCHED, LineState.POSTED)
MONEY = DecimalField(max_digits=14, decimal_places=2)

# The groups of a workspace: the words stand in its address.
MATCHED, SUGGESTED, SHORT, MISSED, UNKNOWN, SECOND, PARKED = (
    "matched", "suggested", "short", "missing", "unmatched", "waiting", "suspense",
)  # fmt: skip


# Totals ---------------------------------------------------------------------------------------------------------------


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


def missing(remittance: Remittance) -> QuerySet[DeductionLine]:
    """Whom we expected and did not find in the return. Why is for a person to say."""
    found = remittance.lines.filter(member__isnull=False).exclude(state=LineState.UNMATCHED).values("member_id")
    return (
        DeductionLine.objects.filter(schedule=remittance.schedule_id)
        .exclude(member_id__in=found)
        .select_related("member")
        .order_by("member__number")
    )


def totals(remittance: Remittance) -> Totals:
    """The totals of a return as it stands, in two queries."""
    groups: dict[str, Group] = {}
    short, short_came, sure = Group(), NOTHING, Group()
    is_short = Q(state__in=TO_MEMBERS, amount__lt=F("expected"))
    is_sure = Q(state=LineState.SUGGESTED, confidence__gte=SURE)
    for state, *figures in (
        remittance.lines.values("state")
        .annotate(
            n=Count("pk"), total=Sum("amount"),
            short_n=Count("pk", filter=is_short),
            short_by=Sum(F("expected") - F("amount"), filter=is_short, default=NOTHING),
            short_came=Sum("amount", filter=is_short, default=NOTHING),
            sure_n=Count("pk", filter=is_sure), sure_sum=Sum("amount", filter=is_sure, default=NOTHING),
        )
        .values_list("state", "n", "total", "short_n", "short_by", "short_came", "sure_n", "sure_sum")
    ):  # fmt: skip
        groups[state] = Group(*figures[:2])
        short += Group(*figures[2:4])
        short_came += figures[4]
        sure += Group(*figures[5:])
    absent = missing(remittance).aggregate(n=Count("pk"), total=Sum("total", default=NOTHING))
    return Totals(
        expected=remittance.schedule.total,
        file=remittance.file_total,
        credit=remittance.bank_credit,
        charge=remittance.charge,
        groups=groups,
        short=short,
        short_came=short_came,
        missing=Group(absent["n"], absent["total"]),
        sure=sure,
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


# Returns and their lines ----------------------------------------------------------------------------------------------


def remittances() -> QuerySet[Remittance]:
    """All returns that stand, newest first."""
    return (
        Remittance.objects.standing()
        .select_related("schedule__employer", "imported_by")
        .order_by("-schedule__month", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Tab:
    """One group of a workspace, with its figure and where it is shown."""

    key: str
    label: str
    group: Group
    said: str = ""


def tabs(remittance: Remittance, told: Totals) -> list[Tab]:
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
            Tab(SECOND, "Second lines", told.group(LineState.WAITING)),
        ]
    waiting = told.group(LineState.SUGGESTED) + told.group(LineState.UNMATCHED) + told.group(LineState.WAITING)
    return [
        Tab(MATCHED, "Credited" if remittance.status == RemittanceStatus.POSTED else "To members", full),
        Tab(SHORT, "Short paid", short, "short"),
        Tab(PARKED, "In suspense", told.group(LineState.SUSPENSE) + waiting),
        Tab(MISSED, "Missing", told.missing),
    ]


def lines_in(remittance: Remittance, key: str) -> QuerySet[RemittanceLine]:
    """The lines of one group in the order of the file; suggestions and what nobody fits, the surest first."""
    lines = remittance.lines.select_related("member")
    if key == MATCHED:
        return lines.for_members().filter(amount__gte=F("expected")).order_by("position")
    if key == SHORT:
        return lines.for_members().filter(amount__lt=F("expected")).order_by("position")
    if key == PARKED:
        return lines.exclude(state__in=TO_MEMBERS).select_related("suspense").order_by("position")
    return lines.filter(state=key).order_by("-confidence", "position")


def with_asked(lines: Iterable[RemittanceLine], schedule_id: int) -> list[RemittanceLine]:
    """The lines, each with its member's line of the schedule in `asked` (None where nothing was asked of him)."""
    lines = list(lines)
    members = {line.member_id for line in lines if line.member_id}
    asked = {
        line.member_id: line for line in DeductionLine.objects.filter(schedule=schedule_id, member_id__in=members)
    } if members else {}  # fmt: skip
    for line in lines:
        line.asked = asked.get(line.member_id)
    return lines


def exceptions(remittance: Remittance) -> QuerySet[RemittanceLine]:
    """Every line that is not simply what was asked for, in the order of the file."""
    return (
        remittance.lines.exclude(cause="exact", state__in=TO_MEMBERS)
        .select_related("member", "suspense")
        .order_by("position")
    )


def parts_of(line: RemittanceLine) -> QuerySet[RemittancePart]:
    """Where the money of a posted line went."""
    return line.postings.select_related("loan", "entry").order_by("pk")


def candidates(remittance: Remittance, words: str) -> QuerySet[Member]:
    """Members of the return's employer whom these words mean, with what was asked of each and whether he has a line."""
    asked = DeductionLine.objects.filter(schedule=remittance.schedule_id, member=OuterRef("pk"))
    return (
        Member.objects.active().filter(employer=remittance.schedule.employer_id)
        .search(words)
        .annotate(
            asked=Coalesce(Subquery(asked.values("total")[:1]), Value(NOTHING), output_field=MONEY),
            has_line=Exists(remittance.lines.for_members().filter(member=OuterRef("pk"))),
        )
        .order_by("number")
    )  # fmt: skip


def serials(loan_ids: Iterable[int]) -> dict[int, str]:
    """The serials of loans, by their ids."""
    return dict(Loan.objects.filter(pk__in=list(loan_ids)).values_list("pk", "serial"))


# Schedules ------------------------------------------------------------------------------------------------------------


def schedules() -> QuerySet[DeductionSchedule]:
    """Schedules that are drafts or in force, and replaced ones that went out; the newest month first."""
    return (
        DeductionSchedule.objects.exclude(status=ScheduleStatus.REPLACED, number__isnull=True)
        .select_related("employer", "prepared_by")
        .annotate(members=Count("lines"), has_return=_has_return())
        .order_by("-month", "employer__name", "-version")
    )


def _has_return() -> Exists:
    return Exists(Remittance.objects.standing().filter(schedule=OuterRef("pk")))


def awaiting_return() -> QuerySet[DeductionSchedule]:
    """Issued schedules for which no return stands, the newest month first."""
    return (
        DeductionSchedule.objects.issued()
        .filter(~_has_return())
        .select_related("employer")
        .order_by("-month", "employer__name")
    )


def employers() -> QuerySet[Employer]:
    return Employer.objects.order_by("name")


def schedule_figures(schedule: DeductionSchedule) -> dict[str, Any]:
    """What a schedule asks for, by what it is for; the parts add up to its total."""
    return schedule.lines.aggregate(
        members=Count("pk"), savings=Sum("savings", default=NOTHING), christmas=Sum("christmas", default=NOTHING),
        loans=Sum("loans", default=NOTHING), total=Sum("total", default=NOTHING),
    )  # fmt: skip


def schedule_lines(schedule: DeductionSchedule) -> QuerySet[DeductionLine]:
    return schedule.lines.select_related("member").order_by("member__number")


def items_of(line: DeductionLine) -> QuerySet[DeductionItem]:
    """The instalments of which a member's loans on a schedule are made."""
    return line.items.select_related("loan__product", "installment").order_by("due_on", "loan_id")


# Suspense -------------------------------------------------------------------------------------------------------------


def suspense(*, cleared: bool = False) -> QuerySet[SuspenseItem]:
    """What waits in suspense, oldest first; or what was cleared, latest first."""
    items = SuspenseItem.objects.select_related("line__remittance__schedule__employer", "member", "proposed_by")
    if cleared:
        return items.filter(status=SuspenseStatus.CLEARED).select_related("cleared_by").order_by("-cleared_at", "-pk")
    return items.open().order_by("opened_on", "pk")


def open_suspense() -> QuerySet[SuspenseItem]:
    """What waits in suspense, oldest first."""
    return suspense()


def owners(words: str) -> QuerySet[Member]:
    """Members of any employer whom these words mean."""
    return Member.objects.active().search(words).select_related("employer").order_by("number")


def suspense_figures() -> dict[str, Any]:
    """How much waits in suspense, since when, and how much of it has an owner proposed; in one query."""
    proposed = Q(member__isnull=False)
    return SuspenseItem.objects.open().aggregate(
        lines=Count("pk"), total=Sum("amount", default=NOTHING), oldest=Min("opened_on"),
        proposed_lines=Count("pk", filter=proposed),
        proposed_total=Sum("amount", filter=proposed, default=NOTHING),
    )  # fmt: skip
