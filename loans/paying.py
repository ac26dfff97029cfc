"""How a payment is spread over a loan's instalments, and what it takes to pay the loan off. No queries.

What is due is fixed on the day of registration: a payment goes to the oldest unpaid
instalment first, its interest and then its principal, and money that comes early goes to
the next instalments in the same order. Who pays off the whole loan does not pay the
interest of the months that have not begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.allocation import DueItem, Kind, allocate
from engine.instalments import Instalment
from engine.settlement import Rebate, RunningMonth, Settlement, settle_flat, settle_reducing
from loans.models import Installment, InterestMethod, Loan

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Share:
    """What one payment does to one instalment, in naira; `waived` is interest that it makes unnecessary."""

    installment: Installment
    principal: Decimal
    interest: Decimal
    waived: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a payment goes: its shares, what is too much of it, and whether nothing is left to pay afterwards."""

    shares: tuple[Share, ...]
    surplus: Decimal
    closes: bool

    @property
    def principal(self) -> Decimal:
        return sum((share.principal for share in self.shares), NOTHING)

    @property
    def interest(self) -> Decimal:
        return sum((share.interest for share in self.shares), NOTHING)

    @property
    def waived(self) -> Decimal:
        return sum((share.waived for share in self.shares), NOTHING)

    @property
    def applied(self) -> Decimal:
        return self.principal + self.interest


def settlement(loan: Loan, installments: Sequence[Installment], *, on: date, started_on: date) -> Settlement:
    """What pays the loan off on a day, line by line: the principal, the interest due, and that of the month begun.

    `installments` are all of the loan's, in order; `started_on` is the day when its interest began to run. Interest
    of the months that have not begun is not charged, on a reducing balance and on a flat loan alike.
    Raises engine.errors.BadDates for a day before the loan started.
    """
    standing = as_engine(installments)
    if loan.method == InterestMethod.FLAT:
        return settle_flat(
            standing, on=on, started_on=started_on, rebate=Rebate.PRO_RATA, running_month=RunningMonth.FULL
        )
    return settle_reducing(standing, on=on, started_on=started_on, running_month=RunningMonth.FULL)


def spread(
    loan: Loan, installments: Sequence[Installment], amount: Decimal, *, on: date, started_on: date
) -> Spread:  # fmt: skip
    """Where a payment of `amount` naira goes on a day; what exceeds the pay-off figure of that day is surplus."""
    unpaid = [one for one in installments if one.unpaid]
    if not unpaid:
        return Spread((), amount, closes=False)
    # The pay-off figure is never below the principal, so most payments need not have it worked out.
    if amount >= sum((one.principal - one.principal_paid for one in unpaid), NOTHING):
        needed = settlement(loan, installments, on=on, started_on=started_on).total
        if amount >= needed:
            return _pay_off(unpaid, needed, amount - needed)
    by_key = {one.number: one for one in unpaid}
    outcome = allocate(amount, [_due_item(one) for one in unpaid])
    shares = tuple(Share(by_key[part.key], part.principal, part.interest) for part in outcome.parts)
    return Spread(shares, outcome.surplus, closes=False)


def apply(outcome: Spread) -> None:
    """Mark on the instalments in memory what a payment did to them, before the next payment is spread."""
    for share in outcome.shares:
        share.installment.principal_paid += share.principal
        share.installment.interest_paid += share.interest
        share.installment.interest_waived += share.waived


def as_engine(installments: Sequence[Installment]) -> list[Instalment]:
    """Stored instalments in the engine's words; interest that was waived is interest that was never asked."""
    return [
        Instalment(
            number=one.number,
            due_on=one.due_on,
            principal=one.principal,
            interest=one.interest - one.interest_waived,
            principal_paid=one.principal_paid,
            interest_paid=one.interest_paid,
        )
        for one in installments
    ]


def _pay_off(unpaid: Sequence[Installment], needed: Decimal, surplus: Decimal) -> Spread:
    """All principal is paid; the interest that is charged goes to the oldest instalments, the rest is waived."""
    charged = needed - sum((one.principal - one.principal_paid for one in unpaid), NOTHING)
    shares = []
    for one in unpaid:
        interest_left = one.interest - one.interest_paid - one.interest_waived
        interest = min(charged, interest_left)
        charged -= interest
        shares.append(Share(one, one.principal - one.principal_paid, interest, interest_left - interest))
    return Spread(tuple(shares), surplus, closes=True)


def _due_item(one: Installment) -> DueItem:
    return DueItem(
        key=one.number,
        kind=Kind.LOAN,
        due_on=one.due_on,
        interest=one.interest - one.interest_paid - one.interest_waived,
        principal=one.principal - one.principal_paid,
    )
