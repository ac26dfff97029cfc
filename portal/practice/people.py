"""The cast of the practice society: who signs in, which office each holds, and who is on the role switch.

Members come from Unity's register, invited and joined as on a real site. On the practice site anyone becomes anyone by
the role switch; members can also sign in with their number and the password below.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from members.models import Member
from members.services import enter_pay, invite_member, link_account
from portal.practice.moments import at
from users.models import User
from users.practice import offer
from users.roles import Role
from users.selectors import person
from users.services import accept_invitation, add_person, grant_role

PASSWORD = "Unity-practice-2026"  # noqa: S105 - printed by `sign_ins`; there is nothing real behind it


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the role switch: a member by his number, or an officer by his sign-in name, and what he is there for."""

    who: str
    part: str
    role: Role = Role.MEMBER


# Officers who are not in the register: sign-in name, name, role.
OFFICE = [
    ("officer", "Grace Idowu", Role.OFFICER),
    ("treasurer", "Peter Nkanu", Role.TREASURER),
    ("chair", "Terver Danladi", Role.CHAIR),
    ("auditor", "Lydia Bature", Role.AUDITOR),
    ("admin", "Samuel Oche", Role.ADMIN),
    ("trainer", "Joy Etuk", Role.TRAINER),
]
CHAIR_IN_THE_REGISTER = "UMCS/0147"

SWITCH = [
    Actor("UMCS/0031", "member with no loan, who can ask for one"),
    Actor("UMCS/0002", "member with savings and two loans"),
    Actor("UMCS/0410", "member whose request waits for guarantors"),
    Actor("UMCS/0094", "member who is asked to stand for a loan"),
    Actor("UMCS/0096", "member who is asked to stand for a loan"),
    Actor("UMCS/0062", "committee", Role.COMMITTEE),
    Actor("UMCS/0171", "committee", Role.COMMITTEE),
    Actor("UMCS/0282", "committee", Role.COMMITTEE),
    Actor("chair", "chair", Role.CHAIR),
    Actor("UMCS/0229", "secretary", Role.SECRETARY),
    Actor("UMCS/0178", "board member", Role.BOARD),
    Actor("officer", "loan officer", Role.OFFICER),
    Actor("treasurer", "treasurer", Role.TREASURER),
    Actor("auditor", "auditor", Role.AUDITOR),
    Actor("admin", "administrator", Role.ADMIN),
    Actor("trainer", "trainer", Role.TRAINER),
]

# Who else joined and acts in the stories: borrowers and those who stand for them.
OTHERS = [
    "UMCS/0032", "UMCS/0052", "UMCS/0068", "UMCS/0082", "UMCS/0134", "UMCS/0149", "UMCS/0150", "UMCS/0156",
    "UMCS/0168", "UMCS/0190", "UMCS/0222", "UMCS/0246", "UMCS/0259", "UMCS/0264", "UMCS/0270", "UMCS/0295",
    "UMCS/0296", "UMCS/0324", "UMCS/0325", "UMCS/0331", "UMCS/0369", "UMCS/0374", "UMCS/0391", "UMCS/0396",
    "UMCS/0425", "UMCS/0430", "UMCS/0446", "UMCS/0471", "UMCS/0479", "UMCS/0517", "UMCS/0549",
]  # fmt: skip

# Monthly pay and other deductions, as the pay slips say, in naira.
PAY = {
    "UMCS/0002": (310_000, 28_000),
    "UMCS/0031": (285_000, 24_500),
    "UMCS/0134": (400_000, 18_000),
    "UMCS/0168": (520_000, 42_000),
    "UMCS/0246": (760_000, 55_000),
    "UMCS/0369": (650_000, 51_000),
    "UMCS/0374": (950_000, 76_000),
    "UMCS/0391": (640_000, 38_500),
    "UMCS/0410": (360_000, 27_000),
    "UMCS/0446": (760_000, 66_000),
    "UMCS/0471": (610_000, 44_000),
    "UMCS/0517": (900_000, 58_000),
}


def member(number: str) -> Member:
    """A member of Unity by his number, with his sign-in and his employer."""
    return Member.objects.select_related("user", "employer").get(number=number)


def have_office() -> None:
    """The officers, by name and without passwords."""
    for sign_in, full_name, role in OFFICE:
        user = add_person(
            full_name=full_name,
            email=f"{sign_in}@unity.example",
            role=role,
            by=None,
            at=at(1, 8),
            sign_in_number=sign_in,
        )
        user.is_active = True
        user.save(update_fields=["is_active"])


def have_members_join() -> None:
    """Members take up their invitations, some take an office, and the office enters what their pay slips say."""
    officer, admin = person("officer"), person("admin")
    link_account(member=member(CHAIR_IN_THE_REGISTER), user=person("chair"), by=admin, at=at(1, 16))
    numbers = [actor.who for actor in SWITCH if "/" in actor.who] + OTHERS
    for number in sorted(numbers):
        invited = member(number)
        invitation, _ = invite_member(member=invited, by=officer, at=at(2, 9))
        accept_invitation(invitation=invitation, password=None, email=_address(invited), at=at(2, 18))
    # One fingerprint for all: to make a strong one for each would take half a minute.
    User.objects.filter(sign_in_number__in=numbers).update(password=make_password(PASSWORD))
    for actor in SWITCH:
        if actor.role != Role.MEMBER and "/" in actor.who:
            grant_role(user=person(actor.who), role=actor.role, by=admin, at=at(3, 9))
    for number, (pay, other) in PAY.items():
        enter_pay(
            member=member(number), monthly_pay=Decimal(pay), other_deductions=Decimal(other), by=officer, at=at(3, 11)
        )


def _address(invited: Member) -> str:
    return f"{invited.first_name}.{invited.surname}.{invited.number[-4:]}@unity.example".lower()


def have_role_switch() -> None:
    for position, actor in enumerate(SWITCH):
        user = person(actor.who)
        offer(user=user, label=f"{plain_name(user)}: {actor.part}", position=position)


def plain_name(user: User) -> str:
    """First name and surname as one says them: the register has SURNAME Other Names."""
    words = user.full_name.split()
    return f"{words[1]} {words[0].title()}" if words[0].isupper() and len(words) > 1 else user.full_name
