"""Why promises in mid-life, a recourse or a claim are refused."""

from core.errors import DomainError


class NotLate(DomainError):
    """A recourse is begun or carried on while no payment of the loan is late."""

    message = "No payment of this loan is late, so nothing is taken for it. Withdraw the notice, if there is one."


class NobodyStands(DomainError):
    """A notice is to be given on a loan for which nobody stands and whose borrower has nothing to take."""

    message = "Nobody stands for this loan, and its borrower has no free savings. There is nothing to take."


class RecourseOpen(DomainError):
    """Something is done on a loan that waits for the end of a recourse."""

    message = "Notice was given on this loan already. End that first."


class RecourseOver(DomainError):
    """A step of a recourse that was taken before, or whose recourse has ended."""

    message = "This has moved on already, so nothing was done now. Open the page again to see where it stands."


class FiguresMoved(DomainError):
    """What a person agreed to is another sum by now."""

    message = "The figures have changed since you looked. Look at them again, then decide."


class SecondPersonNeeded(DomainError):
    """Who proposed it is about to approve it."""

    message = "You proposed this, so another person must approve it."


class NoticeRunning(DomainError):
    """Money is to be taken before the notice days are over."""


class NoticeMissing(DomainError):
    """A guarantor who had no notice is to be charged."""


class NotAParty(DomainError):
    """Somebody answers a notice that was not given to him."""

    message = "Only the borrower and those who stand for the loan answer this notice."


class NothingClaimed(DomainError):
    """Money comes for guarantors to whom the member owes nothing."""

    message = "This member owes no guarantor anything."


class SubstitutionOpen(DomainError):
    """Somebody was asked already to take this guarantor's place, or the promise is over."""

    message = "Somebody is asked already to take this place. Take that back first."


class SubstitutionOver(DomainError):
    """A substitution that was answered, done or taken back before."""

    message = "This has moved on already, so nothing was done now. Open the page again to see where it stands."


class NotCovered(DomainError):
    """The new guarantor's free savings, or what he agreed to, do not reach what the loan needs of the promise."""
