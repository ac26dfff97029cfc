"""An instalment as it stands: what was due, and what has been paid of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.errors import BadAmount
from engine.money import ZERO
from engine.schedules import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """Amounts in naira; what is paid of a part is never more than the part (``BadAmount``)."""

    number: int
    due_on: date
    principal: Decimal
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    penalty: Decimal = ZERO
    principal_paid: Decimal = ZERO
    interest_paid: Decimal = ZERO
    fee_paid: Decimal = ZERO
    penalty_paid: Decimal = ZERO

    def __post_init__(self) -> None:
        if not (
            ZERO <= self.principal_paid <= self.principal
            and ZERO <= self.interest_paid <= self.interest
            and ZERO <= self.fee_paid <= self.fee
            and ZERO <= self.penalty_paid <= self.penalty
        ):
            raise BadAmount(f"More is marked as paid on instalment {self.number} than was due. Check its payments.")

    @classmethod
    def unpaid(cls, line: Line) -> "Instalment":
        """Return a line of a schedule as an instalment on which nothing has been paid."""
        if line.due_on is None:
            raise BadAmount(f"Instalment {line.number} has no due date. Make the schedule with dates.")
        return cls(
            number=line.number, due_on=line.due_on, principal=line.principal, interest=line.interest, fee=line.fee
        )

    @property
    def principal_left(self) -> Decimal:
        """Principal still to be paid."""
        return self.principal - self.principal_paid

    @property
    def interest_left(self) -> Decimal:
        """Interest still to be paid."""
        return self.interest - self.interest_paid

    @property
    def fee_left(self) -> Decimal:
        """Fee still to be paid."""
        return self.fee - self.fee_paid

    @property
    def penalty_left(self) -> Decimal:
        """Penalty still to be paid."""
        return self.penalty - self.penalty_paid

    @property
    def scheduled_left(self) -> Decimal:
        """What is still to be paid of what the schedule asked: everything but the penalty."""
        return self.principal_left + self.interest_left + self.fee_left

    @property
    def left(self) -> Decimal:
        """All that is still to be paid."""
        return self.scheduled_left + self.penalty_left


def outstanding_principal(instalments: Iterable[Instalment]) -> Decimal:
    """Return the principal that has not been paid, due or not."""
    return sum((instalment.principal_left for instalment in instalments), ZERO)
