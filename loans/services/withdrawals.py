"""Drawing one's savings while one may owe: what is still owed stays with the society."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from loans.models import Loan
from members import services as members
from members.models import Member, Withdrawal
from users.models import User

NOTHING = Decimal("0.00")


def kept_for_loans(member: Member) -> Decimal:
    """What a member still owes on his running loans: as much of his savings stays, beside what is held already."""
    return Loan.objects.active().filter(member=member).aggregate(s=Sum("account__stored__balance"))["s"] or NOTHING


@transaction.atomic
def request_withdrawal(*, member: Member, amount: Decimal, by: User, at: datetime) -> Withdrawal:
    """Ask for part of one's savings; as much as one still owes stays. See `members.services.request_withdrawal`."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    return members.request_withdrawal(member=member, amount=amount, keep=kept_for_loans(member), by=by, at=at)
