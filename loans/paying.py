"""How a payment is spread over a loan's instalments, and what it takes to pay the loan off. No queries.

What is due is fixed on the day of registration: a payment goes to the oldest unpaid
instalment first, its interest and then its principal, and money that comes early goes to
the next instalments in the same order. Who pays off the whole loan does not pay the
interest of months that have not begun, and what he paid of it in advance counts towards
the rest: on one day, the figure that pays a loan off falls by exactly what is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.allocation import DueItem, Kind, allocate
from engine.instalments import Instalment
from engine.settlement import RunningMonth, Settlement, SettlementLine, settle_reducing
from loans.models import Installment

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Share:
    """What one payment does to one instalment, in naira.

    `waived` is interest that it makes unnecessary; `interest` is below zero where some of that was paid in advance.
    """

    installment: Installment
    principal: Decimal
    interest: Decimal
    waived: Decimal = NOTHING

    @property
    def paid(self) -> Decimal:
        return self.principal + self.interest


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


def settlement(installments: Sequence[Installment], *, on: date, started_on: date) -> Settlement:
    """What pays a loan off on a day, line by line: the principal, the interest due, and that of the month begun.

    `installments` are all of the loan's, in order; `started_on` is the day when its interest began to run. Interest
    of months that have not begun is not charged. The stored instalments say what each month's interest is, so a flat
    loan, whose interest is the same each month, is paid off by the same rule.
    Raises engine.errors.BadDates for a day before the loan started.
    """
    figure = settle_reducing(
        as_engine(installments), on=on, started_on=started_on, running_month=RunningMonth.FULL
    )  # fmt: skip
    advance = sum((one.interest_paid for one in _not_begun(installments, on, started_on)), NOTHING)
    if not advance:
        return figure
    label = "Interest paid in advance for months that have not begun"
    return Settlement(on, (*figure.lines, SettlementLine("paid_in_advance", label, -advance)))


def spread(installments: Sequence[Installment], amount: Decimal, *, on: date, started_on: date) -> Spread:
    """Where a payment of `amount` naira goes on a day; what exceeds the pay-off figure of that day is surplus.

    `on` is the day of the loan's latest payment where that is later: what was paid since counts.
    """
    unpaid = [one for one in installments if one.unpaid]
    if not unpaid:
        return Spread((), amount, closes=False)
    # The figure is never below this, so most payments need not have it worked out.
    least = sum((one.principal - one.principal_paid for one in unpaid), NOTHING) - sum(
        (one.interest_paid for one in installments if one.due_on > on), NOTHING
    )
    if amount >= least:
        needed = settlement(installments, on=on, started_on=started_on).total
        if amount >= needed:
            return _pay_off(installments, needed, amount - needed)
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


def _not_begun(installments: Sequence[Installment], on: date, started_on: date) -> list[Installment]:
    """The instalments whose month begins on `on` or later; a month begins on the due day before its own."""
    begins = [started_on, *(one.due_on for one in installments)]
    return [one for one, begin in zip(installments, begins, strict=False) if begin >= on]


def _pay_off(installments: Sequence[Installment], needed: Decimal, surplus: Decimal) -> Spread:
    """All principal is paid; the interest charged in all falls on the oldest instalments, the rest of it is waived."""
    paid_before = sum((one.interest_paid for one in installments), NOTHING)
    charged = paid_before + needed - sum((one.principal - one.principal_paid for one in installments), NOTHING)
    shares = []
    for one in installments:
        whole = one.interest - one.interest_waived
        kept = min(charged, whole)
        charged -= kept
        share = Share(one, one.principal - one.principal_paid, kept - one.interest_paid, whole - kept)
        if share.principal or share.interest or share.waived:
            shares.append(share)
    return Spread(tuple(shares), surplus, closes=True)


def _due_item(one: Installment) -> DueItem:
    return DueItem(
        key=one.number,
        kind=Kind.LOAN,
        due_on=one.due_on,
        interest=one.interest - one.interest_paid - one.interest_waived,
        principal=one.principal - one.principal_paid,
    )
