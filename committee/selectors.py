"""What the pages of the queue and the sittings show. A dossier is in `committee.dossier`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from committee.models import Sitting, Vote, VoteChoice
from core.dates import LAGOS
from core.display import plural
from ledger import chart
from ledger.selectors import general_balance
from loans.models import Loan, LoanApplication, LoanParty
from loans.states import LoanStatus

NOTHING = Decimal("0.00")
LONG_WAIT_DAYS = 10


def open_sitting() -> Sitting | None:
    return Sitting.objects.open().first()


def queue(*, user) -> QuerySet[LoanApplication]:
    """What is before the committee, oldest first, with how many voted and whether this person did or may."""
    mine = Vote.objects.filter(application=OuterRef("pk"), voter__user=user)
    interest = LoanParty.objects.filter(application=OuterRef("pk"), member__user=user, stand=LoanParty.Stand.INTERESTED)
    return (
        LoanApplication.objects.under_review()
        .select_related("member__employer", "product")
        .annotate(
            votes_cast=Count("votes"),
            i_voted=Exists(mine),
            i_stand_aside=Exists(interest),
        )
        .order_by("reviewed_from", "pk")
    )


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What the committee asks itself before it lends, in naira."""

    bank: Decimal
    promised: Decimal
    asked: Decimal
    waiting_long: int
    oldest_days: int

    @property
    def free(self) -> Decimal:
        """Money in the bank less the loans that are approved and not yet paid out."""
        return self.bank - self.promised

    @property
    def oldest(self) -> str:
        return f"oldest: {plural(self.oldest_days, 'day')}"


def queue_figures(applications: list[LoanApplication], *, on: date) -> QueueFigures:
    """The tiles above the queue, in three queries."""
    approved = LoanApplication.objects.approved().aggregate(total=Coalesce(Sum("amount"), NOTHING))["total"]
    registered = Loan.objects.filter(status__in=[LoanStatus.QUEUED, LoanStatus.REGISTERED]).aggregate(
        total=Coalesce(Sum("principal"), NOTHING)
    )["total"]
    waits = [(on - localdate(application.reviewed_from, LAGOS)).days for application in applications]
    return QueueFigures(
        bank=general_balance(chart.BANK),
        promised=approved + registered,
        asked=sum((application.amount for application in applications), NOTHING),
        waiting_long=sum(days > LONG_WAIT_DAYS for days in waits),
        oldest_days=max(waits, default=0),
    )


def sittings() -> QuerySet[Sitting]:
    """All sittings, newest first, with how many loans each approved and declined."""
    return (
        Sitting.objects.annotate(
            approved=Count("decisions", filter=Q(decisions__outcome="approved")),
            declined=Count("decisions", filter=Q(decisions__outcome="declined")),
        )
        .select_related("closed_by")
        .order_by("-held_on", "-pk")
    )


def ready_to_decide() -> dict[str, int]:
    """What closing the open sitting now would do, in numbers: how many are decided, how many carried over."""
    counted = (
        LoanApplication.objects.under_review()
        .annotate(
            cast=Count("votes"),
            yes=Count("votes", filter=Q(votes__choice=VoteChoice.APPROVE)),
            no=Count("votes", filter=Q(votes__choice=VoteChoice.DECLINE)),
        )
        .values_list("cast", "yes", "no", "quorum")
    )
    decided = [(yes, no) for cast, yes, no, quorum in counted if cast >= quorum]
    return {
        "approved": sum(yes > no for yes, no in decided),
        "declined": sum(yes <= no for yes, no in decided),
        "carried": len(counted) - len(decided),
    }
