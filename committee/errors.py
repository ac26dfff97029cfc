"""Every reason why the committee's room refuses."""

from core.errors import DomainError


class NoOpenSitting(DomainError):
    """A vote was cast, or a sitting closed, while none is open."""

    message = "No sitting is open. The chair or the secretary opens one first."


class SittingAlreadyOpen(DomainError):
    """A second sitting would be opened beside the one that is open."""

    message = "A sitting is open already. Close it first."


class NotBeforeTheCommittee(DomainError):
    """The application was decided, withdrawn, or has not come to the committee yet."""

    message = "This application is not before the committee any more. Load the page again."


class HasAnInterest(DomainError):
    """The voter is the applicant or stands surety for the loan."""

    message = "You cannot vote on this one: it is your own loan, or you promised to stand for it."


class VotedBefore(DomainError):
    """One vote each, and it stays as it was cast."""

    message = "You have voted on this application already. A vote is not changed."


class ReasonNeeded(DomainError):
    """A decline without its reason."""

    message = "Write why. The member will read it."
    field = "reason"


class NotACommitteeMember(DomainError):
    """Who votes must be a member of the society in the register."""

    message = "Only a member of the society can vote. Ask the office to link your account to the register."


class DecidedByOneself(DomainError):
    """The chair cannot close a sitting that decides his own application."""

    message = "This sitting decides a loan of your own. Somebody else must close it."
