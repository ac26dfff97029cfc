"""Why the society's workbook, or what a person said about it, can be refused."""

from core.errors import DomainError


class MappingInvalid(DomainError):
    """When a mapping cannot be used with this workbook; `faults` names each by sheet and column."""

    def __init__(self, faults: list) -> None:
        self.faults = faults
        super().__init__(" ".join(str(fault) for fault in faults) or "This mapping cannot be used.", field="mapping")


class StillBlocked(DomainError):
    """The workbook has problems that leave nothing safe to post until a person has decided."""


class ApprovedByItsProposer(DomainError):
    """Who proposed an import may not approve it."""

    message = "You proposed these books, so somebody else must approve them."


class BooksAlreadyIn(DomainError):
    """Another import of this society is in the books."""

    message = "The society's books are in already. Undo that import first if they are to come in again."


class MemberInRegister(DomainError):
    """A member number of the workbook is in the register of this site already, and not from an undone import."""


class UsedSince(DomainError):
    """Something was done with the imported accounts after the import, so it cannot be undone as a whole."""


class BeingPosted(DomainError):
    """Somebody is putting books in, taking them out or changing them at this very moment."""

    message = "Somebody else is working on these books at this moment. Wait a minute and load the page again."


class ReadsDifferently(DomainError):
    """The same workbook reads otherwise than when it was shown, because something on the site has changed."""

    message = (
        "Something on this site has changed since the workbook was read, so it reads differently now. Look at the new "
        "list of problems first, then propose it again."
    )


class MembersExist(DomainError):
    """The first-run page is for a society without members; later its particulars are changed under Records."""

    message = "The society has members already, so it is set up. Its particulars are changed by an administrator."


class EmployerTaken(DomainError):
    """Two employers with one code or one name."""


class MoneyOpened(DomainError):
    """Bank and cash were opened before, by hand or from a trial balance."""

    message = "Bank and cash were opened before. Put a difference right with an entry in the books."
