"""Who may stand for another's loan by the lending policy: how often, for how much, officers, those who are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from engine.money import at_most_kobo
from loans.models import ExposureBase, Installment, LendingPolicy
from loans.states import GuaranteeStatus, LoanStatus
from members.models import Member
from users.models import RoleGrant
from users.roles import AUDITED_ROLES

NOTHING = Decimal("0.00")
NEEDED = F("guarantees__amount") - F("guarantees__freed") - F("guarantees__charged")
ACCEPTED = Q(guarantees__status=GuaranteeStatus.ACCEPTED)
OTHER_ACCOUNTS = ("voluntary_account", "christmas_account", "shares_account")


def limits_on(on: date) -> LendingPolicy:
    """The lending policy that counts on a day, with the usual limits where the society has none yet."""
    return LendingPolicy.objects.in_force(on) or LendingPolicy(valid_from=on)


def with_promises(members: QuerySet[Member], *, on: date) -> QuerySet[Member]:
    """Members with what the limits ask about each: `free`, `promises`, `promised`, `own`, `officer`, `late`."""
    late = Installment.objects.live().filter(
        loan__member=OuterRef("pk"), loan__status=LoanStatus.ACTIVE, due_on__lt=on, unpaid_amount__gt=0
    )
    office = RoleGrant.objects.filter(user=OuterRef("user"), revoked_at__isnull=True, role__in=AUDITED_ROLES)
    savings = F("savings_account__stored__balance")
    return members.annotate(
        free=savings - F("savings_account__stored__held"),
        savings=savings,
        equity=savings + sum((F(f"{name}__stored__balance") for name in OTHER_ACCOUNTS), start=NOTHING),
        promises=Count("guarantees", filter=ACCEPTED),
        promised=Coalesce(Sum(NEEDED, filter=ACCEPTED), NOTHING),
        officer=Exists(office),
        late=Exists(late),
    )


@dataclass(frozen=True, slots=True)
class Limit:
    """Why a member may not stand: what he is told himself, and what the one who would ask him is told.

    The second never says what he has, or that he is late.
    """

    code: str
    to_himself: str
    to_others: str


def limit_reached(member: Member, amount: Decimal, limits: LendingPolicy) -> Limit | None:
    """The first limit that a member of `with_promises` would pass with one more promise of `amount`, None if none."""
    if member.promises >= limits.most_promises:
        return Limit(
            "count",
            f"You stand for {limits.most_promises} loans already, and no member may stand for more. "
            "You can only say no.",
            "Stands for as many loans as one may.",
        )
    if member.officer and not limits.officers_may_stand:
        return Limit(
            "officer",
            "You hold an office, and the society does not let officers stand for loans. You can only say no.",
            "Holds an office, and officers may not stand.",
        )
    if member.late and not limits.in_arrears_may_stand:
        return Limit(
            "late",
            "A payment on your own loan is late. When it is paid you can stand for others again.",
            "Cannot stand for a loan now.",
        )
    if limits.most_exposure_percent is not None:
        base = member.equity if limits.exposure_base == ExposureBase.EQUITY else member.savings
        most = at_most_kobo(base * limits.most_exposure_percent / 100)
        if member.promised + amount > most:
            return Limit(
                "exposure",
                "With this you would promise more than the society lets one member promise in all. "
                "Say no, and tell the borrower what you could stand for.",
                "Cannot stand for this amount now.",
            )
    return None


def limits_of(member: Member, amount: Decimal, *, on: date) -> Limit | None:
    """The same for one member by the policy of a day, in two queries."""
    return limit_reached(with_promises(Member.objects.filter(pk=member.pk), on=on).get(), amount, limits_on(on))
