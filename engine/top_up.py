"""A new loan that first clears an old one."""

from dataclasses import dataclass
from decimal import Decimal

from engine.errors import BadAmount
from engine.money import ZERO, Amount, naira, percent_of


@dataclass(frozen=True, slots=True)
class TopUp:
    """Naira; ``new_loan = clears + commission + received``."""

    new_loan: Decimal
    clears: Decimal
    commission: Decimal
    received: Decimal


def top_up(
    new_loan: Amount, old_principal: Amount, commission_percent: Amount = ZERO, *, old_charges: Amount = ZERO
) -> TopUp:
    """Return what is left of a new loan when it has cleared the old one and the commission.

    Args:
        new_loan: naira.
        old_principal: principal outstanding on the old loan; the commission is a percentage of it.
        commission_percent: the society's charge for topping up.
        old_charges: interest, fees and penalties due on the old loan.
    Raises:
        BadAmount: the new loan does not cover what it has to clear.
    """
    principal = naira(old_principal, "old loan")
    clears = principal + naira(old_charges, "charges on the old loan")
    return net_of(new_loan, clears, percent_of(principal, commission_percent))


def net_of(new_loan: Amount, clears: Amount, commission: Amount) -> TopUp:
    """Return what is left of a new loan, given what pays the old one off and the commission, all in naira.

    What was paid in advance on the old loan may make its pay-off figure less than its principal.

    Raises:
        BadAmount: the new loan does not cover what it has to clear.
    """
    lent, clears, commission = naira(new_loan, "new loan"), naira(clears, "pay-off"), naira(commission, "commission")
    if lent < clears + commission:
        raise BadAmount(
            f"The new loan must at least clear the old one and the commission: {clears + commission}. Ask for more."
        )
    return TopUp(lent, clears, commission, lent - clears - commission)
