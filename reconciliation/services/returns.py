"""An employer's return comes in: read, compared with the schedule, matched. Nothing is posted here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q

from audit.services import record
from audit.transitions import transition
from core.display import dmy, naira
from core.display import month as spoken_month
from core.errors import IllegalTransition
from core.money import LARGEST
from core.workbooks import read_workbook
from loans.models import Loan, LoanOrigin
from members.models import Member
from members.states import MemberStatus
from reconciliation import causes
from reconciliation.errors import (
    ChargeTooHigh,
    ImportedBefore,
    NoCharge,
    NoSchedule,
    NothingDeducted,
    ReturnStanding,
    ReturnUnreadable,
    TooMuchMoney,
    ValueDateTooEarly,
    WrongMonth,
)
from reconciliation.matching import Alias, Expected, Match, Reason, match
from reconciliation.models import DeductionSchedule, NameAlias, Remittance, RemittanceLine
from reconciliation.returns import Layout, ParsedReturn, ReturnLine, read_return
from reconciliation.states import RemittanceStatus, ScheduleStatus
from users.models import User

NOTHING = Decimal("0.00")
DOUBTED = 80  # the most that we are sure of a member who has left


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

    `bank_credit` is what the bank credited, in naira, on its value date `received_on`.
    Raises WorkbookRefused, ReturnUnreadable, NothingDeducted, TooMuchMoney, WrongMonth, ValueDateTooEarly, NoSchedule,
    ImportedBefore, ReturnStanding; nothing is stored then.
    """
    workbook = read_workbook(data, filename=file_name)
    parsed = _read(schedule, workbook)
    lines = [line for line in parsed.lines if line.amount]  # who stands there with nothing is missing
    _refuse_amounts(lines, parsed.file_total)
    schedule = _locked(schedule)
    _refuse_early(schedule, received_on)
    content_hash = _content_hash(schedule, lines)
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
        # Another person imported it for another employer in this very moment.
        if refused.__cause__.diag.constraint_name in ("reconciliation_file_once", "reconciliation_content_once"):
            raise ImportedBefore("This file was imported a moment ago. Nothing was stored.") from refused
        raise
    matched = match(lines, expected_of(schedule), _memory_of(schedule))
    _doubt_who_left(schedule, matched.matches)
    RemittanceLine.objects.bulk_create(
        _line(remittance, position, found) for position, found in enumerate(matched.matches, 1)
    )
    record(
        "reconciliation.remittance.imported", by=by, subject=remittance, at=at,
        file_total=str(remittance.file_total), bank_credit=str(bank_credit), lines=len(matched.matches),
    )  # fmt: skip
    return remittance


def _read(schedule: DeductionSchedule, workbook) -> ParsedReturn:
    stored = schedule.employer.return_layout
    parsed = read_return(workbook, Layout.from_json(stored) if stored else None)
    errors = list(parsed.errors())
    if errors:
        raise ReturnUnreadable(errors)
    if parsed.period_seen and parsed.period_seen != f"{schedule.month:%Y-%m}":
        seen = spoken_month(date.fromisoformat(f"{parsed.period_seen}-01"))
        raise WrongMonth(
            f"This file is for {seen}, not {spoken_month(schedule.month)}. Choose the right file or the right month."
        )
    return parsed


def _refuse_amounts(lines: Sequence[ReturnLine], total: Decimal) -> None:
    if not lines:
        raise NothingDeducted()
    if total > LARGEST:
        raise TooMuchMoney()


def _locked(schedule: DeductionSchedule) -> DeductionSchedule:
    """The schedule, locked so that no later version takes its place meanwhile; raises NoSchedule."""
    schedule = DeductionSchedule.objects.select_for_update(of=("self",)).select_related("employer").get(pk=schedule.pk)
    if schedule.status != ScheduleStatus.ISSUED:
        raise NoSchedule("This schedule is not the one in force. Choose the one that was sent to the employer.")
    return schedule


def _refuse_early(schedule: DeductionSchedule, received_on: date) -> None:
    """A payment cannot count before its loan began; found here, and not when half of the return is posted."""
    begins_later = Q(origin=LoanOrigin.OPENING, registered_on__gt=received_on) | Q(
        disbursement__disbursed_on__gt=received_on
    )
    asked = Loan.objects.filter(pk__in=schedule.lines.values("items__loan_id")).filter(begins_later)
    loan = asked.select_related("disbursement").order_by("pk").first()
    if loan is None:
        return
    if loan.origin == LoanOrigin.OPENING:
        began, day = "was taken over", loan.registered_on
    else:
        began, day = "was paid out", loan.disbursement.disbursed_on
    raise ValueDateTooEarly(
        f"Loan {loan.serial} of this schedule {began} on {dmy(day)}, and the bank's date is {dmy(received_on)}. "
        "Check the date."
    )


def expected_of(schedule: DeductionSchedule) -> list[Expected]:
    """Everybody of the employer as the matching sees him: who is on the schedule with his amount, the rest with nil."""
    amounts = dict(schedule.lines.values_list("member_id", "total"))
    members = list(Member.objects.filter(employer=schedule.employer).order_by("number"))
    claimed = {member.claimed_staff_number for member in members}
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
        for member in members
    ]


def _memory_of(schedule: DeductionSchedule) -> list[Alias]:
    rows = NameAlias.objects.filter(employer=schedule.employer).values_list("member_id", "staff_number", "name")
    return [Alias(*row) for row in rows]


def _doubt_who_left(schedule: DeductionSchedule, matches: Sequence[Match]) -> None:
    """Money for somebody who has left or died is recognised, and waits for a person."""
    others = Member.objects.filter(employer=schedule.employer).exclude(status=MemberStatus.ACTIVE)
    gone = dict(others.values_list("pk", "status"))
    for found in matches:
        if found.state == causes.MATCHED and found.member in gone:
            said = MemberStatus(gone[found.member]).label.lower()
            found.state = causes.SUGGESTED
            found.confidence = min(found.confidence, DOUBTED)
            found.reasons += (Reason("-", f"The register says of this member: {said}"),)


def _content_hash(schedule: DeductionSchedule, lines: Sequence[ReturnLine]) -> str:
    """What the file says, whatever its bytes: a copy saved again, or as CSV, says the same."""
    said = sorted(f"{line.staff_no}|{line.name}|{line.amount}" for line in lines)
    return hashlib.sha256("\n".join([f"{schedule.employer_id}|{schedule.month}", *said]).encode()).hexdigest()


def _refuse_a_second_time(schedule: DeductionSchedule, file_hash: str, content_hash: str) -> None:
    standing = Remittance.objects.standing().select_related("schedule__employer")
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
    """Take a return back before anything of it is posted, so that the right file can be imported.

    Raises IllegalTransition when its posting has begun.
    """
    remittance = Remittance.objects.locked(remittance.pk)
    return transition(remittance, RemittanceStatus.DROPPED, by=by, at=at)


@transaction.atomic
def confirm_charge(*, remittance: Remittance, charge: Decimal, by: User, at: datetime) -> Remittance:
    """Say that the bank kept `charge` naira of this remittance.

    Raises NoCharge, ChargeTooHigh above the employer's limit, IllegalTransition when its posting has begun.
    """
    remittance = Remittance.objects.locked(remittance.pk)
    if remittance.status != RemittanceStatus.MATCHED:
        raise IllegalTransition()
    if charge <= 0:
        raise NoCharge()
    limit = remittance.schedule.employer.bank_charge_limit
    if charge > limit:
        raise ChargeTooHigh(
            f"A bank charge for {remittance.schedule.employer} is {naira(limit)} or less. "
            "If more is missing, ask the employer for the rest."
        )
    remittance.charge, remittance.charge_confirmed_by = charge, by
    remittance.save(update_fields=["charge", "charge_confirmed_by"])
    record("reconciliation.remittance.charge_confirmed", by=by, subject=remittance, at=at, charge=str(charge))
    return remittance
