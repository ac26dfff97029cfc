"""Committee members, sittings and decided applications, for tests of this room and of those beside it."""

from __future__ import annotations

from committee.models import Sitting, VoteChoice
from committee.services import cast_vote, close_sitting, open_sitting
from loans.models import LoanApplication
from loans.states import ApplicationStatus
from loans.tests.factories import AT, TODAY, make_application, make_member
from members.models import Member
from users.roles import Role
from users.tests.factories import make_user


def make_committee(size: int = 3) -> list[Member]:
    """Members of the society who sit on the committee."""
    return [make_member(roles=(Role.MEMBER, Role.COMMITTEE)) for _ in range(size)]


def make_chair():
    return make_user(roles=[Role.CHAIR], full_name="Mrs Funmi Balogun")


def make_sitting() -> Sitting:
    return open_sitting(held_on=TODAY, by=make_user(roles=[Role.SECRETARY]), at=AT)


def make_approved_application(**fields) -> LoanApplication:
    """An application that a sitting of three approved through the services."""
    application = make_application(status=ApplicationStatus.UNDER_REVIEW, **fields)
    sitting = Sitting.objects.open().first() or make_sitting()
    for voter in make_committee():
        cast_vote(application=application, choice=VoteChoice.APPROVE, reason="", by=voter.user, at=AT)
    close_sitting(sitting=sitting, by=make_chair(), at=AT)
    application.refresh_from_db()
    return application
