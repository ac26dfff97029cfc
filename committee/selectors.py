"""What the committee's pages show: the queue, a dossier, how far a vote has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from committee.models import Decision, Sitting, Vote, VoteChoice
from core.dates import LAGOS
from core.display import naira, plural, stamp
from ledger import chart
from ledger.selectors import general_balance
from loans.models import Guarantee, Loan, LoanApplication, LoanParty
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from members.selectors import Equity, equity

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


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a member of the committee reads before he votes on one application."""

    application: LoanApplication
    equity: Equity
    owes: Decimal
    running: tuple[tuple[str, Decimal], ...]
    guarantees: tuple[Guarantee, ...]
    votes_cast: int
    my_vote: Vote | None
    stands_aside: bool
    sitting: Sitting | None
    decision: Decision | None
    votes: tuple[Vote, ...]

    @property
    def cover(self) -> Decimal:
        return sum((g.amount for g in self.guarantees if g.status == GuaranteeStatus.ACCEPTED), NOTHING)

    @property
    def votes_missing(self) -> int:
        return max((self.application.quorum or 0) - self.votes_cast, 0)

    @property
    def may_vote(self) -> bool:
        return (
            self.application.status == ApplicationStatus.UNDER_REVIEW
            and self.sitting is not None
            and self.my_vote is None
            and not self.stands_aside
        )

    @property
    def events(self) -> list[dict[str, str]]:
        """What has happened, for the timeline: the past with its moment, then what comes."""
        application = self.application
        happened = [{"title": "Sent in", "detail": stamp(application.submitted_at), "state": "done"}]
        happened += [
            {
                "title": f"{g.guarantor.name} said yes",
                "detail": f"{naira(g.amount)}, {stamp(g.decided_at)}",
                "state": "done",
            }
            for g in self.guarantees
            if g.status == GuaranteeStatus.ACCEPTED
        ]
        if application.status == ApplicationStatus.UNDER_REVIEW:
            detail = f"{self.votes_cast} voted, {application.quorum} needed"
            happened.append({"title": "Committee voting", "detail": detail, "state": "now"})
            happened.append({"title": "Payout to bank", "detail": "After approval and registration", "state": "next"})
        elif application.decided_at:
            title = application.get_status_display()
            happened.append({"title": title, "detail": stamp(application.decided_at), "state": "done"})
        return happened


# What a dossier shows of an application and its member, and no more: each column costs its share of the page.
SHOWN = (
    "number", "amount", "term_months", "purpose", "status", "quorum", "rules", "submitted_at", "decided_at",
    "product__name", "member__surname", "member__other_names", "member__joined_on", "member__monthly_pay",
    "member__user", "member__employer__name", "member__savings_account", "member__voluntary_account",
    "member__christmas_account", "member__shares_account",
)  # fmt: skip


def dossiers(*, user) -> QuerySet[LoanApplication]:
    """The applications that a person may open, with what a dossier says of the applicant himself."""
    interest = LoanParty.objects.filter(application=OuterRef("pk"), member__user=user, stand=LoanParty.Stand.INTERESTED)
    return (
        LoanApplication.objects.visible_to(user)
        .select_related("product", "member__employer")
        .only(*SHOWN)
        .annotate(i_stand_aside=Exists(interest))
    )


def dossier(application: LoanApplication, *, user) -> Dossier:
    """Gather the rest of a dossier in five queries. Others' votes are told only after the sitting has closed."""
    running = tuple(
        Loan.objects.active()
        .filter(member_id=application.member_id)
        .order_by("granted_on")
        .values_list("serial", "account__stored__balance")
    )
    under_review = application.status == ApplicationStatus.UNDER_REVIEW
    decision = None if under_review else Decision.objects.filter(pk=application.pk).select_related("sitting").first()
    votes = list(
        application.votes.select_related("voter")
        .only("choice", "reason", "cast_at", "application", "voter__surname", "voter__other_names", "voter__user")
        .order_by("cast_at")
    )
    return Dossier(
        application=application,
        equity=equity(application.member),
        owes=sum((owed for _, owed in running), NOTHING),
        running=running,
        guarantees=tuple(
            application.guarantees.filter(
                status__in=[GuaranteeStatus.REQUESTED, GuaranteeStatus.ACCEPTED, GuaranteeStatus.RELEASED]
            )
            .select_related("guarantor")
            .only("amount", "status", "decided_at", "application", "guarantor__surname", "guarantor__other_names")
        ),
        votes_cast=len(votes),
        my_vote=next((vote for vote in votes if vote.voter.user_id == user.pk), None),
        stands_aside=application.i_stand_aside or application.member.user_id == user.pk,
        sitting=open_sitting() if under_review else None,
        decision=decision,
        votes=tuple(votes) if decision else (),
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
