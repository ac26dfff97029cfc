"""The way out of suspense: one person says whose money it is, another agrees, and it is credited."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import record
from audit.transitions import transition
from core.errors import IllegalTransition
from members.models import Member
from members.states import MemberStatus
from reconciliation.errors import ClearedByItsProposer, LeftTheSociety, OwnerChanged, StillDeciding
from reconciliation.models import Remittance, RemittanceLine, SuspenseItem
from reconciliation.services.lines import remember
from reconciliation.services.posting import post_lines
from reconciliation.states import SuspenseStatus
from users.models import User


@transaction.atomic
def propose_owner(*, item: SuspenseItem, member: Member, by: User, at: datetime) -> SuspenseItem:
    """Say whose money an item in suspense is; a second person has to agree before it moves.

    He may be a member of any employer. Raises LeftTheSociety, IllegalTransition when it was cleared before.
    """
    if member.status != MemberStatus.ACTIVE:
        raise LeftTheSociety(f"The register says of {member.name}: {member.get_status_display().lower()}.")
    item = SuspenseItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.status != SuspenseStatus.OPEN:
        raise IllegalTransition("This item was cleared before.")
    item.member, item.proposed_by = member, by
    item.save(update_fields=["member", "proposed_by"])
    record("reconciliation.suspense.proposed", by=by, subject=item, at=at, member=member.number)
    return item


@transaction.atomic
def clear_suspense(*, item: SuspenseItem, member: Member, by: User, at: datetime) -> SuspenseItem:
    """Credit an item to the member proposed: to what he still owes of that month's schedule, then voluntary savings.

    `member` is to whom this second person agrees.
    Raises StillDeciding, OwnerChanged, ClearedByItsProposer, IllegalTransition when it was cleared before.
    """
    line = RemittanceLine.objects.get(suspense=item)
    # Two items of one member wait for each other here, so that the second sees what the first has paid.
    remittance = Remittance.objects.locked(line.remittance_id)
    item = SuspenseItem.objects.select_for_update(of=("self",)).select_related("member").get(pk=item.pk)
    if item.status != SuspenseStatus.OPEN:
        raise IllegalTransition("This item was cleared before.")
    if item.member is None:
        raise StillDeciding("Say first whose money this is.")
    if item.member_id != member.pk:
        raise OwnerChanged()
    if item.proposed_by_id == by.pk:
        raise ClearedByItsProposer()
    transition(item, SuspenseStatus.CLEARED, by=by, at=at, cleared_by=by, cleared_at=at)
    # The line's own match is history and stays; the money goes to the member on whom two people agreed.
    line.member = item.member
    post_lines(remittance=remittance, lines=[line], by=by, at=at, reference="cleared")
    if item.member.employer_id == remittance.schedule.employer_id:
        remember(remittance.schedule, line, item.member, by=by, at=at)
    return item
