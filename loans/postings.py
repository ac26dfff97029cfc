"""Business event → journal lines. An accountant can review the lending room from this file alone.

Interest is earned when it is received (cash basis): nothing is posted when an
instalment falls due, and interest that an early pay-off saves was never posted.
Two kinds of income are known before they are earned, and wait as unearned income:
interest that is taken when the loan is paid out, and the profit of goods sold. They are
earned on the loan's due days and never after the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.servicing import Effect
from ledger import chart
from ledger.entries import Line, credit, debit, without_zeros
from loans.models import InterestMethod, Loan, LoanFee

NOTHING = Decimal("0.00")
PAID_OUT = "loan.paid_out"
REPAID = "loan.repaid"
TAKEN_OVER = "loan.taken_over"
WRITTEN_OFF = "loan.written_off"
GOODS_BOUGHT = "loan.goods_bought"
GOODS_SOLD = "loan.goods_sold"
FEE_PAID = "loan.fee_paid"
FEE_REFUNDED = "loan.fee_refunded"
INCOME_EARNED = "loan.income_earned"
INCOME_DEFERRED_AGAIN = "loan.income_deferred_again"
CLAIM_REPAID = "loan.claim_repaid"
PROVISION = "loan.provision"


FEE_ACCOUNTS = {
    "fee_income": chart.FEE_INCOME,
    "insurance": chart.INSURANCE_PAYABLE,
    "commission": chart.COMMISSIONS,
}


def payout(
    *, loan: Loan, bank_id: int, paid: Decimal, accounts: Mapping[str, int], fees: Sequence[LoanFee] = (),
    savings_fees: Sequence[LoanFee] = (), upfront: Decimal = NOTHING,
) -> tuple[Line, ...]:  # fmt: skip
    """Dr the loan with all that is lent · Cr bank with what is paid, the fees kept back, unearned interest.

    `savings_fees` are taken from the borrower's savings in the same entry: Dr savings.
    """
    return without_zeros(
        [
            debit(loan.account_id, paid + upfront + _sum(fees), "Loan paid out"),
            debit(loan.member.savings_account_id, _sum(savings_fees), "Fees of the loan"),
            credit(bank_id, paid),
            *_fee_lines([*fees, *savings_fees], accounts),
            credit(accounts[chart.UNEARNED_INCOME], upfront, "Interest taken at the start"),
        ]
    )


def goods_bought(*, goods_id: int, bank_id: int, cost: Decimal) -> tuple[Line, ...]:
    """Dr goods bought for members · Cr bank."""
    return (debit(goods_id, cost, "Goods bought"), credit(bank_id, cost))


def goods_sold(
    *, loan: Loan, accounts: Mapping[str, int], profit: Decimal, savings_fees: Sequence[LoanFee] = ()
) -> tuple[Line, ...]:  # fmt: skip
    """Dr the member's account with the cost, profit receivable with the profit · Cr goods, deferred profit.

    Fees from savings: Dr savings, Cr where they go.
    """
    return without_zeros(
        [
            debit(loan.account_id, loan.principal, "Goods sold, at cost"),
            debit(accounts[chart.PROFIT_RECEIVABLE], profit, "Profit agreed"),
            debit(loan.member.savings_account_id, _sum(savings_fees), "Fees of the sale"),
            credit(accounts[chart.GOODS], loan.principal),
            credit(accounts[chart.UNEARNED_INCOME], profit, "Profit not yet earned"),
            *_fee_lines(savings_fees, accounts),
        ]
    )


def fee_paid(*, from_account_id: int, fees: Sequence[LoanFee], accounts: Mapping[str, int]) -> tuple[Line, ...]:
    """Dr bank or cash · Cr where the fees go."""
    return (debit(from_account_id, _sum(fees), "Fees of the loan"), *_fee_lines(fees, accounts))


def fee_refunded(*, loan: Loan, fees: Sequence[LoanFee], accounts: Mapping[str, int]) -> tuple[Line, ...]:
    """Dr where the fees went · Cr the member's voluntary savings: the loan was cancelled."""
    return (
        *[debit(accounts[FEE_ACCOUNTS[fee.goes_to]], fee.amount, f"{fee.name}, given back") for fee in fees],
        credit(loan.member.voluntary_account_id, _sum(fees), "Fees given back"),
    )


def income_earned(
    *, method: str, accounts: Mapping[str, int], earned: Decimal, given_back: Decimal = NOTHING
) -> tuple[Line, ...]:
    """Dr unearned income · Cr interest income or profit on goods; profit that is never asked for: Cr its receivable."""
    income = chart.MURABAHA_PROFIT if method == InterestMethod.MURABAHA else chart.INTEREST_INCOME
    return without_zeros(
        [
            debit(accounts[chart.UNEARNED_INCOME], earned + given_back),
            credit(accounts[income], earned, "Earned"),
            credit(accounts[chart.PROFIT_RECEIVABLE], given_back, "Not asked for"),
        ]
    )


def income_deferred_again(
    *, method: str, accounts: Mapping[str, int], earned: Decimal, given_back: Decimal
) -> tuple[Line, ...]:
    """Dr interest income or profit on goods, Dr profit receivable · Cr unearned income.

    It undoes what the end of a loan had earned before its day or given back, for that end was taken back.
    """
    income = chart.MURABAHA_PROFIT if method == InterestMethod.MURABAHA else chart.INTEREST_INCOME
    return without_zeros(
        [
            debit(accounts[income], earned, "Not yet earned after all"),
            debit(accounts[chart.PROFIT_RECEIVABLE], given_back, "Asked for again"),
            credit(accounts[chart.UNEARNED_INCOME], earned + given_back),
        ]
    )


def repayment(
    *, from_account_id: int, loan: Loan, accounts: Mapping[str, int], effect: Effect, surplus: Decimal = NOTHING
) -> tuple[Line, ...]:
    """Dr where the money came from (bank, cash, unallocated remittances, savings) · Cr interest, fee, penalty, loan.

    Interest below zero was paid in advance for months that the loan did not live to see: Dr interest income. What came
    in after a write-off: Cr recoveries. `surplus`: Cr the member's voluntary savings. Of goods that were sold the
    profit was earned before: Cr profit receivable. What is paid there for being late goes to charity, never to us.
    """
    is_sale = loan.method == InterestMethod.MURABAHA
    interest_id = accounts[chart.PROFIT_RECEIVABLE if is_sale else chart.INTEREST_INCOME]
    return without_zeros(
        [
            debit(from_account_id, effect.applied + surplus),
            debit(interest_id, max(-effect.interest, NOTHING), "Interest paid in advance, given back"),
            credit(accounts[chart.CHARITY_PAYABLE if is_sale else chart.PENALTIES], effect.penalty, "Penalty"),
            credit(accounts[chart.FEE_INCOME], effect.fee, "Fee"),
            credit(interest_id, max(effect.interest, NOTHING), "Profit" if is_sale else "Interest"),
            credit(loan.account_id, effect.principal, "Paid back"),
            credit(accounts[chart.RECOVERIES], effect.recovered, "Recovered after the write-off"),
            credit(loan.member.voluntary_account_id, surplus, "Not needed by the loan"),
        ]
    )


def written_off(*, allowance_id: int, loan_account_id: int, lost: Decimal) -> tuple[Line, ...]:
    """Dr the allowance for loan losses with the principal that is given up · Cr the loan."""
    return (debit(allowance_id, lost, "Written off"), credit(loan_account_id, lost))


def taken_over(*, loan_account_id: int, against_id: int, balance: Decimal) -> tuple[Line, ...]:
    """Dr the loan with what is still owed · Cr the account that the society's opening books are set against."""
    return (debit(loan_account_id, balance, "Balance taken over"), credit(against_id, balance))


def claim_repaid(*, from_account_id: int, to: Mapping[int, Decimal]) -> tuple[Line, ...]:
    """Dr where the money came from (bank, cash, the borrower's voluntary savings) · Cr the guarantors' savings.

    `to` is naira by savings account. The claim itself is between two members and stands in no account of the society.
    """
    return (
        debit(from_account_id, sum(to.values(), NOTHING)),
        *(credit(account_id, amount, "Paid back by the borrower") for account_id, amount in sorted(to.items())),
    )


def provision(*, expense_id: int, allowance_id: int, changes: Sequence[tuple[str, Decimal]]) -> tuple[Line, ...]:
    """Dr loan loss provision · Cr allowance with what is set aside more, a line for each class; less: the other way."""
    net = sum((change for _, change in changes), NOTHING)
    return without_zeros(
        [
            debit(expense_id, max(net, NOTHING)),
            credit(expense_id, max(-net, NOTHING)),
            *[debit(allowance_id, max(-change, NOTHING), name) for name, change in changes],
            *[credit(allowance_id, max(change, NOTHING), name) for name, change in changes],
        ]
    )


def _fee_lines(fees: Sequence[LoanFee], accounts: Mapping[str, int]) -> list[Line]:
    return [credit(accounts[FEE_ACCOUNTS[fee.goes_to]], fee.amount, fee.name) for fee in fees]


def _sum(fees: Sequence[LoanFee]) -> Decimal:
    return sum((fee.amount for fee in fees), NOTHING)
