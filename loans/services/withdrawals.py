"""Drawing one's savings while one may owe: what is still owed stays with the society."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, OuterRef, Sum, When
from django.db.models.functions import Coalesce

from loans.models import GuarantorClaim, Loan
from members import services as members
from members.models import Member, Withdrawal
from users.models import User

NOTHING = Decimal("0.00")


def kept_for_loans(member: Member) -> Decimal:
    """What of a member's savings stays, beside what is held already: as much as he owes, to the society and others.

    That is his running loans, less what of his savings is held for these very loans, and what he still owes to
    guarantors who paid for him.
    """
    own = Case(When(own_cover__hold__released_at__isnull=True, then=F("own_cover__hold__amount")))
    loans = Loan.objects.active().filter(member=OuterRef("pk")).values("member")
    claims = GuarantorClaim.objects.open().filter(borrower=OuterRef("pk")).values("borrower")
    kept = Member.objects.filter(pk=member.pk).values_list(
        Coalesce(loans.values(s=Sum(F("account__stored__balance") - Coalesce(own, NOTHING))), NOTHING)
        + Coalesce(claims.values(s=Sum(F("amount") - F("repaid"))), NOTHING),
        flat=True,
    )
    return kept.get()


@transaction.atomic
def request_withdrawal(*, member: Member, amount: Decimal, by: User, at: datetime) -> Withdrawal:
    """Ask for part of one's savings; as much as one still owes stays. See `members.services.request_withdrawal`."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    return members.request_withdrawal(member=member, amount=amount, keep=kept_for_loans(member), by=by, at=at)
