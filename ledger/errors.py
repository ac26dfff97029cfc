"""Every reason why the ledger refuses."""

from core.errors import DomainError


class UnbalancedEntry(DomainError):
    """The debits of an entry differ from its credits, or it has fewer than two lines."""


class ReferenceReused(DomainError):
    """A reference that is in the books already came again with other lines, or another date."""


class BelowFloor(DomainError):
    """The posting would take an account below its floor, or below what is held on it."""


class NotEnoughFree(DomainError):
    """A hold was asked for that is more than the free part of the account."""


class AlreadyReversed(DomainError):
    """The entry was reversed before, or is itself a reversal."""


class HoldReleased(DomainError):
    """The hold was released before."""
