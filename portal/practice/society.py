"""Who Unity is: the society, its employers with their pay days, and the officers that every database starts with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.models import Society
from loans.standard import have_standard_products
from members.models import Employer
from users.models import User
from users.roles import Role
from users.services import grant_role

SOCIETY = {
    "name": "Unity Multipurpose Cooperative Society Ltd",
    "short_name": "Unity Cooperative",
    "address": "12 Marina Close, Lagos",
    "office_phone": "0803 555 0142",
    "email": "office@unity.example",
    "member_number_prefix": "UMCS",
}

# code, name, other spellings, the day of the month on which salaries are paid
EMPLOYERS = [
    ("LPA", "Lagoon Ports Authority", ["Lagoon Ports", "Ports Authority"], 28),
    ("SVP", "Savannah Polytechnic", ["Savannah Poly"], 29),
    ("KHB", "Kainji Hydro Board", ["Kainji Hydro"], 28),
    ("PEN", "Pensions Desk", ["Pensioners", "Pensions"], 29),
]

# sign-in name, what he is called, his role
OFFICERS = [
    ("officer", "Loan officer", Role.OFFICER),
    ("treasurer", "Treasurer", Role.TREASURER),
    ("chair", "Chair", Role.CHAIR),
]

QUORUM = 3
MONTHLY_CAP = Decimal("30000000.00")


@transaction.atomic
def have_society(*, at: datetime) -> None:
    """Make what a database needs before its first member: society, products, employers and the standard officers.

    What is there stays as it is, so it can be run again at any time.
    """
    have_setting()
    for sign_in, full_name, role in OFFICERS:
        have_officer(sign_in=sign_in, full_name=full_name, role=role, at=at)


@transaction.atomic
def have_setting() -> None:
    """The society, its products and its employers with their pay days; what is there stays as it is."""
    Society.objects.get_or_create(pk=Society.ONLY, defaults=SOCIETY)
    have_standard_products(quorum=QUORUM, monthly_cap=MONTHLY_CAP)
    for code, name, aliases, pay_day in EMPLOYERS:
        Employer.objects.get_or_create(code=code, defaults={"name": name, "aliases": aliases, "pay_day": pay_day})


def have_officer(*, sign_in: str, full_name: str, role: Role, at: datetime) -> User:
    """The officer with this sign-in name, made without a password when he is not there yet."""
    officer = User.objects.filter(sign_in_number__iexact=sign_in).first()
    if officer is None:
        officer = User.objects.create_user(full_name=full_name, sign_in_number=sign_in)
        grant_role(user=officer, role=role, by=None, at=at)
    return officer
