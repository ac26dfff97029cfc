"""The penalty for being late: every span of days that counted, its naira-days, and the rule for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.display import day, dmy, naira, percent, plural
from engine import servicing
from engine.penalties import CountedDays, penalty_cap
from engine.servicing import ONE_DAY, Paid
from loans import story
from loans.models import ChangeKind, LoanChange
from loans.selectors.loan_page import LoanPage
from loans.selectors.product_rules import being_late
from loans.selectors.workings.shapes import NOTHING, Line, Part, Working, came_in, total


@dataclass(frozen=True, slots=True)
class LateDays:
    """Days on which an amount of one instalment was late and counted."""

    due_on: date
    base: Decimal
    counted: CountedDays


def late_days(page: LoanPage) -> list[LateDays]:
    """Every span of days behind a loan's penalty, told anew from its first day here; two queries beside the page's."""
    loan, through = page.loan, page.position.accrued_through
    if through is None:
        return []
    changes = list(LoanChange.objects.standing().filter(loan=loan))
    agreed = page.installments
    if any(one.generation for one in agreed):
        agreed = list(loan.installments.filter(generation=0).order_by("number"))
    position = story.beginning_of(loan, agreed, page.position.paused)
    found: list[LateDays] = []

    def count(until: date) -> None:
        found.extend(LateDays(row.due_on, base, counted) for row, base, counted in servicing.late_days(position, until))

    for event in story.events(page.standing_repayments, changes):
        # A payment of the last counted day is told after that day was counted.
        if event.on - ONE_DAY > through:
            break
        count(event.on - ONE_DAY)
        servicing.advance(position, event)
        if isinstance(event, Paid) and position.is_closed:
            return found
    count(through)
    return found


def penalty(page: LoanPage) -> Working:
    """The penalty: charged, paid, let off and left; then its days, its formula and its rules."""
    position, terms, version = page.position, page.position.rules.penalty, page.loan.version
    if version is None or not terms.percent:
        return Working("Penalty for being late", "This loan charges nothing for being late", ())
    rows = late_days(page)
    spans = [
        Line(
            f"Payment due {day(one.due_on)}", words=f"{one.counted.naira_days:,.2f}",
            note=f"{naira(one.base)} × {plural(one.counted.days, 'day')}, {day(one.counted.first)} to "
            f"{day(one.counted.last)}",
        )
        for one in rows
    ]  # fmt: skip
    naira_days = sum((one.counted.naira_days for one in rows), NOTHING)
    if naira_days != position.naira_days:
        spans.append(Line("Counted before a day was put right", words=f"{position.naira_days - naira_days:,.2f}"))
    spans.append(Line("Naira late for one day, in all", words=f"{position.naira_days:,.2f}", is_total=True))
    return Working(
        "Penalty for being late", f"{naira(position.penalty_left)} is to be paid for being late",
        (_sums(page), Part("The days that count", tuple(spans), _pauses(page)), _formula(page), _rules(page)),
    )  # fmt: skip


def _sums(page: LoanPage) -> Part:
    position = page.position
    lines = [Line("Charged so far", position.penalty_charged)]
    lines += [
        Line(f"Paid {came_in(one)}", -one.penalty, entry_id=one.entry_id, figure=f"payment-{one.pk}")
        for one in reversed(page.standing_repayments) if one.penalty
    ]  # fmt: skip
    lines += [
        Line(f"Let off {day(one.effective_on)}", -Decimal(one.terms["penalty"]), entry_id=one.entry_id, note=one.reason)
        for one in (
            LoanChange.objects.standing().filter(loan=page.loan, kind=ChangeKind.WAIVER)
            if position.penalty_waived else ()
        ) if Decimal(one.terms["penalty"])
    ]  # fmt: skip
    return Part("In short", (*lines, total("Still to pay", position.penalty_left)))


def _pauses(page: LoanPage) -> tuple[str, ...]:
    return tuple(
        f"Paused from {day(begin)}" + (f" to before {day(end)}." if end else ", still going on.")
        for begin, end in page.position.paused
    )


def _formula(page: LoanPage) -> Part:
    position, terms = page.position, page.position.rules.penalty
    cap = penalty_cap(
        page.loan.principal, position.outstanding, cap_percent=terms.cap_percent, in_duplum=terms.in_duplum
    )
    lines = [
        Line("Naira-days", words=f"{position.naira_days:,.2f}"),
        Line("Times the rate", words=percent(terms.percent, 2)),
        Line("Divided by", words=plural(terms.per_days, "day")),
    ]
    if cap is not None:
        lines.append(Line("At most", cap))
    through = f"Counted through {dmy(position.accrued_through)}, rounded once at the end."
    return Part("From days to naira", (*lines, total("Charged so far", position.penalty_charged)), (through,))


def _rules(page: LoanPage) -> Part:
    version = page.loan.version
    lines = tuple(Line(rule.name, words=rule.words) for rule in being_late(version))
    return Part("The rule", lines, (f"By the rules of {page.loan.product} loans since {dmy(version.valid.lower)}.",))
