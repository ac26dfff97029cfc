"""The stored loan in the engine's words, and what the engine says of it in ours. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from engine import servicing
from engine.allocation import Element
from engine.money import ZERO
from engine.schedules import Frequency
from engine.servicing import (
    Effect,
    Event,
    Holiday,
    NewTerms,
    Paid,
    PenaltyBase,
    PenaltyTerms,
    Position,
    Row,
    Rules,
    Use,
    Waived,
    WrittenOff,
)
from engine.settlement import Rebate, RunningMonth, Settlement
from loans.eligibility.cost import DAY_COUNTS, METHODS
from loans.models import ChangeKind, Installment, InstallmentKind, Loan, LoanChange, LoanOrigin, Repayment, RepaymentUse
from loans.states import LoanStatus

if TYPE_CHECKING:
    from loans.models import LoanStanding


def started_on(loan: Loan) -> date | None:
    """When the loan's interest began to run: it was paid out, or granted before it came with the books."""
    if loan.origin == LoanOrigin.OPENING:
        return loan.granted_on
    payout = getattr(loan, "disbursement", None)
    return payout.disbursed_on if payout else None


def rules_of(loan: Loan) -> Rules:
    """The rules under which a loan runs: its own terms, and those of the product version that it was granted under."""
    version = loan.version
    begun = started_on(loan) or loan.granted_on
    terms = {"principal": loan.principal, "rate_percent": loan.annual_rate_percent, "started_on": begun}
    if version is None:
        return Rules(**terms, method=METHODS[loan.method])
    return Rules(
        **terms,
        method=METHODS[loan.method],
        frequency=Frequency(version.frequency),
        day_count=DAY_COUNTS[version.day_count],
        elements=tuple(Element(word) for word in version.elements.split(",")),
        by_element=version.spread == "by_element",
        running_month=RunningMonth(version.running_month),
        rebate=Rebate(version.rebate),
        rebate_percent=version.rebate_percent,
        penalty=PenaltyTerms(
            percent=version.penalty_percent,
            per_days=version.penalty_per_days,
            grace_days=version.penalty_grace_days,
            base=PenaltyBase(version.penalty_base),
            cap_percent=version.penalty_cap_percent,
            in_duplum=version.penalty_in_duplum,
        ),
    )


def position_of(
    loan: Loan, installments: Sequence[Installment], standing: LoanStanding | None, paused: Sequence = ()
) -> Position:
    """How a loan stands, from its live instalments in order and what is stored of its penalties."""
    rules = rules_of(loan)
    position = Position(
        rules, [_row(one) for one in installments], rules.rate_percent, paused=paused,
        is_written_off=loan.status == LoanStatus.WRITTEN_OFF,
    )  # fmt: skip
    # Days cost nothing where there is no penalty: which were counted does not matter then.
    if standing is not None and rules.penalty.percent:
        position.naira_days = standing.late_naira_days
        position.accrued_through = standing.accrued_through
        position.penalty_charged = standing.penalty_charged
        position.penalty_paid = standing.penalty_paid
        position.penalty_waived = standing.penalty_waived
    return position


def beginning_of(loan: Loan, agreed: Sequence[Installment], paused: Sequence = ()) -> Position:
    """How a loan stood on its first day here: the schedule as it was agreed, with nothing paid."""
    rules = rules_of(loan)
    rows = [Row(one.due_on, one.principal, one.interest, one.fee) for one in agreed]
    return Position(rules, rows, rules.rate_percent, paused=paused)


def payment(repayment: Repayment) -> Paid:
    """A repayment as an event of the story."""
    return Paid(
        key=("repayment", repayment.pk), on=repayment.received_on, amount=repayment.amount, use=use_of(repayment.use)
    )


def use_of(word: str) -> Use:
    """What the engine makes of the payer's choice: what is saved or given back, the loan does not take."""
    return Use.DUE if word in (RepaymentUse.SAVINGS, RepaymentUse.REFUND) else Use(word)


def change(one: LoanChange) -> Event:
    """A change as an event of the story."""
    key, terms = ("change", one.pk), one.terms
    if one.kind == ChangeKind.HOLIDAY:
        return Holiday(key=key, on=one.effective_on, periods=terms["months"], interest_runs=terms["interest_runs"])
    if one.kind == ChangeKind.RESTRUCTURE:
        rate = terms.get("annual_rate_percent")
        return NewTerms(
            key=key, on=one.effective_on, instalments=terms["months"], rate_percent=Decimal(rate) if rate else None
        )
    if one.kind == ChangeKind.WAIVER:
        return Waived(
            key=key, on=one.effective_on, interest=Decimal(terms["interest"]), penalty=Decimal(terms["penalty"])
        )
    return WrittenOff(key=key, on=one.effective_on)


def events(
    repayments: Sequence[Repayment], changes: Sequence[LoanChange], more: Sequence[tuple[Event, datetime]] = ()
) -> list[Event]:
    """What happened to a loan, in the order in which it counts: by day, and of one day as it was first entered.

    `more` are events that are only thought of, each with the moment at which it would be entered.
    """
    told = dated(repayments, changes) + [(event.on, entered_at, 0, event) for event, entered_at in more]
    return [event for *_, event in sorted(told, key=lambda row: row[:3])]


def dated(
    repayments: Sequence[Repayment], changes: Sequence[LoanChange]
) -> list[tuple[date, datetime, int, Event]]:  # fmt: skip
    """Payments and changes as events, each with what orders it."""
    told = [(one.received_on, one.entered_at, one.pk, payment(one)) for one in repayments]
    return told + [(one.effective_on, one.decided_at, one.pk, change(one)) for one in changes]


def rest_of(holiday: LoanChange) -> tuple[date, date]:
    """The days of a payment holiday, the last not counted: nothing is charged for lateness and nobody is reminded."""
    days = rules_of(holiday.loan).dates_after(holiday.effective_on, holiday.terms["months"])
    return holiday.effective_on, days[-1]


def shape(rows: Sequence[Row] | Sequence[Installment]) -> list[tuple]:
    """What a schedule asks, without what was paid of it."""
    return [(one.due_on, one.principal, one.interest, one.fee, _is_extra(one)) for one in rows]


def installments_of(loan: Loan, rows: Sequence[Row], generation: int) -> list[Installment]:
    """A schedule as new instalments of a loan, with what was paid of each."""
    return [
        Installment(
            loan=loan, number=_first_number(loan) + place, due_on=row.due_on, principal=row.principal,
            interest=row.interest, fee=row.fee, principal_paid=row.principal_paid, interest_paid=row.interest_paid,
            interest_waived=row.interest_waived, fee_paid=row.fee_paid, generation=generation,
            kind=InstallmentKind.EXTRA if row.is_extra else InstallmentKind.SCHEDULED,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _first_number(loan: Loan) -> int:
    return loan.months_paid_before + 1


def _row(one: Installment) -> Row:
    return Row(
        one.due_on, one.principal, one.interest, one.fee, one.principal_paid, one.interest_paid, one.interest_waived,
        one.fee_paid, one.kind == InstallmentKind.EXTRA,
    )  # fmt: skip


def _is_extra(one: Row | Installment) -> bool:
    return one.is_extra if isinstance(one, Row) else one.kind == InstallmentKind.EXTRA


# What pages show ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment would do to one line of the schedule, in naira."""

    number: int
    due_on: date
    is_extra: bool
    principal: Decimal
    interest: Decimal
    fee: Decimal

    @property
    def paid(self) -> Decimal:
        return self.principal + self.interest + self.fee


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a payment would do to a loan, and how the loan would go on: naira, and the next and last due date.

    Both days are None where it closes the loan. `again` tells that later payments are worked out anew with it.
    """

    effect: Effect
    shares: tuple[Share, ...]
    left: int
    next_instalment: Decimal
    ends_on: date | None
    interest_to_come: Decimal
    next_on: date | None = None
    again: bool = False

    @property
    def applied(self) -> Decimal:
        return self.effect.applied

    @property
    def surplus(self) -> Decimal:
        return self.effect.surplus

    @property
    def penalty(self) -> Decimal:
        return self.effect.penalty

    @property
    def closes(self) -> bool:
        return self.effect.closes

    @property
    def waived(self) -> Decimal:
        return self.effect.interest_waived


def outlook(position: Position, paid: Paid, loan: Loan) -> Outlook:
    """Where a payment would go and what would come after; the position stays as it was."""
    after, (effect,) = servicing.replay(position, [paid])
    return outlook_after(after, effect, paid.on, loan)


def outlook_after(after: Position, effect: Effect, on: date, loan: Loan, *, again: bool = False) -> Outlook:
    """What a payment of `on` did, and how the loan goes on from where it stands after it."""
    rows = after.rows
    shares = tuple(
        Share(
            _first_number(loan) + share.place, rows[share.place].due_on, rows[share.place].is_extra,
            share.principal, share.interest, share.fee,
        )
        for share in effect.shares if share.principal or share.interest or share.fee
    )  # fmt: skip
    to_come = [row for row in rows if row.left]
    following = next((row for row in to_come if row.due_on > on), None)
    return Outlook(
        effect, shares, len(to_come),
        next_instalment=following.left if following else ZERO,
        next_on=following.due_on if following else None,
        again=again,
        ends_on=to_come[-1].due_on if to_come else None,
        interest_to_come=sum((row.interest_left for row in to_come), ZERO),
    )  # fmt: skip


def settlement(position: Position, on: date) -> Settlement:
    """What pays a loan off on a day, line by line, its penalties brought up to the day before."""
    told, _ = servicing.replay(position, [])
    servicing.accrue(told, on - servicing.ONE_DAY)
    return servicing.pay_off(told, on)
