"""The way out of suspense: one person says whose money it is, another agrees, and it is credited."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import record
from audit.transitions import transition
from members.models import Member
from reconciliation.errors import ClearedByItsProposer, StillDeciding
from reconciliation.models import NameAlias, RemittanceLine, SuspenseItem
from reconciliation.services.posting import post_lines
from reconciliation.states import SuspenseStatus
from users.models import User


@transaction.atomic
def propose_owner(*, item: SuspenseItem, member: Member, by: User, at: datetime) -> SuspenseItem:
    """Say whose money an item in suspense is; a second person has to agree before it moves."""
    item = SuspenseItem.objects.select_for_update().get(pk=item.pk, status=SuspenseStatus.OPEN)
    item.member, item.proposed_by = member, by
    item.save(update_fields=["member", "proposed_by"])
    record("reconciliation.suspense.proposed", by=by, subject=item, at=at, member=member.number)
    return item


@transaction.atomic
def clear_suspense(*, item: SuspenseItem, by: User, at: datetime) -> SuspenseItem:
    """Credit an item to the member proposed: to what he still owes of that month's schedule, then voluntary savings.

    Raises StillDeciding, ClearedByItsProposer, IllegalTransition when it was cleared before.
    """
    item = SuspenseItem.objects.select_for_update(of=("self",)).select_related("member").get(pk=item.pk)
    if item.member is None:
        raise StillDeciding("Say first whose money this is.")
    if item.proposed_by_id == by.pk:
        raise ClearedByItsProposer()
    transition(item, SuspenseStatus.CLEARED, by=by, at=at, cleared_by=by, cleared_at=at)
    line = RemittanceLine.objects.select_related("remittance__schedule__employer").get(pk=item.line_id)
    # The line's own match is history and stays; the money goes to the member whom two people agreed on.
    line.member_id = item.member_id
    post_lines(remittance=line.remittance, lines=[line], by=by, at=at, reference="cleared")
    NameAlias.objects.get_or_create(
        employer_id=line.remittance.schedule.employer_id,
        member=item.member,
        staff_number=line.staff_number,
        name=line.name,
        defaults={"confirmed_by": by, "confirmed_at": at},
    )
    return item
