"""The committee's verbs: open a sitting, vote, close it with its decisions and minutes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from audit.services import record
from audit.transitions import transition
from committee.errors import (
    DecidedByOneself,
    HasAnInterest,
    NoOpenSitting,
    NotACommitteeMember,
    NotBeforeTheCommittee,
    ReasonNeeded,
    SittingAlreadyOpen,
    VotedBefore,
)
from committee.minutes import write_minutes
from committee.models import Decision, Outcome, Sitting, Vote, VoteChoice
from committee.states import SittingStatus
from core.serials import next_serial
from loans.models import LoanApplication, LoanParty
from loans.services.applications import approve_application, decline_application
from loans.states import ApplicationStatus
from members.models import Member
from users.models import User


@transaction.atomic
def open_sitting(*, held_on: date, by: User, at: datetime) -> Sitting:
    """Open a meeting of the committee for votes; one at a time. Raises SittingAlreadyOpen."""
    if Sitting.objects.open().exists():
        raise SittingAlreadyOpen()
    try:
        with transaction.atomic():
            sitting = Sitting.objects.create(
                number=f"SIT/{held_on.year}/{next_serial('sitting', held_on.year):03}",
                held_on=held_on,
                opened_by=by,
                opened_at=at,
            )
    except IntegrityError as refused:
        raise SittingAlreadyOpen() from refused
    record("committee.sitting.opened", by=by, subject=sitting, at=at)
    return sitting


@transaction.atomic
def cast_vote(*, application: LoanApplication, choice: str, reason: str, by: User, at: datetime) -> Vote:
    """Record one vote on an application that is before the open sitting; it is never changed.

    The applicant and who stands surety for the loan cannot vote; a decline needs its reason.
    Raises NoOpenSitting, NotBeforeTheCommittee, NotACommitteeMember, HasAnInterest, VotedBefore, ReasonNeeded.
    """
    # The application's row first: votes, decisions and consents of one application queue up behind it.
    application = LoanApplication.objects.select_for_update().get(pk=application.pk)
    if application.status != ApplicationStatus.UNDER_REVIEW:
        raise NotBeforeTheCommittee()
    sitting = Sitting.objects.open().first()
    if sitting is None:
        raise NoOpenSitting()
    voter = Member.objects.filter(user=by).first()
    if voter is None:
        raise NotACommitteeMember()
    if choice == VoteChoice.DECLINE and not reason.strip():
        raise ReasonNeeded()
    if LoanParty.objects.filter(application=application, member=voter, stand=LoanParty.Stand.INTERESTED).exists():
        raise HasAnInterest()
    try:
        with transaction.atomic():
            vote = Vote.objects.create(
                application=application, sitting=sitting, voter=voter, choice=choice, reason=reason.strip(), cast_at=at
            )
    except IntegrityError as refused:
        raise _in_words(refused) from refused
    record("committee.vote.cast", by=by, subject=application, at=at, sitting=sitting.number)
    return vote


def _in_words(refused: IntegrityError) -> Exception:
    constraint = refused.__cause__.diag.constraint_name
    if constraint == "loans_nobody_on_both_sides":
        return HasAnInterest()
    if constraint in ("committee_one_vote_each", "loans_party_once"):
        return VotedBefore()
    return refused


@dataclass(frozen=True, slots=True)
class Count:
    """The votes on one application."""

    votes_for: int
    votes_against: int
    abstentions: int

    @property
    def cast(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions

    def outcome(self, quorum: int) -> Outcome | None:
        """What the votes decide: nothing below the quorum, a majority of yes or no else; a tie is a no."""
        if self.cast < quorum:
            return None
        return Outcome.APPROVED if self.votes_for > self.votes_against else Outcome.DECLINED


def count_votes(application: LoanApplication) -> Count:
    votes = Counter(Vote.objects.filter(application=application).values_list("choice", flat=True))
    return Count(votes[VoteChoice.APPROVE], votes[VoteChoice.DECLINE], votes[VoteChoice.ABSTAIN])


@transaction.atomic
def close_sitting(*, sitting: Sitting, by: User, at: datetime) -> list[Decision]:
    """Close the sitting: every application with its quorum is decided, the rest waits for the next one.

    The minutes are written from the votes. Raises IllegalTransition when it was closed before, and DecidedByOneself
    when who closes it is the applicant of something that it decides.
    """
    sitting = Sitting.objects.select_for_update().get(pk=sitting.pk)
    pending = (
        LoanApplication.objects.under_review()
        .filter(votes__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
    decisions = []
    for pk in list(pending):
        application = LoanApplication.objects.select_for_update().get(pk=pk)
        if application.status != ApplicationStatus.UNDER_REVIEW:
            continue
        count = count_votes(application)
        outcome = count.outcome(application.quorum)
        if outcome is not None:
            decisions.append(_decide(application, sitting, count, outcome, by, at))
    transition(
        sitting, SittingStatus.CLOSED, by=by, at=at,
        closed_by=by, closed_at=at, minutes=write_minutes(sitting=sitting, closed_by=by, closed_at=at),
    )  # fmt: skip
    return decisions


def _decide(
    application: LoanApplication, sitting: Sitting, count: Count, outcome: Outcome, by: User, at: datetime
) -> Decision:
    if application.member.user_id == by.pk:
        raise DecidedByOneself()
    reason = ""
    if outcome == Outcome.DECLINED:
        reasons = Vote.objects.filter(application=application, choice=VoteChoice.DECLINE).values_list(
            "reason", flat=True
        )
        reason = "; ".join(dict.fromkeys(reasons))[:300] or "The votes were equal, so the loan is not approved."
    decision = Decision.objects.create(
        application=application,
        sitting=sitting,
        outcome=outcome,
        votes_for=count.votes_for,
        votes_against=count.votes_against,
        abstentions=count.abstentions,
        reason=reason,
        decided_at=at,
    )
    if outcome == Outcome.APPROVED:
        approve_application(application=application, amount=application.amount, by=by, at=at)
    else:
        decline_application(application=application, reason=reason, by=by, at=at)
    return decision
