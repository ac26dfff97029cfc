"""The plan: each instalment, how its interest is reckoned, and what all of them come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.display import day, dmy, naira, percent, plural
from engine.day_counts import DayCount, days_30_360
from engine.money import part_of
from engine.schedules import PERIODS_PER_YEAR, Method
from engine.servicing import Rules
from loans import story
from loans.models import Installment, InstallmentKind, LoanOrigin
from loans.selectors.loan_page import LoanPage
from loans.selectors.workings.owed import month_began, payments_of
from loans.selectors.workings.shapes import NOTHING, Line, Part, Working, came_in, link_of, name_of, summed, total


def instalment(page: LoanPage, number: int) -> Working | None:
    """One instalment: what it asks, how its interest was reckoned, and what paid it; None: there is none."""
    line = next((line for line in page.schedule if line.installment.number == number), None)
    if line is None:
        return None
    one, word = line.installment, page.charge_word.capitalize()
    asks = [Line("Principal", one.principal), Line(word, one.interest)]
    if one.fee:
        asks.append(Line("Fee", one.fee))
    paid = [
        Line(came_in(repayment), amount, entry_id=repayment.entry_id, figure=f"payment-{repayment.pk}")
        for repayment, amount in payments_of(page, one)
    ]
    before = one.paid - sum((row.amount for row in paid), NOTHING)
    if before:
        paid.append(Line("Paid before the plan was changed", before))
    less = [Line("Paid", -one.paid)]
    if one.interest_waived:
        less.append(Line(f"{word} not charged", -one.interest_waived))
    return Working(name_of(one), f"{naira(one.due)} falls due on {dmy(one.due_on)}", (
        Part("What it asks", (*asks, total("Payment", one.due))),
        *([] if one.kind == InstallmentKind.EXTRA else [_reckoned(page, one, line.opening)]),
        *([summed("What was paid of it", paid, "Paid")] if paid else []),
        Part("What is left of it", (Line("Payment", one.due), *less, total("Still to pay", one.unpaid))),
        Part("Principal owed", (
            Line("Before it, by the plan", line.opening), Line("Its principal", -one.principal),
            total("After it", line.closing),
        )),
    ))  # fmt: skip


def _reckoned(page: LoanPage, one: Installment, opening: Decimal) -> Part:
    """How the interest of an instalment comes about; what the formula does not give is said as such."""
    rules, word = story.rules_of(page.loan), page.charge_word
    title = f"How its {word} is reckoned"
    if rules.method is Method.INTEREST_FREE:
        return Part(title, words=("This loan has no interest.",))
    if rules.is_fixed:
        return _fixed(page, rules, one, title)
    began = month_began(page, one)
    share = rules.rate_between(began, one.due_on, page.position.rate_percent)
    note = f"{naira(opening)} × {percent(page.position.rate_percent, 3)} a year × {_time(rules, began, one.due_on)}"
    if rules.method is Method.BULLET and rules.day_count is DayCount.EQUAL_PERIODS:
        share *= page.loan.term_months
        note = note.replace("1/12", f"{page.loan.term_months}/12")
    formula = part_of(opening, share)
    lines = [Line("Principal owed before it", opening), Line(word.capitalize(), formula, note=note)]
    if formula != one.interest:
        lines += [
            Line("Moved here from other days", one.interest - formula,
                 note="money on top in mid-month, months without payment, or a change of the plan"),
            total(f"{word.capitalize()} of this payment", one.interest),
        ]  # fmt: skip
    return Part(title, tuple(lines), ("Rounded once, to the nearest kobo.",))


def _fixed(page: LoanPage, rules: Rules, one: Installment, title: str) -> Part:
    loan, word = page.loan, page.charge_word
    whole = sum((row.interest for row in page.installments), NOTHING)
    count = sum(row.kind == InstallmentKind.SCHEDULED for row in page.installments)
    if rules.method is Method.FLAT_UPFRONT:
        return Part(title, words=("The interest of the whole loan was taken from the money when it was paid out.",))
    lines = [
        Line(f"{word.capitalize()} of the whole loan", whole, figure="plan",
             note=f"{naira(loan.principal)} × {percent(loan.annual_rate_percent, 3)} a year × {loan.term_months}/12"),
        Line("Shared over", words=plural(count, "payment")),
        total(f"{word.capitalize()} of this payment", one.interest),
    ]  # fmt: skip
    return Part(title, tuple(lines), ("The same each time; odd kobo fall on single payments.",))


def _time(rules: Rules, began: date, due_on: date) -> str:
    """The part of a year, as it stands in the formula."""
    if rules.day_count is DayCount.EQUAL_PERIODS:
        return f"1/{PERIODS_PER_YEAR[rules.frequency]}"
    days = (due_on - began).days
    span = f"({day(began)} to {day(due_on)})"
    if rules.day_count is DayCount.THIRTY_360:
        return f"{days_30_360(began, due_on)}/360 {span}"
    if rules.day_count is DayCount.ACTUAL_365:
        return f"{days}/365 {span}"
    return f"{plural(days, 'day')}, each by the days of its year {span}"


def plan(page: LoanPage) -> Working:
    """What all payments come to, and how the plan was made."""
    loan, word = page.loan, page.charge_word
    lines = [Line(name_of(one), one.due, note=_elements(one, word), figure=link_of(one)) for one in page.installments]
    sums = [Line("Principal of all payments", loan.scheduled_principal)]
    sums.append(Line(f"{word.capitalize()} of all payments", page.interest_in_all))
    if page.fees_in_all:
        sums.append(Line("Fees paid with the payments", page.fees_in_all))
    if page.interest_waived:
        sums.append(Line(f"{word.capitalize()} not charged", -page.interest_waived))
    return Working("All payments", f"{naira(page.total_charged)} is to be paid in all", (
        Part("In short", (*sums, total("To be paid in all", page.total_charged)), (how_made(page),)),
        summed("Payment by payment", lines, "All payments"),
        _still(page),
    ))  # fmt: skip


def _elements(one: Installment, word: str) -> str:
    parts = [f"{naira(one.principal)} principal", f"{naira(one.interest)} {word}" if one.interest else ""]
    parts.append(f"{naira(one.fee)} fee" if one.fee else "")
    return ", ".join(part for part in parts if part)


def _still(page: LoanPage) -> Part:
    paid = sum((one.paid for one in page.installments), NOTHING)
    return Part("What is left of it", (
        Line("To be paid in all", page.total_charged), Line("Paid so far", -paid),
        total("All payments to come", page.left),
    ))  # fmt: skip


def how_made(page: LoanPage) -> str:
    """How the plan was made, in a sentence."""
    loan, rules = page.loan, story.rules_of(page.loan)
    rate, term = percent(loan.annual_rate_percent, 3), plural(loan.term_months, "month")
    if loan.origin == LoanOrigin.OPENING:
        return (
            f"The loan came with the society's own books, with {plural(loan.months_paid_before, 'payment')} made and "
            f"{naira(loan.scheduled_principal)} owed on {dmy(loan.registered_on)}. Its agreed payment of "
            f"{naira(loan.instalment)} goes on; the last one clears it."
        )
    return f"{naira(loan.principal)} over {term}. " + {
        Method.FLAT: f"{rate} a year on the whole amount: the same principal and the same interest each time.",
        Method.FLAT_UPFRONT: f"{rate} a year on the whole amount, taken at the start: only principal is paid back.",
        Method.BULLET: f"{rate} a year, paid with the principal in one payment at the end.",
        Method.INTEREST_FREE: "No interest: principal alone is paid back.",
        Method.MURABAHA: f"The profit is {rate} a year of the cost, fixed at the sale: the same each time.",
        Method.EQUAL_PRINCIPAL: f"{rate} a year on what is still owed, and the same principal each time.",
        Method.LEVEL_INSTALMENT: f"{rate} a year on what is still owed, and the same {naira(loan.instalment)} each "
        "time. The last payment clears the loan and may differ by some kobo.",
    }[rules.method]  # fmt: skip
