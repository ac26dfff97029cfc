"""An employer's return comes in: read, compared with the schedule, matched. Nothing is posted here."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from audit.services import record
from audit.transitions import transition
from core.display import month as spoken_month
from core.display import naira
from core.workbooks import read_workbook
from members.models import Member
from reconciliation.errors import (
    ChargeTooHigh,
    ImportedBefore,
    MemberHasALine,
    NotOfThisEmployer,
    ReturnStanding,
    ReturnUnreadable,
    StillDeciding,
    WrongMonth,
)
from reconciliation.matching import Alias, Expected, Match, match
from reconciliation.models import DeductionSchedule, NameAlias, Remittance, RemittanceLine
from reconciliation.returns import Layout, ParsedReturn, read_return
from reconciliation.states import LineState, RemittanceStatus
from users.models import User

NOTHING = Decimal("0.00")
SURE = 95  # from this confidence on, suggestions can be taken together


@transaction.atomic
def import_return(
    *,
    schedule: DeductionSchedule,
    file_name: str,
    data: bytes,
    bank_credit: Decimal,
    received_on: date,
    bank_reference: str,
    by: User,
    at: datetime,
) -> Remittance:
    """Read a return, match it with the schedule, and keep it for a person to look at.

    Raises WorkbookRefused, ReturnUnreadable, WrongMonth, ImportedBefore, ReturnStanding; nothing is stored then.
    """
    workbook = read_workbook(data, filename=file_name)
    employer = schedule.employer
    layout = Layout.from_json(employer.return_layout) if employer.return_layout else None
    parsed = read_return(workbook, layout)
    errors = list(parsed.errors())
    if errors:
        raise ReturnUnreadable(errors)
    if parsed.period_seen and parsed.period_seen != f"{schedule.month:%Y-%m}":
        raise WrongMonth(
            f"This file is for {parsed.period_seen}, not {spoken_month(schedule.month)}. "
            "Choose the right file or the right month."
        )
    content_hash = _content_hash(schedule, parsed)
    _refuse_a_second_time(schedule, workbook.sha256, content_hash)
    try:
        with transaction.atomic():
            remittance = Remittance.objects.create(
                schedule=schedule,
                file_name=file_name[:160],
                file_hash=workbook.sha256,
                content_hash=content_hash,
                layout=parsed.layout.to_json(),
                file_total=parsed.file_total,
                bank_credit=bank_credit,
                received_on=received_on,
                bank_reference=bank_reference,
                problems=[asdict(problem) for problem in parsed.problems],
                imported_by=by,
                imported_at=at,
            )
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name in ("reconciliation_file_once", "reconciliation_content_once"):
            raise ImportedBefore("This file was imported a moment ago.") from refused
        raise
    matched = match(parsed.lines, expected_of(schedule), _memory_of(schedule))
    RemittanceLine.objects.bulk_create(
        _line(remittance, position, found) for position, found in enumerate(matched.matches, 1)
    )
    record(
        "reconciliation.remittance.imported", by=by, subject=remittance, at=at,
        file_total=str(remittance.file_total), bank_credit=str(bank_credit), lines=len(matched.matches),
    )  # fmt: skip
    return remittance


def expected_of(schedule: DeductionSchedule) -> list[Expected]:
    """Everybody of the employer as the matching sees him: who is on the schedule with his amount, the rest with nil."""
    amounts = dict(schedule.lines.values_list("member_id", "total"))
    claimed = set(
        Member.objects.filter(employer=schedule.employer).exclude(claimed_staff_number="").values_list(
            "claimed_staff_number", flat=True
        )
    )  # fmt: skip
    return [
        Expected(
            member=member.pk,
            number=member.number,
            name=member.name,
            staff_no=member.staff_number,
            amount=amounts.get(member.pk, NOTHING),
            # Whoever bears a number that another claims is as doubtful as who claims it.
            claimed_staff_no=member.claimed_staff_number
            or (member.staff_number if member.staff_number in claimed else ""),
        )
        for member in Member.objects.filter(employer=schedule.employer).order_by("number")
    ]


def _memory_of(schedule: DeductionSchedule) -> list[Alias]:
    rows = NameAlias.objects.filter(employer=schedule.employer).values_list("member_id", "staff_number", "name")
    return [Alias(*row) for row in rows]


def _content_hash(schedule: DeductionSchedule, parsed: ParsedReturn) -> str:
    """What the file says, whatever its bytes: a copy saved again, or as CSV, says the same."""
    said = sorted(f"{line.staff_no}|{line.name}|{line.amount}" for line in parsed.lines)
    return hashlib.sha256("\n".join([f"{schedule.employer_id}|{schedule.month}", *said]).encode()).hexdigest()


def _refuse_a_second_time(schedule: DeductionSchedule, file_hash: str, content_hash: str) -> None:
    standing = Remittance.objects.standing().select_related("schedule__employer", "imported_by")
    before = standing.filter(file_hash=file_hash).first() or standing.filter(content_hash=content_hash).first()
    if before is not None:
        raise ImportedBefore(
            f"This file was imported before, as {before.file_name} for {before.schedule.employer}, "
            f"{spoken_month(before.schedule.month)}. Nothing was stored."
        )
    other = standing.filter(schedule__employer=schedule.employer, schedule__month=schedule.month).first()
    if other is not None:
        raise ReturnStanding(
            f"{other.file_name} was imported for {schedule.employer}, {spoken_month(schedule.month)} already. "
            "Take it back first if this one is right."
        )


def _line(remittance: Remittance, position: int, found: Match) -> RemittanceLine:
    return RemittanceLine(
        remittance=remittance,
        position=position,
        sheet=found.line.sheet[:80],
        row=found.line.row,
        staff_number=found.line.staff_no[:60],
        name=found.line.name[:200],
        amount=found.line.amount,
        parts=[
            {"sheet": part.sheet, "row": part.row, "element": part.element, "amount": str(part.amount)}
            for part in found.line.parts
        ],
        member_id=found.member,
        expected=found.expected.amount if found.expected else NOTHING,
        state=found.state,
        cause=found.cause,
        confidence=found.confidence,
        reasons=[{"sign": reason.sign, "text": reason.text} for reason in found.reasons],
        alternatives=[
            {"member": other.member, "number": other.number, "name": other.name, "confidence": other.confidence}
            for other in found.alternatives
        ],
    )


@transaction.atomic
def drop_return(*, remittance: Remittance, by: User, at: datetime) -> Remittance:
    """Take a return back before anything of it is posted, so that the right file can be imported."""
    return transition(remittance, RemittanceStatus.DROPPED, by=by, at=at)


@transaction.atomic
def confirm_charge(*, remittance: Remittance, charge: Decimal, by: User, at: datetime) -> Remittance:
    """Say that the bank kept `charge` of this remittance; raises ChargeTooHigh above the employer's limit."""
    remittance = (
        Remittance.objects.select_for_update(of=("self",)).select_related("schedule__employer").get(pk=remittance.pk)
    )
    limit = remittance.schedule.employer.bank_charge_limit
    if charge > limit:
        raise ChargeTooHigh(
            f"A bank charge for {remittance.schedule.employer} is {naira(limit)} or less. "
            "If more is missing, ask the employer for the rest."
        )
    remittance.charge, remittance.charge_confirmed_by = charge, by if charge else None
    remittance.save(update_fields=["charge", "charge_confirmed_by"])
    record("reconciliation.remittance.charge_confirmed", by=by, subject=remittance, at=at, charge=str(charge))
    return remittance


@transaction.atomic
def confirm_match(*, line: RemittanceLine, member: Member | None = None, by: User, at: datetime) -> RemittanceLine:
    """Say whose line this is: the member suggested, or another of the same employer; the spelling is remembered.

    Raises StillDeciding, NotOfThisEmployer, MemberHasALine, IllegalTransition when the line is posted.
    """
    line = (
        RemittanceLine.objects.select_for_update(of=("self",))
        .select_related("remittance__schedule", "member")
        .get(pk=line.pk)
    )
    owner = member or line.member
    if owner is None:
        raise StillDeciding("Choose the member first: nobody is suggested for this line.")
    schedule = line.remittance.schedule
    if owner.employer_id != schedule.employer_id:
        raise NotOfThisEmployer(f"{owner.name} is not with {schedule.employer}. Choose a member of this employer.")
    others = RemittanceLine.objects.filter(remittance=line.remittance, member=owner, state=LineState.MATCHED)
    if others.exclude(pk=line.pk).exists():
        raise MemberHasALine(f"{owner.name} has another line in this return. A second line goes to suspense.")
    expected = schedule.lines.filter(member=owner).values_list("total", flat=True).first() or NOTHING
    NameAlias.objects.get_or_create(
        employer_id=schedule.employer_id,
        member=owner,
        staff_number=line.staff_number,
        name=line.name,
        defaults={"confirmed_by": by, "confirmed_at": at},
    )
    return transition(
        line, LineState.MATCHED, by=by, at=at, member=owner, expected=expected, confidence=100, confirmed_by=by
    )


@transaction.atomic
def reject_match(*, line: RemittanceLine, by: User, at: datetime) -> RemittanceLine:
    """Say that the line is not the suggested member's: it is nobody's until somebody is found for it."""
    return transition(
        line, LineState.UNMATCHED, by=by, at=at, member=None, expected=NOTHING, confidence=0, confirmed_by=by
    )


@transaction.atomic
def confirm_sure_matches(*, remittance: Remittance, by: User, at: datetime) -> int:
    """Take all suggestions of a confidence of 95 and more together; returns how many."""
    sure = remittance.lines.filter(state=LineState.SUGGESTED, confidence__gte=SURE).select_related("member")
    lines = list(sure.order_by("pk"))
    for line in lines:
        confirm_match(line=line, by=by, at=at)
    return len(lines)
