"""One guarantor takes another's place while the loan runs: first the new hold, only then is the old promise over."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from audit.services import record
from audit.transitions import transition
from core.display import naira
from ledger.models import AccountBalance, HoldPurpose
from ledger.services import lock_accounts, place_hold
from loans import recourse_messages as messages
from loans.errors import (
    AskedAlready,
    NotCovered,
    NotRunning,
    NotYourGuarantee,
    NotYourOwnLoan,
    RecourseOpen,
    SecondPersonNeeded,
    SubstitutionOpen,
    SubstitutionOver,
)
from loans.models import Guarantee, Loan, Recourse, Substitution
from loans.services.books import lock_loans
from loans.services.closures import release_guarantees
from loans.services.guarantees import become_a_party, refuse_as_guarantor
from loans.services.review import locked_member
from loans.states import GuaranteeStatus, LoanStatus, RecourseStatus, SubstitutionStatus
from members.models import Member
from users.models import User


@transaction.atomic
def ask_substitute(*, old: Guarantee, guarantor: Member, why: str, by: User, at: datetime) -> Substitution:
    """An officer asks a member to take a guarantor's place, for as much as the loan still needs of the promise.

    Raises NotRunning, RecourseOpen, SubstitutionOpen, AskedAlready for one who stands for this loan, NotYourOwnLoan,
    and what `refuse_as_guarantor` raises.
    """
    loan, old = _locked(old)
    _refuse_parties(loan, old, guarantor, by)
    if old.status != GuaranteeStatus.ACCEPTED or not old.needed:
        raise SubstitutionOpen("This promise is over, so nobody need take its place.")
    if Guarantee.objects.live().filter(loan=loan, guarantor=guarantor).exists():
        raise AskedAlready(f"{guarantor.name} stands for this loan already. Choose another member.")
    guarantor = locked_member(guarantor.pk)
    refuse_as_guarantor(loan.member_id, guarantor, old.needed, at)
    try:
        with transaction.atomic():
            substitution = Substitution.objects.create(
                old=old, guarantor=guarantor, amount=old.needed, why=why, asked_by=by, asked_at=at
            )
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "loans_one_substitution_waits":
            raise SubstitutionOpen() from refused
        raise
    record("loans.substitution.asked", by=by, subject=substitution, at=at, amount=substitution.amount, why=why)
    messages.tell_of_asking(substitution)
    return substitution


@transaction.atomic
def answer_substitution(*, substitution: Substitution, says_yes: bool, by: User, at: datetime) -> Substitution:
    """The one who is asked says yes, with the words kept, or no. Nothing is held before an officer approves it.

    Saying the same twice changes nothing. Raises NotYourGuarantee, SubstitutionOver, and NotCovered when his free
    savings do not reach now.
    """
    _, substitution = _behind_lock(substitution)
    if substitution.guarantor.user_id != by.pk:
        raise NotYourGuarantee()
    to = SubstitutionStatus.CONSENTED if says_yes else SubstitutionStatus.REFUSED
    if substitution.status == to:
        return substitution
    if substitution.status != SubstitutionStatus.ASKED:
        raise SubstitutionOver()
    if not says_yes:
        transition(substitution, to, by=by, at=at)
    else:
        guarantor = locked_member(substitution.guarantor_id)
        refuse_as_guarantor(substitution.old.loan.member_id, guarantor, substitution.amount, at, own=True)
        account_id = guarantor.savings_account_id
        free = lock_accounts(ids=[account_id])[account_id].free
        if free < substitution.amount:
            raise NotCovered(
                f"You have {naira(free)} free, which is less than {naira(substitution.amount)}. You can only say no."
            )
        transition(
            substitution, to, by=by, at=at, consented_at=at, consent_text=messages.substitution_words(substitution)
        )
    messages.tell_of_substitution_answer(substitution, says_yes=says_yes)
    return substitution


@transaction.atomic
def approve_substitution(*, substitution: Substitution, by: User, at: datetime) -> Guarantee:
    """Hold the new guarantor's savings and only then let the old one go, in one transaction; all are told.

    Approved by another officer than asked. It is refused while the new one does not cover what the loan needs of the
    promise now. Raises SecondPersonNeeded, NotYourOwnLoan, SubstitutionOver, RecourseOpen, NotRunning, NotCovered,
    and ConflictOfInterest for one who voted on the loan.
    """
    loan, substitution = _behind_lock(substitution)
    if substitution.status == SubstitutionStatus.DONE:
        return substitution.new
    if substitution.status != SubstitutionStatus.CONSENTED:
        raise SubstitutionOver()
    old, guarantor = substitution.old, locked_member(substitution.guarantor_id)
    _refuse_parties(loan, old, guarantor, by)
    if substitution.asked_by_id == by.pk:
        raise SecondPersonNeeded()
    if old.status != GuaranteeStatus.ACCEPTED or not old.needed:
        raise SubstitutionOver()
    refuse_as_guarantor(loan.member_id, guarantor, old.needed, at)
    if old.needed > substitution.amount:
        raise NotCovered(
            f"The loan needs {naira(old.needed)} of this promise now, and {guarantor.name} agreed to "
            f"{naira(substitution.amount)}. Ask again for the larger amount."
        )
    balances = lock_accounts(ids=[guarantor.savings_account_id, old.guarantor.savings_account_id, loan.account_id])
    free = balances[guarantor.savings_account_id].free
    if free < old.needed:
        raise NotCovered(
            f"The free savings of {guarantor.name} do not reach {naira(old.needed)}. {old.guarantor.name} stays bound "
            "until somebody covers it."
        )
    new = _stand_instead(loan, substitution, balances[loan.account_id], guarantor, by=by, at=at)
    release_guarantees([old], by=by, at=at)
    transition(substitution, SubstitutionStatus.DONE, by=by, at=at, new=new, decided_by=by, decided_at=at)
    messages.tell_of_substitution(substitution)
    return new


@transaction.atomic
def withdraw_substitution(*, substitution: Substitution, by: User, at: datetime) -> Substitution:
    """Ask the member no longer; the old promise stands. Raises SubstitutionOver."""
    _, substitution = _behind_lock(substitution)
    if substitution.status == SubstitutionStatus.WITHDRAWN:
        return substitution
    if substitution.status not in (SubstitutionStatus.ASKED, SubstitutionStatus.CONSENTED):
        raise SubstitutionOver()
    transition(substitution, SubstitutionStatus.WITHDRAWN, by=by, at=at, decided_by=by, decided_at=at)
    messages.tell_of_no_substitution(substitution)
    return substitution


def _locked(old: Guarantee) -> tuple[Loan, Guarantee]:
    """The loan first, then the promise as it stands behind that lock; refused where the loan does not run freely."""
    if old.loan_id is None:
        raise NotRunning("This loan is not paid out yet. The borrower can ask other guarantors himself.")
    loan = lock_loans([old.loan_id])[old.loan_id]
    old = Guarantee.objects.select_related("guarantor__user", "hold").get(pk=old.pk)
    old.loan = loan
    return loan, old


def _behind_lock(substitution: Substitution) -> tuple[Loan, Substitution]:
    loan, old = _locked(substitution.old)
    substitution = Substitution.objects.select_related("guarantor__user", "new").get(pk=substitution.pk)
    substitution.old = old
    return loan, substitution


def _refuse_parties(loan: Loan, old: Guarantee, guarantor: Member, by: User) -> None:
    if by.pk in {loan.member.user_id, old.guarantor.user_id, guarantor.user_id}:
        raise NotYourOwnLoan()
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so nobody need stand for it.")
    taken_soon = [RecourseStatus.NOTICE_GIVEN, RecourseStatus.SAVINGS_OFFSET]
    if Recourse.objects.filter(loan=loan, status__in=taken_soon).exists():
        raise RecourseOpen("Notice was given on this loan, so who stands for it stays. Withdraw the notice first.")


def _stand_instead(
    loan: Loan, substitution: Substitution, owed: AccountBalance, guarantor: Member, *, by: User, at: datetime
) -> Guarantee:  # fmt: skip
    old = substitution.old
    hold = place_hold(
        account_id=guarantor.savings_account_id, amount=old.needed, purpose=HoldPurpose.GUARANTEE,
        reference=f"substitution/{substitution.pk}", by=by, at=at,
    )  # fmt: skip
    if old.application_id:
        become_a_party(old.application, guarantor)
    new = Guarantee.objects.create(
        application_id=old.application_id, loan=loan, guarantor=guarantor, amount=old.needed, of_principal=owed.balance,
        status=GuaranteeStatus.ACCEPTED, hold=hold, requested_at=substitution.asked_at,
        decided_at=substitution.consented_at, consent_text=substitution.consent_text,
        reason=f"In place of {old.guarantor.name}"[:200],
    )  # fmt: skip
    record("loans.guarantee.accepted", by=by, subject=new, at=at, in_place_of=old.pk, amount=new.amount)
    return new
