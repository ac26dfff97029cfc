"""The tables of lending, by topic: products and rules, applications and guarantees, the register of loans."""

from loans.models.applications import Guarantee, LoanApplication, LoanApproval, LoanParty
from loans.models.products import InterestMethod, LendingPolicy, LoanProduct, ProductVersion
from loans.models.register import Allocation, Disbursement, Installment, Loan, LoanOrigin, Repayment, RepaymentChannel

__all__ = [
    "Allocation",
    "Disbursement",
    "Guarantee",
    "Installment",
    "InterestMethod",
    "LendingPolicy",
    "Loan",
    "LoanApplication",
    "LoanApproval",
    "LoanOrigin",
    "LoanParty",
    "LoanProduct",
    "ProductVersion",
    "Repayment",
    "RepaymentChannel",
]
