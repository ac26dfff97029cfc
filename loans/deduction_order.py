"""What a salary deduction pays first that is smaller than what was asked for: the society's own order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.allocation import LOANS_FIRST, PRO_RATA, SAVINGS_FIRST, AllocationOrder, DueItem, Kind, allocate
from loans.models import LendingPolicy, PayrollOrder

ORDERS: dict[str, AllocationOrder] = {
    PayrollOrder.LOANS_FIRST: LOANS_FIRST,
    PayrollOrder.SAVINGS_FIRST: SAVINGS_FIRST,
    PayrollOrder.PRO_RATA: PRO_RATA,
}
ASKED = {Kind.LOAN: Decimal(20000), Kind.CHRISTMAS: Decimal(5000), Kind.SAVINGS: Decimal(25000)}
CAME = Decimal(30000)


def order_on(day: date) -> PayrollOrder:
    """The order that the society had decided for a day; loans first where it had decided nothing."""
    policy = LendingPolicy.objects.in_force(day)
    return PayrollOrder(policy.payroll_order) if policy else PayrollOrder.LOANS_FIRST


def examples() -> Iterator[tuple[str, dict[str, Decimal]]]:
    """What each order makes of a deduction of ₦30,000 where ₦50,000 was asked for: its name, and naira by kind."""
    items = [DueItem(kind, kind, principal=amount) for kind, amount in ASKED.items()]
    for order in PayrollOrder:
        paid = {part.kind.value: part.total for part in allocate(CAME, items, ORDERS[order]).parts}
        yield order.label, {kind.value: paid.get(kind.value, Decimal(0)) for kind in Kind}
