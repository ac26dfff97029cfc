"""The loans committee: sittings, sealed votes, and the decisions that a sitting reached."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from committee.states import SITTING_TRANSITIONS, SittingStatus
from loans.models import LoanApplication
from members.models import Member


class SittingQuerySet(models.QuerySet):
    def open(self) -> SittingQuerySet:
        return self.filter(status=SittingStatus.OPEN)


class Sitting(models.Model):
    """A meeting of the loans committee, from the day it opens for votes until the chair closes it."""

    transitions = SITTING_TRANSITIONS

    number = models.CharField(max_length=20, unique=True)
    held_on = models.DateField()
    status = models.CharField(max_length=6, choices=SittingStatus.choices, default=SittingStatus.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    minutes = models.TextField(blank=True, default="")

    objects = SittingQuerySet.as_manager()

    class Meta:
        constraints = [
            # One sitting at a time: a vote always knows where it was cast.
            models.UniqueConstraint(
                name="committee_one_open_sitting", fields=["status"], condition=Q(status=SittingStatus.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"Sitting {self.number}"


class VoteChoice(models.TextChoices):
    APPROVE = "approve", "Approve"
    DECLINE = "decline", "Decline"
    ABSTAIN = "abstain", "Abstain"


class Vote(models.Model):
    """One member's vote on one application: cast once, never changed.

    Casting it makes the voter a judge of the application (a `LoanParty`), which the
    database refuses to anyone who has an interest in it.
    """

    application = models.ForeignKey(LoanApplication, on_delete=models.PROTECT, related_name="votes")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="votes")
    choice = models.CharField(max_length=8, choices=VoteChoice.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    cast_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="committee_one_vote_each", fields=["application", "voter"]),
            models.CheckConstraint(
                name="committee_decline_has_reason", condition=~Q(choice=VoteChoice.DECLINE) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voter} on {self.application}"


class Outcome(models.TextChoices):
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


class Decision(models.Model):
    """What a sitting decided on an application, with the votes as they were counted."""

    application = models.OneToOneField(
        LoanApplication, on_delete=models.PROTECT, primary_key=True, related_name="decision"
    )
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    votes_for = models.PositiveSmallIntegerField()
    votes_against = models.PositiveSmallIntegerField()
    abstentions = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="committee_declined_has_reason", condition=~Q(outcome=Outcome.DECLINED) | ~Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.outcome}"
