"""Employers and members with money on their accounts, for tests of this room and of those above it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

from ledger import chart
from ledger.services import account
from members.models import Employer, Member
from members.services import Contribution, NewMember, admit_member, post_contributions
from users.roles import Role
from users.tests.factories import make_user

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
TODAY = date(2026, 10, 26)
numbers = itertools.count(1)


def make_employer(*, pay_day: int = 28, **fields) -> Employer:
    number = next(numbers)
    return Employer.objects.create(**{"code": f"E{number}", "name": f"Employer {number}", "pay_day": pay_day, **fields})


def make_member(
    *,
    savings: Decimal | str = "0",
    shares: Decimal | str = "0",
    employer: Employer | None = None,
    with_user: bool = True,
    roles: tuple[str, ...] = (Role.MEMBER,),
    **fields,
) -> Member:
    """A member who joined in 2020, with money on his accounts and (unless told otherwise) a way to sign in."""
    number = next(numbers)
    row = {
        "number": f"T/{number:04}",
        "surname": f"SURNAME{number}",
        "other_names": "Ada Bola",
        "employer": employer or Employer.objects.order_by("pk").first() or make_employer(),
        "joined_on": date(2020, 1, 1),
        "staff_number": f"S{number:05}",
        "monthly_savings": Decimal("20000.00"),
        "monthly_pay": Decimal("400000.00"),
        "other_deductions": Decimal("0.00"),
        **fields,
    }
    member = admit_member(row=NewMember(**row), by=None, at=AT)
    if with_user:
        member.user = make_user(
            roles=roles, full_name=member.name, sign_in_number=member.number, email=f"m{number}@society.example"
        )
        member.save(update_fields=["user"])
    save(member, savings=savings, shares=shares)
    return member


def save(member: Member, *, savings: Decimal | str = "0", shares: Decimal | str = "0") -> None:
    """Money paid in over the counter, into the bank."""
    if Decimal(savings) or Decimal(shares):
        post_contributions(
            contributions=[
                Contribution(
                    member.pk,
                    f"test/paid-in/{next(numbers)}",
                    "Paid in",
                    savings=Decimal(savings),
                    shares=Decimal(shares),
                )
            ],
            from_account_id=account(chart.BANK).pk,
            on=TODAY,
            by=None,
        )
