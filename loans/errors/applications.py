"""Why a request for a loan, an answer to it or a decision on it is refused."""

from core.errors import DomainError
from loans.eligibility import Verdict


class ProductClosed(DomainError):
    """The society does not give this kind of loan on that day."""

    message = "The society does not give this kind of loan now. Choose another kind."
    field = "product"


class NotEligible(DomainError):
    """A rule of the product says no on the day of sending; `verdict` tells each rule and what would pass."""

    def __init__(self, verdict: Verdict):
        first = verdict.refused[0]
        super().__init__(f"{first.title}. {first.sentence}", field=_FIELDS.get(first.code))
        self.verdict = verdict


# Which box of the form a rule is about.
_FIELDS = {
    "amount_limits": "amount",
    "savings_multiple": "amount",
    "deduction_ceiling": "amount",
    "term_limits": "term_months",
}


class DraftExists(DomainError):
    """The member has begun another application and not sent it."""

    message = "You have begun to ask for a loan already. Go on with that one, or delete it first."


class NotTheApplicant(DomainError):
    """Somebody else than the member himself acts on his application."""

    message = "Only the member who asks for the loan may do this."


class AlreadySent(DomainError):
    """An application that was sent in is to be changed: its terms stand."""

    message = "This was sent already and cannot be changed. Withdraw it and ask again."


class NotWaitingForGuarantors(DomainError):
    """A guarantor is to be asked for an application that is with the committee, decided or withdrawn."""

    message = "This request needs no more guarantors."


class NotAChoice(DomainError):
    """The person asked to stand is the borrower himself, or not an active member."""

    message = "This person cannot stand for your loan. Choose another member."
    field = "guarantor"


class AskedAlready(DomainError):
    """The same member is asked twice for one application."""

    message = "You have asked this member already."
    field = "guarantor"


class MoreThanTheLoan(DomainError):
    """A guarantor is asked for nothing, or for more than the whole loan."""

    field = "amount"


class TooManyAsked(DomainError):
    """More members are asked for one loan than one may ask at a time."""

    message = "You are asking as many members as you may. Take back one request before you ask another member."
    field = "guarantor"


class TooManyPromises(DomainError):
    """The member stands for as many loans as one may."""

    message = "This member stands for as many loans as one may. Choose another member."
    field = "guarantor"


class BeyondTheLimits(DomainError):
    """By the lending policy this member may not stand: an officer, one who is late himself, or for too much in all."""

    message = "By the society's rules this member cannot stand for this. Choose another member."
    field = "guarantor"


class NotEnoughToStand(DomainError):
    """The free savings of the member asked are less than the amount he is asked for."""

    message = "This member has not enough free savings to stand for this amount. Ask for less, or choose another."
    field = "amount"


class NotYourGuarantee(DomainError):
    """Somebody else than the member who was asked answers."""

    message = "Only the person who was asked may answer."


class RequestClosed(DomainError):
    """The request was answered or taken back before, or the application is no longer waiting for guarantors."""

    message = "This request is closed. Nothing more is needed from you."


class ConflictOfInterest(DomainError):
    """The guarantor has voted on this very application, or the voter stands for it."""

    message = "You vote on this loan in the committee, so you cannot stand for it as well."


class ApprovalBeyondRequest(DomainError):
    """An approval is for nothing, or for more than the member asked for."""

    message = "Approve what was asked for, or less."
    field = "amount"


class ReasonNeeded(DomainError):
    """A decision against the member comes without a reason for him."""

    message = "Say why, in words that the member will read."
    field = "reason"


class NoQuorum(DomainError):
    """The votes for an approval are fewer than its quorum, or not more than those against."""

    message = "The committee has not enough votes for this yet."
