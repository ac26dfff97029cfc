"""How each figure of a loan's page comes about: the instalments, the entries and the rules behind it.

A figure has a word (`balance`), or a word and the number of what it is about (`payment-17`). A working is gathered when
somebody opens it, so that the page itself stays light.
"""

from __future__ import annotations

from collections.abc import Callable

from loans.selectors.loan_page import LoanPage
from loans.selectors.workings import agreed, lateness, owed, paying, plan
from loans.selectors.workings.shapes import Line, Part, Working

__all__ = ["Line", "Part", "Working", "working_of"]

Told = Callable[[LoanPage, int, bool], Working | None]

FIGURES: dict[str, Told] = {
    "balance": lambda page, _, __: owed.balance(page),
    "interest": lambda page, _, __: owed.interest(page),
    "late": lambda page, _, __: owed.late(page),
    "penalty": lambda page, _, __: lateness.penalty(page),
    "plan": lambda page, _, __: plan.plan(page),
    "terms": lambda page, _, for_office: agreed.terms(page, for_office=for_office),
    "fees": lambda page, _, __: agreed.fees(page),
    "cost": lambda page, _, __: agreed.cost(page),
    "pay-off": lambda page, _, __: paying.pay_off(page),
}
NUMBERED: dict[str, Told] = {
    "instalment": lambda page, number, _: plan.instalment(page, number),
    "payment": lambda page, pk, for_office: paying.payment(page, pk, in_the_books=for_office),
    "promise": lambda page, pk, _: agreed.promise(page, pk),
}


def working_of(figure: str, page: LoanPage, *, for_office: bool) -> Working | None:
    """The working of a figure, for the office with the lines of the books; None where the loan has no such figure."""
    word, _, number = figure.rpartition("-")
    if word in NUMBERED and number.isdecimal():
        return NUMBERED[word](page, int(number), for_office)
    return FIGURES[figure](page, 0, for_office) if figure in FIGURES else None
