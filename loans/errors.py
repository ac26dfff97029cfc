"""Every reason why lending refuses: first the asking, then the register and what is paid on it."""

from core.errors import DomainError
from loans.eligibility import Verdict

# Applications and guarantees ------------------------------------------------------------------------------------------


class ProductClosed(DomainError):
    """The society does not give this kind of loan on that day."""

    message = "The society does not give this kind of loan now. Choose another kind."
    field = "product"


class NotEligible(DomainError):
    """A rule of the product says no on the day of sending; `verdict` tells each rule and what would pass."""

    def __init__(self, verdict: Verdict):
        first = verdict.refused[0]
        super().__init__(f"{first.title}. {first.sentence}", field=_FIELDS.get(first.code))
        self.verdict = verdict


# Which box of the form a rule is about.
_FIELDS = {
    "amount_limits": "amount",
    "savings_multiple": "amount",
    "deduction_ceiling": "amount",
    "term_limits": "term_months",
}


class DraftExists(DomainError):
    """The member has begun another application and not sent it."""

    message = "You have begun to ask for a loan already. Go on with that one, or delete it first."


class NotTheApplicant(DomainError):
    """Somebody else than the member himself acts on his application."""

    message = "Only the member who asks for the loan may do this."


class AlreadySent(DomainError):
    """An application that was sent in is to be changed: its terms stand."""

    message = "This was sent already and cannot be changed. Withdraw it and ask again."


class NotWaitingForGuarantors(DomainError):
    """A guarantor is to be asked for an application that is with the committee, decided or withdrawn."""

    message = "This request needs no more guarantors."


class NotAChoice(DomainError):
    """The person asked to stand is the borrower himself, or not an active member."""

    message = "This person cannot stand for your loan. Choose another member."
    field = "guarantor"


class AskedAlready(DomainError):
    """The same member is asked twice for one application."""

    message = "You have asked this member already."
    field = "guarantor"


class MoreThanTheLoan(DomainError):
    """A guarantor is asked for nothing, or for more than the whole loan."""

    field = "amount"


class TooManyAsked(DomainError):
    """More members are asked for one loan than one may ask at a time."""

    message = "You are asking as many members as you may. Take back one request before you ask another member."
    field = "guarantor"


class TooManyPromises(DomainError):
    """The member stands for as many loans as one may."""

    message = "This member stands for as many loans as one may. Choose another member."
    field = "guarantor"


class BeyondTheLimits(DomainError):
    """By the lending policy this member may not stand: an officer, one who is late himself, or for too much in all."""

    message = "By the society's rules this member cannot stand for this. Choose another member."
    field = "guarantor"


class NotEnoughToStand(DomainError):
    """The free savings of the member asked are less than the amount he is asked for."""

    message = "This member has not enough free savings to stand for this amount. Ask for less, or choose another."
    field = "amount"


class NotYourGuarantee(DomainError):
    """Somebody else than the member who was asked answers."""

    message = "Only the person who was asked may answer."


class RequestClosed(DomainError):
    """The request was answered or taken back before, or the application is no longer waiting for guarantors."""

    message = "This request is closed. Nothing more is needed from you."


class ConflictOfInterest(DomainError):
    """The guarantor has voted on this very application, or the voter stands for it."""

    message = "You vote on this loan in the committee, so you cannot stand for it as well."


class ApprovalBeyondRequest(DomainError):
    """An approval is for nothing, or for more than the member asked for."""

    message = "Approve what was asked for, or less."
    field = "amount"


class ReasonNeeded(DomainError):
    """A decision against the member comes without a reason for him."""

    message = "Say why, in words that the member will read."
    field = "reason"


class NoQuorum(DomainError):
    """The votes for an approval are fewer than its quorum, or not more than those against."""

    message = "The committee has not enough votes for this yet."


# The register: registration, disbursement, repayments, closing --------------------------------------------------------


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


class BadSerial(DomainError):
    """A loan comes from the society's books without a number, or with one that is too long to keep."""


class SerialTaken(DomainError):
    """A loan with this serial is in the register already."""


class BadBalance(DomainError):
    """A running loan comes with a balance that is nothing, or more than was lent."""


class HasRepayments(DomainError):
    """Loans that were taken over are to be undone, and payments stand on some of them."""


# Changes of a running loan --------------------------------------------------------------------------------------------


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


# Arrears, provisions, notices -----------------------------------------------------------------------------------------


class DayIsOver(DomainError):
    """Arrears are to be worked out for a day before one that was done already: that day is history."""


class NoLateScheme(DomainError):
    """No table of late classes is in use on that day."""

    message = "The society uses no table of late classes on that day. An administrator sets one."


# Promises in mid-life, recourse, claims -------------------------------------------------------------------------------


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


# Fees and goods -------------------------------------------------------------------------------------------------------


class FeesNotPaid(DomainError):
    """A loan is to be paid out whose fees are paid apart, and were not paid."""


class FeesAlreadyPaid(DomainError):
    """Fees are to be recorded on a loan that has none to be paid apart, or none left."""

    message = "No fee of this loan is waiting to be paid."


class SavingsTooLowForFees(DomainError):
    """The fees that come out of savings are more than what is free of them."""


class NoGoodsNeeded(DomainError):
    """Goods are to be bought for a loan that is no sale of goods."""

    message = "This loan is paid out in money. No goods are bought for it."


class BoughtAlready(DomainError):
    """Goods are to be bought twice for one sale."""

    message = "The goods of this sale were bought already."


class CostDiffers(DomainError):
    """The invoice is not for the cost that was approved."""

    field = "cost"


class InvoiceUsed(DomainError):
    """The same invoice of the same vendor stands behind another sale."""

    message = "This invoice was recorded before, for another sale. Check its number."
    field = "invoice_number"


class NotBoughtYet(DomainError):
    """Goods are to be received that were not bought by then."""

    message = "The goods were not bought yet. Record the purchase first."
    field = "on"


class ReceivedByBuyer(DomainError):
    """Who recorded the purchase says himself that the goods are there."""

    message = "You recorded the purchase yourself. Another person must see the goods and say that they are here."


class GoodsNotReceived(DomainError):
    """Goods are to be sold that the society has not bought or does not hold yet."""

    message = "The society cannot sell what it does not have. Record the purchase and that the goods are here first."


# Products -------------------------------------------------------------------------------------------------------------


class BadProductRules(DomainError):
    """The rules of a new version contradict one another, or no loan by them could be."""


class ProposalWaits(DomainError):
    """Other rules of this product were proposed and wait."""

    message = "Other rules of this kind of loan wait for a second person. Decide on them first, or take them back."


class ProposalDecided(DomainError):
    """The proposal was decided on, or taken back, before."""

    message = "This proposal was decided on before."


class YourOwnProposal(DomainError):
    """Who proposed rules was to put them in force."""

    message = "You proposed these rules yourself. Another person puts them in force."


class VersionFromThatDay(DomainError):
    """A version would begin in the past, or not after the one that is in force began."""

    field = "valid_from"


class DayNotOver(DomainError):
    """A provision is to be posted for a day whose arrears may still change."""

    field = "as_of"


class ProvisionPosted(DomainError):
    """A provision is to be posted for a day that was posted, or before one that was."""

    field = "as_of"


class BadPause(DomainError):
    """A pause is to end before it begins, to begin before the loan did, or to cover days that are paused already."""

    field = "until"
