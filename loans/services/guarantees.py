"""Guarantors: asked by the borrower, answered by each one himself, and never holding more than he has free."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from audit.services import record
from audit.transitions import transition
from core.dates import LAGOS
from core.display import naira
from ledger.models import HoldPurpose
from ledger.services import lock_accounts, place_hold
from loans import messages
from loans.errors import (
    AskedAlready,
    BeyondTheLimits,
    ConflictOfInterest,
    MoreThanTheLoan,
    NotAChoice,
    NotEnoughToStand,
    NotTheApplicant,
    NotWaitingForGuarantors,
    NotYourGuarantee,
    RequestClosed,
    TooManyAsked,
    TooManyPromises,
)
from loans.models import Guarantee, LoanApplication, LoanParty
from loans.selectors.guarantees import cover_of
from loans.selectors.promise_limits import limits_of
from loans.services.review import locked, locked_member, send_to_committee
from loans.states import ApplicationStatus, GuaranteeStatus
from members.models import Member
from members.selectors import free_savings
from members.states import MemberStatus
from users.models import User

MOST_ASKED = 8  # for one loan at the same time


@transaction.atomic
def ask_guarantor(
    *, application: LoanApplication, guarantor: Member, amount: Decimal, by: User, at: datetime
) -> Guarantee:
    """Choose a member to stand for `amount` naira of one's loan. In a draft he is told when it is sent, later at once.

    Asking the same again for the same amount changes nothing. Raises NotTheApplicant, NotWaitingForGuarantors,
    MoreThanTheLoan, NotAChoice, AskedAlready, TooManyAsked, TooManyPromises, BeyondTheLimits, NotEnoughToStand.
    """
    application = locked(application)
    if application.member.user_id != by.pk:
        raise NotTheApplicant()
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.AWAITING_GUARANTORS):
        raise NotWaitingForGuarantors()
    if not 0 < amount <= application.amount:
        raise MoreThanTheLoan(f"Ask for an amount up to the loan itself, {naira(application.amount)}.")
    guarantor = locked_member(guarantor.pk)
    before = list(Guarantee.objects.filter(application=application).exclude(status=GuaranteeStatus.CANCELLED))
    mine = next((guarantee for guarantee in before if guarantee.guarantor_id == guarantor.pk), None)
    if mine is not None:
        if mine.status == GuaranteeStatus.REQUESTED and mine.amount == amount:
            return mine
        said_no = mine.status == GuaranteeStatus.DECLINED
        raise AskedAlready(
            f"{guarantor.name} said no to this loan. Choose another member." if said_no else AskedAlready.message
        )
    if sum(guarantee.status == GuaranteeStatus.REQUESTED for guarantee in before) >= MOST_ASKED:
        raise TooManyAsked()
    refuse_as_guarantor(application.member_id, guarantor, amount, at)
    if free_savings([guarantor])[guarantor.pk] < amount:
        raise NotEnoughToStand()
    guarantee = Guarantee.objects.create(application=application, guarantor=guarantor, amount=amount, requested_at=at)
    record("loans.guarantee.requested", by=by, subject=guarantee, at=at, amount=str(amount))
    if application.status == ApplicationStatus.AWAITING_GUARANTORS:
        messages.tell(messages.asked(guarantee))
    return guarantee


@transaction.atomic
def cancel_request(*, guarantee: Guarantee, by: User, at: datetime) -> Guarantee:
    """The borrower takes a request back that was not answered; doing it twice changes nothing.

    Raises NotTheApplicant, and RequestClosed once it was answered.
    """
    application, guarantee = _locked(guarantee)
    if application.member.user_id != by.pk:
        raise NotTheApplicant()
    if guarantee.status == GuaranteeStatus.CANCELLED:
        return guarantee
    if guarantee.status != GuaranteeStatus.REQUESTED:
        raise RequestClosed(f"{guarantee.guarantor.name} has answered already. Load the page again.")
    transition(guarantee, GuaranteeStatus.CANCELLED, by=by, at=at, decided_at=at)
    if application.status != ApplicationStatus.DRAFT:
        messages.tell(messages.no_longer_asked(guarantee))
    return guarantee


@transaction.atomic
def accept_guarantee(*, guarantee: Guarantee, by: User, at: datetime) -> Guarantee:
    """Record the guarantor's consent, with its words, and hold the amount on his savings.

    When the promises cover what the product asks, the application goes before the committee in the same transaction.
    Saying yes twice changes nothing. Raises NotYourGuarantee, RequestClosed, NotAChoice, TooManyPromises,
    BeyondTheLimits, NotEnoughToStand, and ConflictOfInterest for one who votes on this loan.
    """
    application, guarantee = _locked(guarantee)
    if guarantee.guarantor.user_id != by.pk:
        raise NotYourGuarantee()
    if guarantee.status == GuaranteeStatus.ACCEPTED:
        return guarantee
    _refuse_unless_open(application, guarantee)
    guarantor = locked_member(guarantee.guarantor_id)
    refuse_as_guarantor(application.member_id, guarantor, guarantee.amount, at, own=True)
    become_a_party(application, guarantor)
    free = lock_accounts(ids=[guarantor.savings_account_id])[guarantor.savings_account_id].free
    if free < guarantee.amount:
        raise NotEnoughToStand(
            f"You have {naira(free)} free to promise, which is less than {naira(guarantee.amount)}. "
            f"Say no, and tell {application.member.first_name} what you could stand for."
        )
    hold = place_hold(
        account_id=guarantor.savings_account_id, amount=guarantee.amount, purpose=HoldPurpose.GUARANTEE,
        reference=f"guarantee/{guarantee.pk}", by=by, at=at,
    )  # fmt: skip
    transition(
        guarantee, GuaranteeStatus.ACCEPTED, by=by, at=at, hold=hold, decided_at=at,
        consent_text=messages.consent_words(guarantee),
    )  # fmt: skip
    cover = cover_of(application, application.version)
    if cover.is_full:
        send_to_committee(application, by=by, at=at)
    else:
        messages.tell(messages.said_yes(guarantee, still_needed=cover.people_missing, missing=cover.amount_missing))
    return guarantee


@transaction.atomic
def decline_guarantee(*, guarantee: Guarantee, reason: str, by: User, at: datetime) -> Guarantee:
    """The guarantor says no, with words for the borrower if he likes; the borrower is told to choose another.

    Saying no twice changes nothing. Raises NotYourGuarantee, RequestClosed.
    """
    application, guarantee = _locked(guarantee)
    if guarantee.guarantor.user_id != by.pk:
        raise NotYourGuarantee()
    if guarantee.status == GuaranteeStatus.DECLINED:
        return guarantee
    _refuse_unless_open(application, guarantee)
    transition(guarantee, GuaranteeStatus.DECLINED, by=by, at=at, decided_at=at, reason=" ".join(reason.split())[:200])
    messages.tell(messages.said_no(guarantee))
    return guarantee


def _locked(guarantee: Guarantee) -> tuple[LoanApplication, Guarantee]:
    """The application first, then the guarantee as it stands behind that lock."""
    if guarantee.application_id is None:
        raise RequestClosed("This promise came with the society's old books. Nothing is asked of you.")
    application = locked(guarantee.application)
    guarantee = Guarantee.objects.select_related("guarantor__user", "hold").get(pk=guarantee.pk)
    guarantee.application = application
    return application, guarantee


def _refuse_unless_open(application: LoanApplication, guarantee: Guarantee) -> None:
    waiting = application.status == ApplicationStatus.AWAITING_GUARANTORS
    if not waiting or guarantee.status != GuaranteeStatus.REQUESTED:
        raise RequestClosed()


def refuse_as_guarantor(
    borrower_id: int, guarantor: Member, amount: Decimal, at: datetime, *, own: bool = False
) -> None:  # fmt: skip
    """Who may stand at all, by the lending policy of the day; `own` words it for the guarantor himself."""
    if guarantor.pk == borrower_id:
        raise NotAChoice("You cannot stand for your own loan. Choose another member.")
    if guarantor.status != MemberStatus.ACTIVE:
        raise NotAChoice("Your membership is not open, so you cannot stand for a loan." if own else NotAChoice.message)
    limit = limits_of(guarantor, amount, on=localdate(at, LAGOS))
    if limit is None:
        return
    refusal = TooManyPromises if limit.code == "count" else BeyondTheLimits
    others = TooManyPromises.message if limit.code == "count" else f"{limit.to_others} Choose another member."
    raise refusal(limit.to_himself if own else others)


def become_a_party(application: LoanApplication, guarantor: Member) -> None:
    try:
        LoanParty.objects.get_or_create(
            application=application, member=guarantor, stand=LoanParty.Stand.INTERESTED,
            defaults={"why": "stands for the loan"},
        )  # fmt: skip
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "loans_nobody_on_both_sides":
            raise ConflictOfInterest() from refused
        raise
