"""The minutes of a sitting, written from the votes themselves: nobody types what was decided."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from committee.models import Decision, Sitting, Vote
from core.dates import LAGOS, spoken_date
from core.money import naira
from loans.models import LoanParty
from users.models import User


def write_minutes(*, sitting: Sitting, closed_by: User, closed_at: datetime) -> str:
    """Who was present, who stood aside, and every decision with its count; plain text, kept with the sitting."""
    votes = list(Vote.objects.filter(sitting=sitting).select_related("voter").order_by("cast_at"))
    decisions = list(
        Decision.objects.filter(sitting=sitting)
        .select_related("application__member", "application__product")
        .order_by("application__number")
    )
    present = list(dict.fromkeys(vote.voter for vote in votes))
    lines = [
        f"Minutes of sitting {sitting.number}, {spoken_date(sitting.held_on)}",
        f"Closed by {closed_by} at {_clock(closed_at, LAGOS)}",
        f"Present and voting: {', '.join(member.name for member in present) or 'nobody'}",
    ]
    lines += [
        f"Stood aside on {party.application.number}: {party.member.name} ({party.why})"
        for party in LoanParty.objects.filter(
            stand=LoanParty.Stand.INTERESTED, member__in=present, application__in=[d.application_id for d in decisions]
        ).select_related("application", "member")
    ]
    lines += [_resolved(decision) for decision in decisions] or ["No application had its quorum. Nothing was decided."]
    waiting = {vote.application_id for vote in votes} - {decision.application_id for decision in decisions}
    if waiting:
        lines.append(f"Carried over to the next sitting for want of votes: {len(waiting)}")
    return "\n".join(lines)


def _resolved(decision: Decision) -> str:
    application = decision.application
    asked = (
        f"{application.number}, {application.member.name}, {application.product} loan of {naira(application.amount)}"
    )
    terms = f"over {application.term_months} months"
    votes = f"{decision.votes_for} for, {decision.votes_against} against, {decision.abstentions} abstained"
    because = f" Reason: {decision.reason}" if decision.reason else ""
    return f"{asked} {terms}: {decision.get_outcome_display().upper()} ({votes}; quorum {application.quorum}).{because}"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%I}.{local:%M}{local:%p}".lstrip("0").lower()
