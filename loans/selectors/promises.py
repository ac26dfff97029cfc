"""How the loans stand for which somebody stands: the guarantor's page, uncovered promises, recourse, contagion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Min, Q, QuerySet, Sum

from core.display import dmy, naira, plural
from engine.contagion import Contagion, OwedLoan, spread_of_failure
from ledger.selectors import stored_balances
from loans.models import (
    Guarantee,
    GuarantorClaim,
    HoldPolicy,
    Installment,
    Loan,
    Recourse,
    RecourseNotice,
    Substitution,
)
from loans.states import GuaranteeStatus, LoanStatus, RecourseStatus, SubstitutionStatus
from members.models import Member

NOTHING = Decimal("0.00")
SOON_DAYS = 7
TAKEN_SOON = (RecourseStatus.NOTICE_GIVEN, RecourseStatus.SAVINGS_OFFSET)


# How loans stand ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Health:
    """How a loan stands on a day, in naira: paid and left by its schedule, what is late, and what comes next."""

    paid: Decimal = NOTHING
    left: Decimal = NOTHING
    overdue: Decimal = NOTHING
    late_since: date | None = None
    next_due_on: date | None = None
    days_late: int = 0
    days_to_next: int | None = None

    @property
    def words(self) -> str:
        """One sentence on it."""
        if self.days_late:
            return f"{plural(self.days_late, 'day')} late: {naira(self.overdue)} should have been paid"
        if self.next_due_on is None:
            return "Nothing is due any more"
        return f"On time. The next payment is due on {dmy(self.next_due_on)}"

    @property
    def tone(self) -> str:
        return "bad" if self.days_late else "good"


def health_of(loan_ids: Iterable[int], *, on: date) -> dict[int, Health]:
    """How loans stand on a day, from their live instalments, in one query."""
    late = Q(due_on__lt=on, unpaid_amount__gt=0)
    rows = (
        Installment.objects.live().filter(loan__in=list(loan_ids)).values("loan_id")
        .annotate(
            paid=Sum(F("principal_paid") + F("interest_paid") + F("fee_paid")), left=Sum("unpaid_amount"),
            overdue=Sum("unpaid_amount", filter=late), since=Min("due_on", filter=late),
            next_due_on=Min("due_on", filter=Q(due_on__gte=on, unpaid_amount__gt=0)),
        )
    )  # fmt: skip
    return {
        row["loan_id"]: Health(
            paid=row["paid"], left=row["left"], overdue=row["overdue"] or NOTHING, late_since=row["since"],
            next_due_on=row["next_due_on"], days_late=(on - row["since"]).days if row["since"] else 0,
            days_to_next=(row["next_due_on"] - on).days if row["next_due_on"] else None,
        )
        for row in rows
    }  # fmt: skip


# The guarantor's page -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StandingPromise:
    """One promise as its guarantor sees it: the loan's health, the worst case today, and how the hold falls."""

    guarantee: Guarantee
    health: Health | None
    recourse: Recourse | None

    @property
    def worst(self) -> Decimal:
        """The most that can be taken for it today."""
        return self.guarantee.needed

    @property
    def how_it_falls(self) -> str:
        guarantee = self.guarantee
        if guarantee.charged and not guarantee.needed:
            return "You have paid it. Nothing more of yours is held for this loan."
        loan = guarantee.loan
        policy = loan.version.hold_policy if loan and loan.version else HoldPolicy.UNTIL_CLOSED
        if policy == HoldPolicy.FALLS_WITH_PRINCIPAL:
            free = f" {naira(guarantee.freed)} of it is free again already." if guarantee.freed else ""
            return f"It falls with every payment.{free}"
        if policy == HoldPolicy.UNTIL_OWN_SAVINGS:
            if not guarantee.needed:
                return f"The savings of {guarantee.borrower.first_name} carry the loan now. Nothing of yours is held."
            return f"It ends when the savings of {guarantee.borrower.first_name} are as much as is owed."
        return "It is held until the loan is paid back."

    @property
    def warning(self) -> str:
        """What the guarantor should know before it is too late; empty where there is nothing to fear."""
        if self.recourse is not None:
            return (
                f"Notice was given. If nothing changes, up to {naira(self.worst)} may be taken from your savings from "
                f"{dmy(self.recourse.free_on)} on."
            )
        if self.health and self.health.days_late:
            return (
                f"Speak with {self.guarantee.borrower.first_name} now. Nothing is taken from you without notice, and "
                "the borrower's own savings go first."
            )
        return ""

    @property
    def soon(self) -> str:
        """A payment that falls due in the next days: the time to remind a friend."""
        days = self.health.days_to_next if self.health and not self.health.days_late else None
        if days is None or days > SOON_DAYS:
            return ""
        return f"A payment is due on {dmy(self.health.next_due_on)}."


def promises_in_full(
    guarantees: Sequence[Guarantee], notices: Iterable[RecourseNotice], *, on: date
) -> list[StandingPromise]:  # fmt: skip
    """The live promises of a guarantor's page with their loans' health, in one query; `notices` are those he had."""
    health = health_of([one.loan_id for one in guarantees if one.loan_id], on=on)
    recourses = {one.recourse.loan_id: one.recourse for one in notices}
    return [StandingPromise(one, health.get(one.loan_id), recourses.get(one.loan_id)) for one in guarantees]


@dataclass(frozen=True, slots=True)
class Owed:
    """What members owe each other after a recourse: those who paid, and those for whom somebody paid."""

    to_me: list[GuarantorClaim]
    by_me: list[GuarantorClaim]


def claims_of(user) -> Owed:
    """The open claims of a person, on both sides, in one query."""
    rows = list(
        GuarantorClaim.objects.open()
        .filter(Q(guarantor__user=user) | Q(borrower__user=user))
        .select_related("guarantor", "borrower", "charge__recourse__loan")
        .order_by("pk")
    )
    return Owed(
        to_me=[one for one in rows if one.guarantor.user_id == user.pk],
        by_me=[one for one in rows if one.borrower.user_id == user.pk],
    )


def notices_of(user) -> QuerySet[RecourseNotice]:
    """The notices of recourse that a person had."""
    return RecourseNotice.objects.filter(member__user=user).select_related(
        "recourse__loan__member", "recourse__loan__product", "guarantee", "member"
    )


def asked_to_substitute(user) -> QuerySet[Substitution]:
    return Substitution.objects.filter(guarantor__user=user).select_related(
        "old__guarantor", "old__loan__member", "old__loan__product", "guarantor"
    )


# The office -----------------------------------------------------------------------------------------------------------


def uncovered_promises() -> QuerySet[Guarantee]:
    """Promises of running loans that the guarantor's savings do not hold in full, or whose guarantor is gone."""
    gone = Q(guarantor__status__in=["leaving", "left", "deceased"], amount__gt=F("freed") + F("charged"))
    return (
        Guarantee.objects.live().filter(Q(uncovered__gt=0) | gone, loan__status=LoanStatus.ACTIVE)
        .select_related("guarantor", "loan__member", "hold").order_by("-uncovered", "pk")
    )  # fmt: skip


def open_substitutions() -> QuerySet[Substitution]:
    return (
        Substitution.objects.open()
        .select_related("guarantor", "old__guarantor", "old__loan__member", "asked_by").order_by("asked_at")
    )  # fmt: skip


def replaceable() -> QuerySet[Guarantee]:
    """The promises of running loans, for which another member may be asked to stand instead."""
    return Guarantee.objects.filter(loan__status=LoanStatus.ACTIVE, status=GuaranteeStatus.ACCEPTED).select_related(
        "guarantor", "loan__member", "loan__product"
    )


def recourses() -> QuerySet[Recourse]:
    return Recourse.objects.select_related("loan__member", "loan__product", "proposed_by", "approved_by").order_by(
        "-given_on", "-pk"
    )


@dataclass(frozen=True, slots=True)
class LateLoan:
    """A running loan that is late, what others still stand for, and whether notice was given."""

    loan: Loan
    health: Health
    pledged: Decimal
    has_notice: bool


def late_loans(*, on: date, more_than_days: int = 0) -> list[LateLoan]:
    """Running loans later than so many days, the latest first, in four queries."""
    oldest = Installment.objects.live().filter(loan__status=LoanStatus.ACTIVE, unpaid_amount__gt=0, due_on__lt=on)
    ids = [
        row["loan_id"]
        for row in oldest.values("loan_id").annotate(since=Min("due_on")).order_by("since", "loan_id")
        if (on - row["since"]).days > more_than_days
    ]
    loans = Loan.objects.select_related("member", "product").in_bulk(ids)
    health = health_of(ids, on=on)
    pledged = dict(
        Guarantee.objects.live().filter(loan__in=ids).values("loan_id")
        .annotate(s=Sum(F("amount") - F("freed") - F("charged"))).values_list("loan_id", "s")
    )  # fmt: skip
    noticed = set(Recourse.objects.filter(loan__in=ids, status__in=TAKEN_SOON).values_list("loan_id", flat=True))
    return [LateLoan(loans[pk], health[pk], pledged.get(pk, NOTHING), pk in noticed) for pk in ids]


@dataclass(frozen=True, slots=True)
class RecoursePage:
    """A recourse with everybody who was told, what they said, what was taken and what of it was paid back."""

    recourse: Recourse
    notices: list
    answers: list
    charges: list
    claims: list[GuarantorClaim]
    health: Health | None
    is_over: bool
    is_free: bool

    @property
    def taken(self) -> Decimal:
        return sum((one.amount for one in self.charges), NOTHING)

    @property
    def claimed(self) -> Decimal:
        return sum((one.left for one in self.claims), NOTHING)


def recourse_page(recourse: Recourse, *, on: date) -> RecoursePage:
    charges = list(recourse.charges.select_related("member", "claim").order_by("pk"))
    return RecoursePage(
        recourse=recourse,
        notices=list(recourse.notices.select_related("member").order_by("pk")),
        answers=list(recourse.answers.select_related("member", "recorded_by").order_by("pk")),
        charges=charges,
        claims=[one.claim for one in charges if one.guarantee_id],
        health=health_of([recourse.loan_id], on=on).get(recourse.loan_id),
        is_over=recourse.status not in TAKEN_SOON,
        is_free=on >= recourse.free_on,
    )


def claims_on(borrower: Member) -> list[GuarantorClaim]:
    """What a member still owes to guarantors, the oldest first."""
    rows = GuarantorClaim.objects.open().filter(borrower=borrower)
    return list(rows.select_related("guarantor", "charge__recourse__loan").order_by("pk"))


# Contagion ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fallen:
    """One member who is hit: what he pays, for whom, and what of his own is left free; naira."""

    member: Member
    pays: Decimal
    for_others: Decimal
    left: Decimal
    in_round: int

    @property
    def is_down(self) -> bool:
        return self.in_round > 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens if some loans are not paid: who is hit, the hardest first, and in how many rounds."""

    chosen: list[Loan]
    hit: list[Fallen]
    rounds: list[tuple[int, list[Loan], list[Member]]]
    uncovered: Decimal

    @property
    def down(self) -> list[Fallen]:
        return [one for one in self.hit if one.is_down]


def contagion(failing: Iterable[int]) -> Outcome:
    """What the failure of these running loans does to everybody else, in five queries whatever the number of loans."""
    running = Loan.objects.active().select_related("member").annotate(owed=F("account__stored__balance"))
    loans = {one.pk: one for one in running}
    pledges: dict[int, dict[int, Decimal]] = {pk: {} for pk in loans}
    for loan_id, guarantor_id, amount in (
        Guarantee.objects.live().filter(loan__status=LoanStatus.ACTIVE)
        .values_list("loan_id", "guarantor_id", F("amount") - F("freed") - F("charged"))
    ):  # fmt: skip
        mine = pledges[loan_id]
        mine[guarantor_id] = mine.get(guarantor_id, NOTHING) + amount
    people = {loan.member_id for loan in loans.values()} | {pk for one in pledges.values() for pk in one}
    members = Member.objects.in_bulk(people)
    stored = stored_balances([one.savings_account_id for one in members.values()])
    savings = {pk: stored[one.savings_account_id].balance for pk, one in members.items()}
    owed = [OwedLoan(pk, one.member_id, one.owed, pledges[pk]) for pk, one in loans.items()]
    chosen = sorted(set(failing) & loans.keys())
    return _outcome(spread_of_failure(savings, owed, chosen), chosen, loans, members)


def _outcome(found: Contagion, chosen: list[int], loans: dict[int, Loan], members: dict[int, Member]) -> Outcome:
    fell_in = {pk: number for number, one in enumerate(found.rounds, 1) for pk in one.pulled_down}
    hit = [
        Fallen(members[pk], taken, found.for_others[pk], found.equity[pk], fell_in.get(pk, 0))
        for pk, taken in found.taken.items()
        if taken or pk in fell_in
    ]
    return Outcome(
        chosen=[loans[pk] for pk in chosen],
        hit=sorted(hit, key=lambda one: (not one.is_down, one.left, one.member.pk)),
        rounds=[
            (number, [loans[pk] for pk in one.failed], [members[pk] for pk in one.pulled_down])
            for number, one in enumerate(found.rounds, 1)
        ],
        uncovered=found.uncovered,
    )


def waiting_for_answer(user) -> QuerySet[Substitution]:
    """Whose place a person is asked to take, and has not answered."""
    return asked_to_substitute(user).filter(status=SubstitutionStatus.ASKED)
