"""How late a loan is on a day, and what that makes of a portfolio."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.errors import BadAmount, BadTable
from engine.instalments import Instalment, outstanding_principal
from engine.money import ZERO, Amount, exact, naira, percent_of, percentage


@dataclass(frozen=True, slots=True)
class Arrears:
    """A loan's arrears on one day; amounts in naira. Nothing overdue: zero days, zero amounts, no instalment."""

    days_past_due: int
    oldest_unpaid_number: int | None
    oldest_unpaid_due_on: date | None
    instalments_overdue: int
    overdue_principal: Decimal
    overdue_interest: Decimal
    overdue_fee: Decimal
    overdue_penalty: Decimal
    outstanding_principal: Decimal  # the whole balance, due or not: what portfolio at risk counts

    @property
    def overdue(self) -> Decimal:
        """All that should have been paid before this day."""
        return self.overdue_principal + self.overdue_interest + self.overdue_fee + self.overdue_penalty


def assess(instalments: Iterable[Instalment], as_of: date) -> Arrears:
    """Return the arrears of a loan on a day.

    Days are counted from the oldest instalment that is not paid in full: a token payment cures nothing. On the due
    date itself an instalment is not yet late. A penalty left unpaid is owed but does not make the loan late.

    Args:
        instalments: all instalments of one loan, in any order, as they stood on that day.
        as_of: the day.
    """
    every = list(instalments)
    late = [one for one in every if one.due_on < as_of]
    unpaid = [one for one in late if one.scheduled_left]
    oldest = min(unpaid, key=lambda one: (one.due_on, one.number), default=None)
    return Arrears(
        days_past_due=(as_of - oldest.due_on).days if oldest else 0,
        oldest_unpaid_number=oldest.number if oldest else None,
        oldest_unpaid_due_on=oldest.due_on if oldest else None,
        instalments_overdue=len(unpaid),
        overdue_principal=sum((one.principal_left for one in late), ZERO),
        overdue_interest=sum((one.interest_left for one in late), ZERO),
        overdue_fee=sum((one.fee_left for one in late), ZERO),
        overdue_penalty=sum((one.penalty_left for one in late), ZERO),
        outstanding_principal=outstanding_principal(every),
    )


@dataclass(frozen=True, slots=True)
class LateClass:
    """One row of a classification table: from so many days past due on, and the percentage to set aside."""

    name: str
    from_days: int
    provision_percent: Decimal = ZERO


class LateClasses:
    """A table of classes by days past due, each running until the next begins.

    Any table is a society's own policy (or its regulator's) with a date from which it holds, so none stands here.

    Raises:
        BadTable: no rows, the first does not begin at 0 days, two begin on the same day, or a percentage is odd.
    """

    def __init__(self, classes: Sequence[LateClass]) -> None:
        self.classes = tuple(sorted(classes, key=lambda row: row.from_days))
        starts = [row.from_days for row in self.classes]
        if not starts or starts[0] != 0:
            raise BadTable("The table must have a class that begins at 0 days past due. Add it.")
        if len(set(starts)) != len(starts):
            raise BadTable("Two classes begin on the same day past due. Change one of them.")
        if any(not 0 <= exact(row.provision_percent, "percentage") <= 100 for row in self.classes):
            raise BadTable("A class sets aside less than nothing or more than the whole. Give 0 to 100 percent.")

    def of(self, days_past_due: int, *, watch_days: int = 0) -> LateClass:
        """Return the class of a loan that is so many days late; under watch it counts as `watch_days` late at least."""
        if min(days_past_due, watch_days) < 0:
            raise BadAmount("A loan cannot be fewer than 0 days late. Check the dates.")
        counted = max(days_past_due, watch_days)
        return max((row for row in self.classes if row.from_days <= counted), key=lambda row: row.from_days)


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """What a portfolio holds in one class."""

    late_class: LateClass
    loans: int
    outstanding: Decimal
    share_percent: Decimal | None  # of the portfolio, two places; None where there is no portfolio
    provision: Decimal


def by_class(portfolio: Iterable[tuple[Amount, int]], table: LateClasses) -> list[ClassTotal]:
    """Return the portfolio by class, every class of the table in order, with what to set aside for each.

    Args:
        portfolio: outstanding principal in naira and days past due of each loan.
        table: the classes.
    """
    counts = dict.fromkeys(table.classes, 0)
    sums = dict.fromkeys(table.classes, ZERO)
    for outstanding, days_past_due in portfolio:
        late_class = table.of(days_past_due)
        counts[late_class] += 1
        sums[late_class] += naira(outstanding, "outstanding principal")
    whole = sum(sums.values(), ZERO)
    return [
        ClassTotal(row, counts[row], held, percentage(held, whole), percent_of(held, row.provision_percent))
        for row, held in sums.items()
    ]


@dataclass(frozen=True, slots=True)
class PortfolioAtRisk:
    """Outstanding principal of loans later than so many days, and its share of the portfolio (None: no portfolio)."""

    more_than_days: int
    at_risk: Decimal
    portfolio: Decimal
    percent: Decimal | None


def portfolio_at_risk(portfolio: Iterable[tuple[Amount, int]], more_than_days: int) -> PortfolioAtRisk:
    """Return the portfolio at risk: the whole balance of each late loan, not only the overdue instalments.

    By the usual naming, PAR1 is any loan with a payment late at all (``more_than_days=0``) and PAR30 is
    ``more_than_days=30``.
    """
    at_risk = whole = ZERO
    for outstanding, days_past_due in portfolio:
        amount = naira(outstanding, "outstanding principal")
        whole += amount
        if days_past_due > more_than_days:
            at_risk += amount
    return PortfolioAtRisk(more_than_days, at_risk, whole, percentage(at_risk, whole))
