"""Why a loan is not registered, paid out, or taken over from the old books."""

from core.errors import DomainError


class NoLendingPolicy(DomainError):
    """The society has not said yet how many must decide and what may be let out in a month."""

    message = (
        "The society has no lending policy yet, so no loan can be decided or registered. An administrator sets it on "
        "the page “Lending policy”, under Society in the menu."
    )


class PolicyFromThatDay(DomainError):
    """A lending policy would begin in the past, or on the day of another."""

    message = "A policy begins on this day already. Choose a later day."
    field = "valid_from"


class NotApproved(DomainError):
    """A loan is to be registered whose application has no approval, or is withdrawn or declined."""

    message = "Only an approved application can go into the loan register."


class AlreadyRegistered(DomainError):
    """The application has its loan in the register."""


class NotYourOwnLoan(DomainError):
    """A person handles a loan of his own, or one that he stands for."""

    message = "You have a part in this loan, so somebody else must do this."


class BorrowerNotActive(DomainError):
    """The borrower has left, died, or was entered by mistake since the application was approved."""

    message = "This member is not active, so no loan can be registered or paid out."


class NotReadyToPay(DomainError):
    """The loan waits in the queue, was paid out before, or was cancelled."""


class AlreadyPaidOut(DomainError):
    """The loan was paid out before, with another bank reference."""


class ApproverMayNotPay(DomainError):
    """Who approved the loan, or voted on it, is about to pay it out."""

    message = "You decided on this loan, so somebody else must pay it out."


class FirstPaymentPassed(DomainError):
    """The first instalment would fall due before the money is paid out, or on that day."""


class PaidBeforeRegistered(DomainError):
    """A payout is dated before the day on which the loan was registered or let out of the queue."""

    field = "on"


class BankReferenceUsed(DomainError):
    """Another payout has this bank reference."""

    message = "Another payout has this bank reference. Look at the bank's own slip and enter its number."
    field = "bank_reference"


class BadSerial(DomainError):
    """A loan comes from the society's books without a number, or with one that is too long to keep."""


class SerialTaken(DomainError):
    """A loan with this serial is in the register already."""


class BadBalance(DomainError):
    """A running loan comes with a balance that is nothing, or more than was lent."""


class HasRepayments(DomainError):
    """Loans that were taken over are to be undone, and payments stand on some of them."""
