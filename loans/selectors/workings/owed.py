"""What is owed and what was paid: the balance, the interest, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.display import day, dmy, naira, plural
from engine.due_dates import add_months
from engine.money import part_of
from ledger.selectors import StatementLine
from loans.models import Installment
from loans.selectors.loan_page import LoanPage, account_lines
from loans.selectors.workings.shapes import (
    NOTHING,
    Line,
    Part,
    Working,
    came_in,
    link_of,
    name_of,
    paid_note,
    summed,
    total,
)
from loans.states import LoanStatus


def balance(page: LoanPage) -> Working:
    """Principal owed: by instalment, and by the entries of the loan's account."""
    parts = [
        Part("In short", (
            Line("To be paid back", page.loan.scheduled_principal),
            Line("Paid back", -page.principal_paid),
            *([Line("Recovered since it was written off", -page.recovered)] if page.recovered else []),
            total("Still owed", page.owed),
        )),
        summed("By instalment", _unpaid_principal(page.installments), "Principal still to be paid"),
        _in_the_books(account_lines(page.loan)),
    ]  # fmt: skip
    if page.is_written_off:
        parts.append(Part("Why the two differ", words=(
            "The loan was written off: the society took it out of its books by a resolution. The member still owes it.",
        )))  # fmt: skip
    return Working("Principal owed", f"{naira(page.owed)} is owed on {dmy(page.on)}", tuple(parts))


def _unpaid_principal(installments: Sequence[Installment]) -> list[Line]:
    return [
        Line(
            name_of(one), one.principal - one.principal_paid, note=paid_note(one.principal, one.principal_paid),
            figure=link_of(one),
        )
        for one in installments if one.principal
    ]  # fmt: skip


def _in_the_books(lines: Sequence[StatementLine]) -> Part:
    rows = [
        Line(f"{day(one.effective_on)}, {one.narration}", one.change, entry_id=one.entry_id) for one in reversed(lines)
    ]
    return summed("By the entries of its account", rows, "Balance of the account")


def interest(page: LoanPage) -> Working:
    """Interest paid: by instalment and by payment, what was let off, and what has run up to today."""
    word = page.charge_word
    by_instalment = [
        Line(
            name_of(one), one.interest_paid, note=f"of {naira(one.interest - one.interest_waived)}",
            figure=link_of(one),
        )
        for one in page.installments if one.interest
    ]  # fmt: skip
    by_payment = [
        Line(came_in(one), one.interest, entry_id=one.entry_id, figure=f"payment-{one.pk}")
        for one in reversed(page.standing_repayments) if one.interest
    ]  # fmt: skip
    due = [one for one in page.installments if one.due_on <= page.on]
    asked = sum((one.interest - one.interest_waived for one in due), NOTHING)
    so_far = [
        Line("Fallen due so far", asked),
        Line("Of it paid", sum((one.interest_paid for one in due), NOTHING)),
        Line("Paid in advance", page.interest_paid - sum((one.interest_paid for one in due), NOTHING)),
    ]
    words = f"{word.capitalize()} counts as income of the society when it is paid, not before."
    return Working(f"{word.capitalize()} paid", f"{naira(page.interest_paid)} was paid", (
        Part("In short", (
            Line(f"{word.capitalize()} of all payments", page.interest_in_all),
            *([Line("Not charged", -page.interest_waived)] if page.interest_waived else []),
            Line("Paid", -page.interest_paid),
            total("Still to come", page.interest_in_all - page.interest_waived - page.interest_paid),
        )),
        summed("By instalment", by_instalment, "Paid"),
        *([summed("By payment", by_payment, "Paid")] if by_payment else []),
        Part("Up to today", (*(line for line in so_far if line.amount), *_running(page)), (words,)),
    ))  # fmt: skip


def _running(page: LoanPage) -> list[Line]:
    """What the running month has earned by its days: to know it, not to ask for it."""
    coming = next((one for one in page.installments if one.due_on > page.on and one.interest), None)
    if coming is None or page.started_on is None or page.loan.status != LoanStatus.ACTIVE:
        return []
    began = month_began(page, coming)
    days, length = max((page.on - began).days, 0), (coming.due_on - began).days
    earned = part_of(coming.interest - coming.interest_waived, Fraction(days, length))
    note = f"{days} of {plural(length, 'day')} of the {naira(coming.interest)} that falls due on {day(coming.due_on)}"
    return [Line("Run up since, not yet asked for", earned, note=note)]


def month_began(page: LoanPage, one: Installment) -> date:
    """When the days of an instalment begin: the due day before it, or the day when interest began to run.

    The payments before a take-over are not here: a month is counted back then.
    """
    before = [row.due_on for row in page.installments if row.due_on < one.due_on and row.kind == one.kind]
    if not before and page.loan.months_paid_before:
        before = [add_months(one.due_on, -1)]
    return min(max([page.started_on or page.loan.granted_on, *before]), one.due_on)


def late(page: LoanPage) -> Working:
    """What is late: each instalment with what was paid of it, when and by which payment, and its days."""
    lines = [
        Line(
            name_of(one), one.unpaid, figure=link_of(one),
            note="; ".join(filter(None, [
                f"{plural((page.on - one.due_on).days, 'day')} late",
                paid_note(one.due, one.paid, one.interest_waived), paid_by(page, one),
            ])),
        )
        for one in page.late
    ]  # fmt: skip
    days = (page.on - page.late[0].due_on).days if page.late else 0
    return Working("What is late", f"{naira(page.overdue)} is late on {dmy(page.on)}", (
        summed("By instalment", lines, "Late in all"),
        Part("How the days are counted", words=(
            f"{plural(days, 'day')}: from the due day of the oldest payment that is not paid in full to today. To pay "
            "a part of it makes less late, but does not change the day.",
        )),
        *([Part("To pay now", (
            Line("Late", page.overdue), Line("Penalty", page.position.penalty_left, figure="penalty"),
            total("In all", page.overdue + page.position.penalty_left),
        ))] if page.position.penalty_left else []),
    ))  # fmt: skip


def paid_by(page: LoanPage, one: Installment) -> str:
    """Which payments paid an instalment: `₦5,000.00 on 28 Nov 2026, TLR 12`."""
    return ", ".join(f"{naira(part)} on {came_in(repayment)}" for repayment, part in payments_of(page, one))


def payments_of(page: LoanPage, one: Installment) -> list[tuple]:
    """The payments that went to an instalment with their part of it, the first first.

    An instalment of a new plan that kept its day has the payments of the one that it replaced.
    """
    found = []
    for repayment in reversed(page.standing_repayments):
        for part in repayment.allocations.all():
            theirs = part.installment
            if theirs.pk == one.pk or (
                theirs.generation < one.generation and (theirs.due_on, theirs.kind) == (one.due_on, one.kind)
            ):
                amount: Decimal = part.principal + part.interest + part.fee
                if amount:
                    found.append((repayment, amount))
    return found
