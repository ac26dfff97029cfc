"""What a change of a loan is, in plain words."""

from __future__ import annotations

from decimal import Decimal

from core.display import dmy, naira, percent, plural
from loans.models import ChangeKind, HolidayReason, LoanChange


def in_words(change: LoanChange, *, says_why: bool = True) -> str:
    """What was asked for, in one sentence without a full stop.

    Why payments rest may be an illness: not for who only stands for the loan (`says_why` False).
    """
    terms = change.terms
    if change.kind == ChangeKind.HOLIDAY:
        interest = "interest runs on meanwhile" if terms["interest_runs"] else "no interest is charged meanwhile"
        rest = plural(terms["months"], "payment rests,payments rest")
        why = f" ({HolidayReason(terms['why']).label.lower()})" if says_why else ""
        return f"{rest} from {dmy(change.effective_on)}{why}; {interest}"
    if change.kind == ChangeKind.RESTRUCTURE:
        rate = terms.get("annual_rate_percent")
        at = f", at {percent(rate, 3)} a year" if rate else ""
        return f"What is owed on {dmy(change.effective_on)} is spread over {plural(terms['months'], 'payment')}{at}"
    if change.kind == ChangeKind.WAIVER:
        parts = [f"{naira(terms[name])} of {name}" for name in ("interest", "penalty") if Decimal(terms[name])]
        return f"Up to {' and '.join(parts)} is let off on {dmy(change.effective_on)}"
    return f"Written off on {dmy(change.effective_on)} by the general meeting, {change.resolution}"
