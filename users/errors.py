from core.errors import DomainError


class RoleAlreadyHeld(DomainError):
    """Raised when a person is given a role that he holds already."""

    message = "This person has that role already."
    field = "role"


class RoleNotHeld(DomainError):
    """Raised when a role is taken from a person who does not hold it."""

    message = "This person does not have that role."
    field = "role"


class AuditorStandsApart(DomainError):
    """Raised when one person would both audit and do work that is audited."""

    message = "An auditor checks the others' work, so the auditor has no other office. Take the other role away first."
    field = "role"


class NotToYourself(DomainError):
    """Raised when a person gives himself a role."""

    message = "Someone else must give you a role."


class AlreadyJoined(DomainError):
    """Raised when a person who can sign in already is invited again."""

    message = "This person has an account already. Send a new password link instead."


class InvitationNotFound(DomainError):
    """Raised when a link, or a number with its code, is wrong, used, too old or locked; it does not tell which."""

    message = (
        "We could not find an open invitation for this. Check the number and the code on your slip. "
        "A code works once, for 14 days. After 5 wrong tries ask the office for a new one."
    )


class EmailTaken(DomainError):
    """Raised when the chosen e-mail address belongs to another account."""

    message = "Another account uses this e-mail address. Use a different one."
    field = "email"


class TooManyTries(DomainError):
    """Raised when one place sends more invitation codes than a person would."""

    message = "Too many tries from this place. Wait an hour, then try again, or call the office."
