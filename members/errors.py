"""Every reason why the members' room refuses."""

from core.errors import DomainError


class NumberTaken(DomainError):
    """Another member has this member number, or this staff number with the same employer."""


class NotActive(DomainError):
    """The member has left, died, or was entered by mistake."""

    message = "This member is not active. Ask the office."


class AccountLinked(DomainError):
    """The member has a sign-in of his own, or this sign-in belongs to another member."""

    message = "This member has a sign-in already, or this sign-in is another member's."


class NotEnoughSavings(DomainError):
    """A withdrawal was asked for that is more than the member's free savings."""

    field = "amount"


class SavingsHoldALoan(DomainError):
    """A withdrawal would leave the member with less savings than he still owes."""

    field = "amount"


class NotYourSavings(DomainError):
    """Somebody asked to draw another member's savings."""

    message = "Only the member himself can ask for his savings."


class SamePerson(DomainError):
    """Who asked for the money may not be who pays it."""

    message = "You asked for this withdrawal, so somebody else must pay it."


class NothingToContribute(DomainError):
    """A contribution of nothing at all."""

    message = "Enter how much was paid in."
