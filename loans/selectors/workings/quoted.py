"""A quote opened: what comes into hand, what is paid back and when, the fees, and the yearly cost of it."""

from __future__ import annotations

from core.display import day, naira, percent, plural
from engine.money import ZERO
from loans.eligibility import Quote
from loans.selectors.workings.shapes import Line, Part, Working, summed, total


def quoted(told: Quote) -> Working:
    """The working of a quote, step by step; no query."""
    word, is_sale = told.charge_word, told.charge_word == "profit"
    return Working("What it costs", f"{naira(told.cost)} beyond what is asked for", (
        _in_hand(told, is_sale),
        *([_fees(told)] if told.fees else []),
        _costs(told, word),
        yearly(told),
        _schedule(told, word),
    ))  # fmt: skip


def _in_hand(told: Quote, is_sale: bool) -> Part:
    lines = [Line("Cost of the goods" if is_sale else "Asked for", told.asked)]
    added = told.principal - told.asked
    if added:
        lines += [Line("Fees added to the loan", added), Line("Lent", told.principal), Line("Fees added", -added)]
    if told.kept_back:
        lines.append(Line("Kept back in fees", -told.kept_back))
    if told.upfront:
        lines.append(Line("Interest taken at the start", -told.upfront))
    if told.paid_before:
        lines.append(Line("Fees paid apart or from savings", -told.paid_before))
    title = "Goods in hand" if is_sale else "Money in hand"
    return Part(title, (*lines, total("In hand", told.in_hand)))


def _fees(told: Quote) -> Part:
    return summed("Fees", [Line(fee.name, fee.amount, note=fee.how) for fee in told.fees if fee.amount], "Fees in all")


def _costs(told: Quote, word: str) -> Part:
    lines = [Line(f"{word.capitalize()} in all", told.total_interest), Line("Fees in all", told.total_fees)]
    return Part("What it costs in naira", (*(line for line in lines if line.amount), total("Cost", told.cost)))


def yearly(told: Quote) -> Part:
    """Both yearly costs with what each means."""
    return Part("What it costs a year", (
        Line("Yearly rate", words=percent(told.nominal_yearly_percent, 2),
             note="the rate of one period times the periods of a year: nominal, Regulation Z, Appendix J"),
        Line("Yearly cost", words=percent(told.yearly_percent, 2),
             note="the same compounded over a year: effective, directive 2008/48/EC"),
    ), (f"At this rate the {plural(len(told.lines), 'payment')} of {naira(told.total)} in all are worth just the "
        f"{naira(told.in_hand)} in hand. Fees and all that is taken at the start count.",))  # fmt: skip


def _schedule(told: Quote, word: str) -> Part:
    rows = [
        Line(
            f"No. {line.number}" + (f", due {day(line.due_on)}" if line.due_on else ""), line.total,
            note=", ".join(filter(None, [
                f"{naira(line.principal)} principal" if line.principal else "",
                f"{naira(line.interest)} {word}" if line.interest else "",
                f"{naira(line.fee)} fee" if line.fee else "", f"{naira(line.closing)} owed after it",
            ])),
        )
        for line in told.lines
    ]  # fmt: skip
    return Part("Payment by payment", (*rows, total("Paid back in all", sum((row.amount for row in rows), ZERO))))
