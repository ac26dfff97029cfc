"""How far a member's own savings may go to pay his loan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.models import AccountBalance
from loans.models import Loan, Offset
from loans.selectors.register import policy_in_force

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a member's savings may pay his loan, naira; `refused` says why none of it, in words.

    `held` is promised to others or asked for, `must_stay` what the policy leaves on the account.
    """

    savings: Decimal
    held: Decimal
    must_stay: Decimal
    refused: str = ""

    @property
    def free(self) -> Decimal:
        return NOTHING if self.refused else max(min(self.savings - self.held, self.savings - self.must_stay), NOTHING)


def reach(loan: Loan, balance: AccountBalance, *, on: date) -> Reach:
    """How far savings with this balance reach for a loan, by the policy of a day. Raises NoLendingPolicy."""
    policy, refused = policy_in_force(on), ""
    if not policy.savings_may_pay:
        refused = "The society does not let savings pay loans."
    elif loan.version is not None and loan.version.offset_from_savings == Offset.FORBIDDEN:
        refused = "Savings never pay a loan of this kind."
    return Reach(balance.balance, balance.held, policy.savings_must_stay, refused)


def savings_reach(loan: Loan, *, on: date) -> Reach:
    """How far the borrower's savings reach as they stand now; the loan comes with its version and member."""
    return reach(loan, AccountBalance.objects.get(account_id=loan.member.savings_account_id), on=on)
