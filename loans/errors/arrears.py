"""Why a night, a provision or a pause is refused."""

from core.errors import DomainError


class DayIsOver(DomainError):
    """Arrears are to be worked out for a day before one that was done already: that day is history."""


class NoLateScheme(DomainError):
    """No table of late classes is in use on that day."""

    message = "The society uses no table of late classes on that day. An administrator sets one."


class DayNotOver(DomainError):
    """A provision is to be posted for a day whose arrears may still change."""

    field = "as_of"


class ProvisionPosted(DomainError):
    """A provision is to be posted for a day that was posted, or before one that was."""

    field = "as_of"


class BadPause(DomainError):
    """A pause is to end before it begins, to begin before the loan did, or to cover days that are paused already."""

    field = "until"
