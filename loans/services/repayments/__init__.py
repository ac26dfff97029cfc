"""Money that comes in for loans: the same code for a receipt at the counter and for a payroll return.

A payment of today moves a loan by one step of `engine.servicing`. One that is entered late, and one that is taken
back, make its story be told again from the day when it was agreed: what comes out otherwise than it is in the books is
mirrored and posted anew, each on its own day.
"""

from loans.services.repayments.counter import record_receipt
from loans.services.repayments.payments import Payment, RepaymentResult
from loans.services.repayments.posting import post_repayments, refuse_before_the_start
from loans.services.repayments.taking_back import reverse_repayment
from loans.services.repayments.telling import accounts_of_telling, post_again

__all__ = [
    "Payment",
    "RepaymentResult",
    "accounts_of_telling",
    "post_again",
    "post_repayments",
    "record_receipt",
    "refuse_before_the_start",
    "reverse_repayment",
]
