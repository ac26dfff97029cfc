"""A member's request for a loan: begun, changed, sent in, withdrawn, and what the committee made of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.services import record
from audit.transitions import transition
from core.dates import LAGOS
from core.errors import IllegalTransition
from core.selectors import society
from core.serials import next_serial
from ledger.services import lock_accounts
from loans import messages
from loans.eligibility import check
from loans.errors import (
    AlreadySent,
    ApprovalBeyondRequest,
    DraftExists,
    NoQuorum,
    NotEligible,
    NotTheApplicant,
    NotYourOwnLoan,
    ProductClosed,
    ReasonNeeded,
)
from loans.models import Guarantee, LoanApplication, LoanApproval, LoanParty, LoanProduct, ProductVersion
from loans.selectors.facts import facts_for, rules_of
from loans.services.review import let_guarantors_go, locked, locked_member, send_to_committee, take_back_requests
from loans.states import ApplicationStatus
from members.models import Member
from users.models import User

NOTHING = Decimal("0.00")
SENT = frozenset({ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.UNDER_REVIEW})


@transaction.atomic
def start_application(
    *, member: Member, product: LoanProduct, amount: Decimal, term_months: int, purpose: str, by: User, at: datetime
) -> LoanApplication:
    """Begin a request: a numbered draft that only the member sees. `amount` is naira.

    Raises NotTheApplicant, and DraftExists when he has begun one that he has not sent.
    """
    if member.user_id != by.pk:
        raise NotTheApplicant()
    member = locked_member(member.pk)
    if LoanApplication.objects.filter(member=member, status=ApplicationStatus.DRAFT).exists():
        raise DraftExists()
    year = timezone.localdate(at, LAGOS).year
    prefix = society().application_serial_prefix
    application = LoanApplication.objects.create(
        number=f"{prefix}/{year}/{next_serial('application', year):04}",
        member=member,
        product=product,
        amount=amount,
        term_months=term_months,
        purpose=purpose,
        started_at=at,
    )
    record("loans.loanapplication.started", by=by, subject=application, at=at, amount=str(amount), term=term_months)
    return application


@transaction.atomic
def change_application(
    *, application: LoanApplication, product: LoanProduct, amount: Decimal, term_months: int, purpose: str, by: User,
    at: datetime,
) -> LoanApplication:  # fmt: skip
    """Change a draft. Raises NotTheApplicant, and AlreadySent once it was sent in or deleted."""
    application = locked(application)
    _refuse_all_but_the_applicant(application, by)
    if application.status != ApplicationStatus.DRAFT:
        raise AlreadySent()
    application.product, application.amount = product, amount
    application.term_months, application.purpose = term_months, purpose
    application.save(update_fields=["product", "amount", "term_months", "purpose"])
    return application


@transaction.atomic
def save_draft(
    *, member: Member, draft: LoanApplication | None, product: LoanProduct, amount: Decimal, term_months: int,
    purpose: str, by: User, at: datetime,
) -> LoanApplication:  # fmt: skip
    """Begin a request, or change the one that was begun: sending the form twice leaves one draft.

    `draft` is the one that the member had before him, None for a new one.
    """
    wanted = {"product": product, "amount": amount, "term_months": term_months, "purpose": purpose}
    begun = draft or LoanApplication.objects.filter(member=member, status=ApplicationStatus.DRAFT).first()
    if begun is None:
        return start_application(member=member, by=by, at=at, **wanted)
    return change_application(application=begun, by=by, at=at, **wanted)


@transaction.atomic
def submit_application(*, application: LoanApplication, by: User, on: date, at: datetime) -> LoanApplication:
    """Send a draft in: every rule is asked again, with the member and his savings locked.

    A rule that cannot be told yet refuses nothing and is kept for the committee. Those who were chosen as guarantors
    are told now; a product that needs none goes to the committee at once. Sending twice changes nothing.
    Raises NotTheApplicant, AlreadySent, ProductClosed, and NotEligible with its verdict.
    """
    application = locked(application)
    _refuse_all_but_the_applicant(application, by)
    if application.status in SENT:
        return application
    if application.status != ApplicationStatus.DRAFT:
        raise AlreadySent()
    member = locked_member(application.member_id)
    lock_accounts(ids=[member.savings_account_id])
    version = version_in_force(application.product, on)
    facts, rules = facts_for(member, on), rules_of(version)
    verdict = check(facts, rules, application.amount, application.term_months)
    if not verdict.allows:
        raise NotEligible(verdict)
    LoanParty.objects.create(
        application=application, member=member, stand=LoanParty.Stand.INTERESTED, why="asks for the loan"
    )
    sent = {
        "version": version, "rules": verdict.plain(), "quote": verdict.cost.plain(), "submitted_at": at,
        "tops_up_id": verdict.clearing.old.pk if verdict.clearing else None,
        "savings_counted": facts.savings,
        "owed_counted": NOTHING if verdict.clearing else facts.owed.get(rules.code, NOTHING),
    }  # fmt: skip
    if not version.guarantors_required:
        take_back_requests(application, by=by, at=at, told=False)
        return send_to_committee(application, by=by, at=at, **sent)
    transition(application, ApplicationStatus.AWAITING_GUARANTORS, by=by, at=at, **sent)
    chosen = Guarantee.objects.requested().filter(application=application).select_related("guarantor__user")
    for guarantee in chosen:
        guarantee.application = application
    messages.tell(*[messages.asked(guarantee) for guarantee in chosen])
    return application


@transaction.atomic
def withdraw_application(*, application: LoanApplication, by: User, at: datetime) -> LoanApplication:
    """The member takes his request back, at any time before the loan is in the register.

    His guarantors are told and what was held of their savings is free. Withdrawing twice changes nothing.
    Raises NotTheApplicant, and IllegalTransition once it was declined or registered.
    """
    application = locked(application)
    _refuse_all_but_the_applicant(application, by)
    if application.status == ApplicationStatus.WITHDRAWN:
        return application
    was_draft = application.status == ApplicationStatus.DRAFT
    transition(application, ApplicationStatus.WITHDRAWN, by=by, at=at, decided_at=at)
    # Those chosen in a draft were never asked, so there is nothing to tell them.
    let_guarantors_go(application, by=by, at=at, told=not was_draft)
    return application


@transaction.atomic
def approve_application(*, application: LoanApplication, amount: Decimal, by: User, at: datetime) -> LoanApproval:
    """Write the committee's approval, for what was asked (naira) or less, and tell the member.

    The database counts the votes: Raises NoQuorum while they are too few or not for it. Raises NotYourOwnLoan,
    ApprovalBeyondRequest, and IllegalTransition when it is not before the committee.
    """
    application = locked(application)
    _refuse_unless_under_review(application)
    if application.member.user_id == by.pk:
        raise NotYourOwnLoan()
    if not 0 < amount <= application.amount:
        raise ApprovalBeyondRequest()
    try:
        with transaction.atomic():
            approval = LoanApproval.objects.create(
                application=application,
                amount=amount,
                term_months=application.term_months,
                approved_at=at,
                approved_by=by,
            )
    except IntegrityError as refused:
        # The guard on approvals has no constraint's name of its own; any other refusal has one and is a bug.
        if refused.__cause__.sqlstate == "23514" and not refused.__cause__.diag.constraint_name:
            raise NoQuorum() from refused
        raise
    transition(application, ApplicationStatus.APPROVED, by=by, at=at, decided_at=at)
    messages.tell(messages.approved(application, approval))
    return approval


@transaction.atomic
def decline_application(*, application: LoanApplication, reason: str, by: User, at: datetime) -> LoanApplication:
    """The committee's no, with a reason that the member reads; his guarantors' savings are free again.

    Raises ReasonNeeded, NotYourOwnLoan, and IllegalTransition when it is not before the committee.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonNeeded()
    application = locked(application)
    _refuse_unless_under_review(application)
    if application.member.user_id == by.pk:
        raise NotYourOwnLoan()
    transition(application, ApplicationStatus.DECLINED, by=by, at=at, decided_at=at, decline_reason=reason[:300])
    let_guarantors_go(application, by=by, at=at)
    messages.tell(messages.declined(application))
    return application


def version_in_force(product: LoanProduct, on: date) -> ProductVersion:
    """The rules of a product on a day; raises ProductClosed when the society does not give it then."""
    in_force = ProductVersion.objects.in_force(on).filter(product=product)
    version = in_force.select_related("product").prefetch_related("tiers", "fees").first()
    if version is None or not version.product.is_open:
        raise ProductClosed()
    return version


def _refuse_all_but_the_applicant(application: LoanApplication, by: User) -> None:
    if application.member.user_id != by.pk:
        raise NotTheApplicant()


def _refuse_unless_under_review(application: LoanApplication) -> None:
    if application.status != ApplicationStatus.UNDER_REVIEW:
        raise IllegalTransition(
            f"{application.number} is {application.get_status_display().lower()}, not before the committee."
        )
