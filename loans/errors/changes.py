"""Why a change of a running loan is refused."""

from core.errors import DomainError


class BadChange(DomainError):
    """The terms of a change are not those of its kind."""


class ChangeWaits(DomainError):
    """A change of the same kind waits for a decision on this loan."""

    message = "A change of this kind waits for a decision already. Decide on that one first, or take it back."


class ChangeDecided(DomainError):
    """The change was decided on, or taken back, before."""

    message = "This change was decided on before."


class ChangeNotStanding(DomainError):
    """A change is to be taken back that is not in force."""

    message = "This change is not in force, so there is nothing to take back."


class YourOwnRequest(DomainError):
    """Who asked for a change was to decide on it."""

    message = "You asked for this change yourself. Another person decides on it."


class TooManyRestructures(DomainError):
    """The loan was given new terms as often as its product allows."""


class WrittenOffSince(DomainError):
    """An event of before a write-off would make another sum of what was written off by resolution."""

    message = "The loan was written off after that day, by resolution, as it stood. Take the write-off back first."
