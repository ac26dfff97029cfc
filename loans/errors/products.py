"""Why rules of a product, a fee or a purchase of goods are refused."""

from core.errors import DomainError


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
