"""Papers of lending as PDF: which words and figures stand on them. No queries."""

from __future__ import annotations

from core import pdf
from core.display import dmy, naira
from core.models import Society
from core.pdf import Block, Line
from loans.models import SettlementQuote
from loans.selectors.quotes import Figures, read_figures


def quote_paper(quote: SettlementQuote, society: Society) -> bytes:
    """What pays a loan off until a day, with the working of every line."""
    loan, figures = quote.loan, read_figures(quote.figures)
    return pdf.paper(
        society=society,
        title="What pays your loan off",
        number=quote.number,
        made_at=quote.made_at,
        blocks=[
            Block(
                before=f"{loan.member.name}\nMember {loan.member.number}, {loan.member.employer}",
                lines=[
                    Line(f"{loan.product} loan", loan.serial),
                    Line("Made on", dmy(quote.made_on)),
                    Line("Good until", dmy(quote.valid_until)),
                ],
            ),
            Block(
                heading=f"{naira(quote.amount)} pays the loan off until {dmy(quote.valid_until)}",
                lines=[*_lines(figures), Line("Pays it off", quote.amount, strong=True)],
            ),
            Block(
                heading="From day to day",
                lines=[
                    Line(f"On {dmy(quote.made_on)}", figures.today),
                    *(Line(_days(step.first, step.last), step.change) for step in figures.steps),
                    Line("A day later it is more by", figures.next_day),
                ],
                after="If you pay earlier and less is owed on that day, the rest is yours: it goes to your voluntary "
                "savings or is given back, as you choose.",
            ),
            Block(
                heading="How to pay",
                before=f"Pay into the society's bank account or at the office, with the number {loan.serial} on the "
                "slip. If anything else is paid on the loan before then, also from your salary, this figure no longer "
                "holds: ask for another.",
            ),
        ],
        foot="The office can confirm this quote by its number. It is made by the system and valid without a signature.",
    )


def _lines(figures: Figures) -> list[Line]:
    found = []
    for line in figures.lines:
        found.append(Line(line.label, line.amount))
        if len(line.parts) > 1 or any(label != line.label for label, _ in line.parts):
            found += [Line(label, amount, level=1) for label, amount in line.parts]
    return found


def _days(first, last) -> str:
    return f"{dmy(first)}: more by" if first == last else f"Each day from {dmy(first)} to {dmy(last)}: more by"
