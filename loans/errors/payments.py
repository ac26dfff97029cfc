"""Why money on a loan is refused: a receipt, own savings, a new loan that clears an old one, a quote."""

from core.errors import DomainError


class NotRunning(DomainError):
    """Money came for a loan that is not running: not paid out yet, paid back, or cancelled."""


class PaidTooEarly(DomainError):
    """A payment is dated before the loan was paid out, or before the day on which its balance was taken over."""

    field = "on"


class MoreThanOwed(DomainError):
    """More was received than it takes to pay the loan off on that day."""

    field = "amount"


class NothingDue(DomainError):
    """All of a payment would be saved or given back, because nothing of the loan is due."""

    message = "Nothing of this loan is due on that day. Let the money pay ahead, or record it as savings."
    field = "use"


class CashAlone(DomainError):
    """Money that came by the bank would be given back over the counter."""

    message = "Only cash can be given back at the counter. Let the rest go to savings, or let it pay the loan."
    field = "use"


class SavingsMayNotPay(DomainError):
    """Savings are to pay a loan where policy or product do not let them, or more of them than may go."""

    field = "amount"


class OffsetWaits(DomainError):
    """Savings are asked for a loan for which a request waits already."""

    message = "A request to pay this loan from savings waits already. It must be decided first."


class OffsetDecided(DomainError):
    """The request was decided on, or taken back, before."""

    message = "This request was decided on before. Load the page again to see where it stands."


class TopUpTooSmall(DomainError):
    """A loan does not cover the old one that it has to clear, with the commission and its fees."""


class TopUpDay(DomainError):
    """The old loan has a payment or a change of a later day than the payout that is to clear it."""

    field = "on"


class TopUpWrittenOff(DomainError):
    """The old loan was written off after the new one was asked for: nobody pays out more to who does not pay back."""


class CameByTopUp(DomainError):
    """What a new loan paid on the old one is to be taken back alone."""

    message = "A new loan cleared this one. That cannot be taken back: the new loan runs in its place."


class QuoteDay(DomainError):
    """A quote is asked for a day in the past, before a payment that is recorded, or too far ahead."""

    field = "valid_until"


class ReceiptUsed(DomainError):
    """The reference of a receipt was used before, for another loan, amount or date."""

    message = "This receipt number was used before for another payment. Enter the number on this receipt."
    field = "reference"


class AlreadyReversed(DomainError):
    """The repayment was taken back before."""

    message = "This payment was taken back before."


class CameByPayroll(DomainError):
    """A payment that came with an employer's return was to be taken back alone, out of the return that explains it."""

    message = "This payment came with a payroll return that explains every kobo of it. It cannot be taken back alone."


class CameByRecourse(DomainError):
    """Money that recourse took from the borrower or a guarantor was to be taken back as if it were a mistake."""

    message = (
        "This was taken from savings by recourse, after notice and by two people. It cannot be taken back here. What a "
        "guarantor paid, the borrower pays back to him."
    )
