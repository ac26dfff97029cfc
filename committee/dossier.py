"""All that a member of the committee reads before he votes on one application, read by statements of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from committee.models import Decision, VoteChoice
from core.display import naira, stamp
from core.sql import load_sql
from loans.eligibility.stored import ToldQuote, told_quote
from loans.states import ApplicationStatus, GuaranteeStatus
from members.selectors import Equity
from users.roles import AUDITED_ROLES

NOTHING = Decimal("0.00")
REQUEST = load_sql("committee", "dossier")
LOANS = load_sql("committee", "dossier_loans")
PROMISES = load_sql("committee", "dossier_promises")
VOTES = load_sql("committee", "dossier_votes")
OFFICES = sorted(AUDITED_ROLES)


@dataclass(frozen=True, slots=True)
class Request:
    """The application and its member; `rules` is what was checked when it was sent in, with the numbers of that day.

    `stands_aside` says of the person who looks that the loan is his own or that he has an interest in it.
    """

    pk: int
    number: str
    status: str
    amount: Decimal
    term_months: int
    purpose: str
    quorum: int | None
    rules: dict[str, Any] | None
    quote: dict[str, Any] | None
    submitted_at: datetime | None
    decided_at: datetime | None
    product: str
    member_id: int
    applicant: str
    employer: str
    joined_on: date
    monthly_pay: Decimal | None
    stands_aside: bool
    can_be_voted_on: bool

    @property
    def label(self) -> str:
        return ApplicationStatus(self.status).label

    @property
    def told(self) -> ToldQuote | None:
        """What the member was told that it costs."""
        return told_quote(self.quote)


@dataclass(frozen=True, slots=True)
class Promise:
    """One who stands for the loan or is asked to, and what the committee should know before it relies on him."""

    guarantor: str
    amount: Decimal
    status: str
    decided_at: datetime | None
    is_mutual: bool
    is_late: bool
    has_office: bool

    @property
    def label(self) -> str:
        return GuaranteeStatus(self.status).label

    @property
    def flags(self) -> list[str]:
        said = [
            (self.is_mutual, "They stand for each other"),
            (self.is_late, "Late on a loan of his own"),
            (self.has_office, "Holds an office"),
        ]
        return [words for is_so, words in said if is_so]


@dataclass(frozen=True, slots=True)
class CastVote:
    voter: str
    choice: str
    reason: str
    cast_at: datetime
    is_mine: bool

    @property
    def label(self) -> str:
        return VoteChoice(self.choice).label


@dataclass(frozen=True, slots=True)
class Dossier:
    """One application before the committee. `votes` are told only after the sitting has decided on it."""

    request: Request
    equity: Equity
    owes: Decimal
    running: tuple[tuple[str, Decimal], ...]
    promises: tuple[Promise, ...]
    votes_cast: int
    my_vote: CastVote | None
    decision: Decision | None
    votes: tuple[CastVote, ...]

    @property
    def cover(self) -> Decimal:
        return sum((one.amount for one in self.promises if one.status == GuaranteeStatus.ACCEPTED), NOTHING)

    @property
    def votes_missing(self) -> int:
        return max((self.request.quorum or 0) - self.votes_cast, 0)

    @property
    def may_vote(self) -> bool:
        return self.request.can_be_voted_on and self.my_vote is None and not self.request.stands_aside

    @property
    def events(self) -> list[dict[str, str]]:
        """What has happened, for the timeline: the past with its moment, then what comes."""
        request = self.request
        happened = [{"title": "Sent in", "detail": stamp(request.submitted_at), "state": "done"}]
        happened += [
            {
                "title": f"{one.guarantor} said yes",
                "detail": f"{naira(one.amount)}, {stamp(one.decided_at)}",
                "state": "done",
            }
            for one in self.promises
            if one.status == GuaranteeStatus.ACCEPTED
        ]
        if request.status == ApplicationStatus.UNDER_REVIEW:
            detail = f"{self.votes_cast} voted, {request.quorum} needed"
            happened.append({"title": "Committee voting", "detail": detail, "state": "now"})
            happened.append({"title": "Payout to bank", "detail": "After approval and registration", "state": "next"})
        elif request.decided_at:
            happened.append({"title": request.label, "detail": stamp(request.decided_at), "state": "done"})
        return happened


def dossier_of(pk: int, *, user, on: date) -> Dossier | None:
    """The dossier of an application in four queries, one more when it is decided; None where there is none for him."""
    rows = _rows(REQUEST, application=pk, user=user.pk)
    if not rows:
        return None
    *told, savings, voluntary, christmas, shares, held = rows[0]
    for place in (7, 8):
        if isinstance(told[place], str):  # a bare cursor leaves JSON as it came
            told[place] = json.loads(told[place])
    request = Request(*told)
    running = tuple(_rows(LOANS, member=request.member_id))
    votes = tuple(CastVote(*row) for row in _rows(VOTES, application=pk, user=user.pk))
    under_review = request.status == ApplicationStatus.UNDER_REVIEW
    decision = None if under_review else Decision.objects.filter(pk=pk).select_related("sitting").first()
    return Dossier(
        request=request,
        equity=Equity(savings, voluntary, christmas, shares, held),
        owes=sum((owed for _, owed in running), NOTHING),
        running=running,
        promises=tuple(Promise(*row) for row in _rows(PROMISES, application=pk, on=on, offices=OFFICES)),
        votes_cast=len(votes),
        my_vote=next((vote for vote in votes if vote.is_mine), None),
        decision=decision,
        votes=votes if decision else (),
    )


def _rows(statement: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
