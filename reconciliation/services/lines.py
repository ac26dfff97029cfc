"""A person says whose a line of a return is, or whose it is not, as long as nothing of the return is posted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from core.errors import IllegalTransition
from members.models import Member
from members.states import MemberStatus
from reconciliation import causes
from reconciliation.errors import (
    LeftTheSociety,
    MemberHasALine,
    NotOfThisEmployer,
    StillDeciding,
    SuggestionsChanged,
)
from reconciliation.matching.roll import number_key
from reconciliation.matching.weighing import amount_cause
from reconciliation.models import DeductionSchedule, NameAlias, Remittance, RemittanceLine
from reconciliation.naming import read_name
from reconciliation.states import LINE_TRANSITIONS, LineState, RemittanceStatus
from users.models import User

NOTHING = Decimal("0.00")
SURE = 95  # from this confidence on, suggestions can be taken together
CONFIRMED = 100


@transaction.atomic
def confirm_match(*, line: RemittanceLine, member: Member | None = None, by: User, at: datetime) -> RemittanceLine:
    """Say whose line this is: the member suggested, or another of the same employer; the spelling is remembered.

    Raises StillDeciding, NotOfThisEmployer, LeftTheSociety, MemberHasALine, IllegalTransition when it is matched
    already or its return is being posted.
    """
    remittance = _open_remittance(line)
    line = remittance.lines.select_for_update(of=("self",)).select_related("member").get(pk=line.pk)
    return _confirm(remittance, line, member or line.member, by=by, at=at)


@transaction.atomic
def reject_match(*, line: RemittanceLine, by: User, at: datetime) -> RemittanceLine:
    """Say that the line is not the suggested member's: it is nobody's until somebody is found for it.

    What was once remembered for this number and name is forgotten. Raises IllegalTransition as `confirm_match` does.
    """
    remittance = _open_remittance(line)
    line = remittance.lines.select_for_update(of=("self",)).get(pk=line.pk)
    _aliases(remittance.schedule, line).filter(member_id=line.member_id).delete()
    return _move(
        line, LineState.UNMATCHED, by=by, at=at, member=None, expected=NOTHING, confidence=0, confirmed_by=by,
        cause=causes.STRANGER,
    )  # fmt: skip


@transaction.atomic
def confirm_sure_matches(*, remittance: Remittance, seen: Collection[int], by: User, at: datetime) -> int:
    """Take together the suggestions that a person has seen in a list; returns how many.

    `seen` are the ids of the lines. Raises SuggestionsChanged when they are not the sure ones of now; none is taken
    then.
    """
    remittance = _open(remittance.pk)
    lines = list(sure_matches(remittance).select_for_update(of=("self",)))
    if not lines or {line.pk for line in lines} != set(seen):
        raise SuggestionsChanged()
    for line in lines:
        _confirm(remittance, line, line.member, by=by, at=at)
    return len(lines)


def sure_matches(remittance: Remittance):
    """Suggestions of a confidence of 95 and more for members who have no line yet, in the order of the file."""
    taken = remittance.lines.for_members().values("member_id")
    return (
        remittance.lines.filter(state=LineState.SUGGESTED, confidence__gte=SURE)
        .exclude(member_id__in=taken)
        .select_related("member")
        .order_by("position")
    )


def _open_remittance(line: RemittanceLine) -> Remittance:
    return _open(line.remittance_id)


def _open(pk: int) -> Remittance:
    """The return, locked before any of its lines, while its lines may still change."""
    remittance = Remittance.objects.locked(pk)
    if remittance.status != RemittanceStatus.MATCHED:
        raise IllegalTransition("The posting of this return has begun, so its lines stay as they are.")
    return remittance


def _confirm(
    remittance: Remittance, line: RemittanceLine, owner: Member | None, *, by: User, at: datetime
) -> RemittanceLine:
    if owner is None:
        raise StillDeciding("Choose the member first: nobody is suggested for this line.")
    schedule = remittance.schedule
    if owner.employer_id != schedule.employer_id:
        raise NotOfThisEmployer(f"{owner.name} is not with {schedule.employer}. Choose a member of this employer.")
    if owner.status != MemberStatus.ACTIVE:
        raise LeftTheSociety(
            f"The register says of {owner.name}: {owner.get_status_display().lower()}. Leave the line, so that the "
            "money goes to suspense."
        )
    if remittance.lines.for_members().filter(member=owner).exclude(pk=line.pk).exists():
        raise MemberHasALine(f"{owner.name} has another line in this return. A second line goes to suspense.")
    expected = schedule.lines.filter(member=owner).values_list("total", flat=True).first() or NOTHING
    remember(schedule, line, owner, by=by, at=at)
    cause = line.cause if owner.pk == line.member_id else _cause(line, owner, expected)
    return _move(
        line, LineState.MATCHED, by=by, at=at, member=owner, expected=expected, cause=cause, confidence=CONFIRMED,
        confirmed_by=by,
    )  # fmt: skip


def _cause(line: RemittanceLine, owner: Member, expected: Decimal) -> str:
    """How a line stands to a member whom a person found for it."""
    if number_key(line.staff_number) != number_key(owner.staff_number):
        return causes.WRONG_NUMBER
    return amount_cause(line.amount, expected)


def _aliases(schedule: DeductionSchedule, line: RemittanceLine):
    return NameAlias.objects.filter(employer=schedule.employer, staff_number=line.staff_number, name=line.name)


def remember(schedule: DeductionSchedule, line: RemittanceLine, owner: Member, *, by: User, at: datetime) -> None:
    """Keep the spelling for next month; what was remembered of it for another member was a mistake.

    A line that names nobody is not remembered, or every other such line would be this member's.
    """
    if not number_key(line.staff_number) and not read_name(line.name).parts:
        return
    known = _aliases(schedule, line)
    known.exclude(member=owner).delete()
    known.get_or_create(
        employer=schedule.employer, member=owner, staff_number=line.staff_number, name=line.name,
        defaults={"confirmed_by": by, "confirmed_at": at},
    )  # fmt: skip


def _move(line: RemittanceLine, to: LineState, *, by: User, at: datetime, **fields) -> RemittanceLine:
    """`audit.transitions.transition` for a line, whose row is locked and whose status is called `state`."""
    if to not in LINE_TRANSITIONS[LineState(line.state)]:
        raise IllegalTransition()
    before, line.state = line.state, to
    for name, value in fields.items():
        setattr(line, name, value)
    line.save(update_fields=["state", *fields])
    record(f"reconciliation.remittanceline.{to}", by=by, subject=line, at=at, **{"from": str(before)}, **fields)
    return line
