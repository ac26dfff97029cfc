"""Guarantors: how far the promises cover a loan, whom one may ask, what one was asked and stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from engine.due_dates import add_months, first_pay_day
from engine.money import CEILING, at_least_kobo, round_to
from loans.eligibility import STEP
from loans.models import Guarantee, LendingPolicy, LoanApplication, ProductVersion
from loans.selectors.promise_limits import limit_reached, limits_on, with_promises
from loans.states import ApplicationStatus, GuaranteeStatus
from members.models import Member
from members.selectors import free_savings

NOTHING = Decimal("0.00")
FEWEST_LETTERS = 3
MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Cover:
    """How far guarantors cover an application: how many and how much is needed, promised, and still being asked."""

    people_needed: int
    amount_needed: Decimal
    people_promised: int
    promised: Decimal
    people_asked: int
    asked: Decimal

    @property
    def is_full(self) -> bool:
        return self.people_promised >= self.people_needed and self.promised >= self.amount_needed

    @property
    def people_missing(self) -> int:
        """How many more must say yes."""
        return max(self.people_needed - self.people_promised, 0)

    @property
    def amount_missing(self) -> Decimal:
        """How much more must be promised."""
        return max(self.amount_needed - self.promised, NOTHING)

    @property
    def people_to_ask(self) -> int:
        """How many more must be asked, if all who were asked say yes."""
        return max(self.people_missing - self.people_asked, 0)

    @property
    def amount_to_ask(self) -> Decimal:
        return max(self.amount_missing - self.asked, NOTHING)

    @property
    def asks_for_all(self) -> bool:
        """Nobody more need be asked unless somebody says no."""
        return not self.people_to_ask and not self.amount_to_ask

    @property
    def share(self) -> Decimal:
        """A fair part of what is still to be asked for, in whole thousands where that is possible.

        Where the amount is asked for but people are missing, it is an even part of the whole.
        """
        if self.people_to_ask and not self.amount_to_ask:
            return min(round_to(self.amount_needed / self.people_needed, STEP, CEILING), self.amount_needed)
        even = self.amount_to_ask / max(self.people_to_ask, 1)
        return min(round_to(even, STEP, CEILING), self.amount_to_ask)


def cover_of(application: LoanApplication, version: ProductVersion) -> Cover:
    """How far the promises for an application reach under a version's rules, in one query."""
    promises: dict[str, list[Decimal]] = {GuaranteeStatus.ACCEPTED: [], GuaranteeStatus.REQUESTED: []}
    for status, amount in Guarantee.objects.filter(application=application, status__in=promises).values_list(
        "status", "amount"
    ):
        promises[status].append(amount)
    return cover(application.amount, version, promises[GuaranteeStatus.ACCEPTED], promises[GuaranteeStatus.REQUESTED])


def cover_by(application: LoanApplication, version: ProductVersion, listed: Iterable[Guarantee]) -> Cover:
    """The same from the guarantees of an application that are at hand already, without a query."""
    amounts: dict[str, list[Decimal]] = {GuaranteeStatus.ACCEPTED: [], GuaranteeStatus.REQUESTED: []}
    for guarantee in listed:
        amounts.get(guarantee.status, []).append(guarantee.amount)
    return cover(application.amount, version, *amounts.values())


def cover(amount: Decimal, version: ProductVersion, promised: Iterable[Decimal], asked: Iterable[Decimal]) -> Cover:
    """The same from amounts: pure. A product that needs no guarantors needs no cover."""
    promised, asked = list(promised), list(asked)
    needed = at_least_kobo(amount * version.cover_percent / 100) if version.guarantors_required else NOTHING
    return Cover(
        people_needed=version.guarantors_required,
        amount_needed=needed,
        people_promised=len(promised),
        promised=sum(promised, NOTHING),
        people_asked=len(asked),
        asked=sum(asked, NOTHING),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who might stand: who he is and whether he can, and never what he has."""

    member: Member
    can: bool
    why_not: str = ""
    mutual: bool = False


def candidates(application: LoanApplication, *, words: str, amount: Decimal, on: date) -> list[Candidate]:
    """Active members whom the applicant could ask to stand for `amount`, by name or number; at most ten.

    Too few letters find nobody: the register is not there to be read through.
    """
    words = words.strip()
    if len(words) < FEWEST_LETTERS:
        return []
    asked = Guarantee.objects.filter(application=application).exclude(status=GuaranteeStatus.CANCELLED)
    others = Member.objects.active().search(words).exclude(pk=application.member_id)
    found = list(
        with_promises(others.exclude(pk__in=asked.values("guarantor")), on=on)
        .select_related("employer")
        .order_by("surname", "other_names", "pk")[:MOST_FOUND]
    )
    mutual = stands_for(application.member_id, [member.pk for member in found])
    limits = limits_on(on)
    return [_candidate(member, amount, limits, is_mutual=member.pk in mutual) for member in found]


def _candidate(member: Member, amount: Decimal, limits: LendingPolicy, *, is_mutual: bool) -> Candidate:
    limit = limit_reached(member, amount, limits)
    why_not = limit.to_others if limit else "" if member.free >= amount else "Cannot stand for this amount now."
    return Candidate(member=member, can=not why_not, why_not=why_not, mutual=is_mutual)


@dataclass(frozen=True, slots=True)
class GuarantorSearch:
    """The page on which guarantors are chosen: the cover, those on the list, and whom the search found."""

    version: ProductVersion
    cover: Cover
    listed: list[Guarantee]
    words: str
    amount: Decimal
    found: list[Candidate]


def search_guarantors(
    application: LoanApplication, version: ProductVersion, *, words: str, amount: Decimal | None, on: date
) -> GuarantorSearch:
    """Look for members who could stand for `amount`, or for a fair share of what is still to be asked for."""
    listed = guarantees_of(application)
    reach = cover_by(application, version, listed)
    amount = amount or reach.share
    found = candidates(application, words=words, amount=amount, on=on) if amount else []
    return GuarantorSearch(version=version, cover=reach, listed=listed, words=words, amount=amount, found=found)


def stands_for(guarantor_id: int, borrower_ids: Iterable[int]) -> set[int]:
    """For whom of these borrowers a member stands already: two who stand for each other are worth a second look."""
    rows = (
        Guarantee.objects.live()
        .filter(guarantor_id=guarantor_id)
        .filter(Q(application__member__in=borrower_ids) | Q(loan__member__in=borrower_ids))
        .values_list("application__member_id", "loan__member_id")
    )
    return {pk for row in rows for pk in row if pk is not None}


def guarantees_of(application: LoanApplication) -> list[Guarantee]:
    """Whom the applicant asked and what each answered, in the order of asking, without requests taken back."""
    return list(
        application.guarantees.exclude(status=GuaranteeStatus.CANCELLED)
        .select_related("guarantor__employer", "guarantor__user")
        .order_by("requested_at", "pk")
    )


def answerable(user) -> QuerySet[Guarantee]:
    """The requests and promises of the person who is signed in; a draft's are not sent to anybody yet."""
    return (
        Guarantee.objects.visible_to(user)
        .filter(guarantor__user=user)
        .exclude(application__status=ApplicationStatus.DRAFT)
        .select_related(
            "application__member__employer", "application__member__user", "application__product",
            "application__version", "guarantor__user", "loan__member__employer", "loan__product", "loan__version",
        )
        .order_by("-requested_at", "-pk")
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promises:
    """What a member was asked, what he stands for now, and what is over."""

    asked: list[Guarantee]
    live: list[Guarantee]
    past: list[Guarantee]

    @property
    def total(self) -> Decimal:
        return sum((promise.held for promise in self.live), NOTHING)


def promises_of(user, *, past: int = 10) -> Promises:
    """The three lists of the guarantees page, in one query; of what is over only the newest."""
    mine, open_states = answerable(user), [GuaranteeStatus.REQUESTED, GuaranteeStatus.ACCEPTED]
    over = mine.exclude(status__in=[*open_states, GuaranteeStatus.CANCELLED]).values("pk")[:past]
    rows = list(mine.filter(Q(status__in=open_states) | Q(pk__in=over)))
    return Promises(
        asked=[
            row
            for row in rows
            if row.status == GuaranteeStatus.REQUESTED
            and row.application.status == ApplicationStatus.AWAITING_GUARANTORS
        ],
        live=[row for row in rows if row.status == GuaranteeStatus.ACCEPTED],
        past=[row for row in rows if row.status not in open_states],
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a guarantor's savings look like before his answer, and what a yes would make of them; naira.

    `free_on` is about when the loan is paid back if it is paid out soon and each instalment comes.
    """

    free: Decimal
    promised: Decimal
    amount: Decimal
    free_on: date
    guarantors: int
    mutual: bool
    is_open: bool

    @property
    def free_after(self) -> Decimal:
        return self.free - self.amount

    @property
    def promised_after(self) -> Decimal:
        return self.promised + self.amount


def standing_before(guarantee: Guarantee, *, on: date) -> Standing:
    """The numbers that a guarantor sees before he answers, in three queries."""
    application, member = guarantee.application, guarantee.guarantor
    first = first_pay_day(on, application.member.employer.pay_day)
    live = Guarantee.objects.live().filter(guarantor=member)
    return Standing(
        free=free_savings([member])[member.pk],
        promised=sum((row.held for row in live), NOTHING),
        amount=guarantee.amount,
        free_on=add_months(first, application.term_months - 1),
        guarantors=application.version.guarantors_required if application.version else 0,
        mutual=bool(stands_for(application.member_id, [member.pk])),
        is_open=application.status == ApplicationStatus.AWAITING_GUARANTORS
        and guarantee.status == GuaranteeStatus.REQUESTED,
    )
