"""What applications and guarantees share: the locks in their order, the way to the committee, letting guarantors go."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from audit.transitions import transition, transition_many
from core.dates import LAGOS
from ledger.models import Hold
from ledger.services import release_holds
from loans import messages
from loans.models import Guarantee, LoanApplication
from loans.selectors.register import policy_in_force
from loans.states import ApplicationStatus, GuaranteeStatus
from members.models import Member
from users.models import User


def locked(application: LoanApplication) -> LoanApplication:
    """The application as it stands now, its row locked: the first lock of every operation on it."""
    return (
        LoanApplication.objects.select_for_update(of=("self",), no_key=True)
        .select_related("member__user", "product", "version")
        .get(pk=application.pk)
    )


def locked_member(member_id: int) -> Member:
    """A member as he stands now, his row locked; taken after the application's, before his accounts.

    Without the key: whoever writes a row that points at the member (a withdrawal, which holds his account by then)
    would wait for a full lock, and we for him.
    """
    locked_rows = Member.objects.select_for_update(of=("self",), no_key=True)
    return locked_rows.select_related("user", "employer").get(pk=member_id)


def send_to_committee(application: LoanApplication, *, by: User, at: datetime, **fields) -> LoanApplication:
    """Put a locked application before the committee, with the quorum of the policy in force that day.

    Requests that nobody has answered are taken back: they are not needed any more. Raises NoLendingPolicy.
    """
    policy = policy_in_force(timezone.localdate(at, LAGOS))
    transition(
        application, ApplicationStatus.UNDER_REVIEW, by=by, at=at, quorum=policy.quorum, reviewed_from=at, **fields
    )
    take_back_requests(application, by=by, at=at)
    messages.tell(messages.with_committee(application))
    return application


def take_back_requests(application: LoanApplication, *, by: User, at: datetime, told: bool = True) -> None:
    """Cancel the requests of an application that were not answered, and tell those who were asked."""
    requested = transition_many(
        _guarantees(application).requested(), GuaranteeStatus.CANCELLED, by=by, at=at, decided_at=at
    )
    if told:
        messages.tell(*[messages.no_longer_asked(guarantee) for guarantee in requested])


def let_guarantors_go(application: LoanApplication, *, by: User, at: datetime, told: bool = True) -> None:
    """The loan will not be given: free what the guarantors promised, take back what was not answered, tell them."""
    take_back_requests(application, by=by, at=at, told=told)
    freed = transition_many(_guarantees(application).live(), GuaranteeStatus.RELEASED, by=by, at=at)
    release_holds(holds=Hold.objects.filter(guarantee__in=[guarantee.pk for guarantee in freed]), by=by, at=at)
    messages.tell(*[messages.let_go(guarantee) for guarantee in freed])


def _guarantees(application: LoanApplication):
    return Guarantee.objects.filter(application=application).select_related(
        "guarantor__user", "application__member__user", "application__product"
    )
