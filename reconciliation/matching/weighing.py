"""How much speaks for one line being one member's: points, with the reasons in words.

The points are a ranking, tuned on returns whose true answers are known; they decide who
is suggested, never that money is posted.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from reconciliation import causes
from reconciliation.matching.model import Expected, Reason
from reconciliation.matching.roll import Roll, one_figure_apart
from reconciliation.naming import Comparison, Fit
from reconciliation.returns.model import ReturnLine

ENOUGH_TO_SUGGEST = 60
ENOUGH_TO_MENTION = 30
MOST = 95  # only a right number with an agreeing name is surer than this


class Number(Enum):
    """How the staff number on a line stands to a member."""

    SAME = "same"
    CONFIRMED = "confirmed"  # a person once confirmed this number for the member
    SHARED = "shared"  # the register gives it to this member and another
    SLIP = "slip"  # one figure apart
    ANOTHERS = "anothers"
    UNKNOWN = "unknown"
    BLANK = "blank"

    @property
    def points_to_member(self) -> bool:
        return self in (Number.SAME, Number.CONFIRMED, Number.SHARED)


NUMBER_POINTS = {
    Number.SAME: 25,
    Number.CONFIRMED: 24,
    Number.SHARED: 15,
    Number.SLIP: 8,
    Number.ANOTHERS: -4,
    Number.UNKNOWN: 0,
    Number.BLANK: 0,
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One line beside one member."""

    member: int
    points: int
    comparison: Comparison
    number: Number
    owner: int | None = None  # whose the number is, when it is another's


def amount_cause(amount: Decimal, expected: Decimal) -> str:
    """Which of exact, short, over and double_month the two amounts are."""
    if amount == expected:
        return causes.EXACT
    if amount < expected:
        return causes.SHORT
    return causes.DOUBLE_MONTH if expected and amount == 2 * expected else causes.OVER


def weigh(line: ReturnLine, member: int, comparison: Comparison, roll: Roll) -> Weighed:
    """Points for name, amount and number together; 60 and more is worth suggesting."""
    one = roll.expected[member]
    number, owner = number_relation(line, member, roll)
    points = round(comparison.strength * 0.7) + _amount_points(line.amount, one, roll) + NUMBER_POINTS[number]
    return Weighed(member, max(0, min(MOST, points)), comparison, number, owner)


def reasons_for(line: ReturnLine, weighed: Weighed, roll: Roll) -> tuple[Reason, ...]:
    """What speaks for and against this member, in words."""
    one = roll.expected[weighed.member]
    number = number_reason(line, one, weighed.number, weighed.owner)
    return (number, *name_reasons(line, weighed.comparison), amount_reason(line.amount, one.amount))


def worth_suggesting(weighed: Weighed) -> bool:
    """Whether a person may be asked "is it this member?": the name must agree, or the number with part of it."""
    if weighed.points < ENOUGH_TO_SUGGEST:
        return False
    if weighed.comparison.fit >= Fit.NEAR:
        return True
    return weighed.number.points_to_member or (weighed.number is Number.SLIP and weighed.comparison.fit > Fit.NONE)


def _amount_points(amount: Decimal, one: Expected, roll: Roll) -> int:
    if not one.amount:
        return 0
    cause = amount_cause(amount, one.amount)
    if cause == causes.EXACT:
        # An amount that only one or two members owe is nearly a name; 5,000 is everybody's.
        return 22 if roll.amounts[one.amount] <= 2 else 14
    if cause == causes.DOUBLE_MONTH:
        return 8
    return -6 if one.amount / 5 <= amount <= one.amount * 3 else -12


def number_relation(line: ReturnLine, member: int, roll: Roll) -> tuple[Number, int | None]:
    """How the line's number stands to the member, and whose it is when it is another's."""
    if not line.staff_no:
        return Number.BLANK, None
    holders = roll.holders_of(line.staff_no)
    if member in holders:
        return (Number.SHARED if len(holders) > 1 or roll.is_shared(line.staff_no) else Number.SAME), None
    if roll.remembered_number(line.staff_no) == member:
        return Number.CONFIRMED, None
    if one_figure_apart(line.staff_no, roll.expected[member].staff_no):
        return Number.SLIP, min(holders, default=None)
    return (Number.ANOTHERS, min(holders)) if holders else (Number.UNKNOWN, None)


def number_reason(line: ReturnLine, one: Expected, number: Number, owner: int | None) -> Reason:
    registered = f"the register has {one.staff_no}" if one.staff_no else "the register has none for this member"
    written = f"Staff number {line.staff_no}"
    if number is Number.SLIP:
        whose = " and another member's" if owner is not None else ""
        return Reason("-", f"{written} is one figure off{whose}: {registered}")
    return {
        Number.SAME: Reason("+", f"{written} is this member's"),
        Number.CONFIRMED: Reason("+", f"{written} was confirmed for this member before"),
        Number.SHARED: Reason("-", f"The register gives staff number {line.staff_no} to two members"),
        Number.ANOTHERS: Reason("-", f"{written} is another member's: {registered}"),
        Number.UNKNOWN: Reason("-", f"{written} is nobody's: {registered}"),
        Number.BLANK: Reason("-", "The line has no staff number"),
    }[number]


def name_reasons(line: ReturnLine, comparison: Comparison) -> list[Reason]:
    if not line.name.strip():
        return [Reason("-", "The line has no name to check the number by")]
    reasons = []
    if comparison.fit is Fit.FULL:
        reasons.append(Reason("+", "The name is the same"))
    elif comparison.fit is Fit.NONE:
        reasons.append(Reason("-", "The name is another"))
    elif comparison.fit is Fit.CLASH:
        reasons.append(Reason("-", f"Part of the name is another: {' '.join(comparison.extra)} on the return"))
    elif comparison.fit is Fit.WEAK:
        reasons.append(Reason("-", "Too little of the name is written to be sure"))
    elif comparison.fit is Fit.NEAR:
        reasons.append(Reason("+", "The name is nearly the same"))
    else:
        reasons.append(Reason("+", "The names agree"))
    for written, registered in (*comparison.known_spellings, *comparison.slips):
        reasons.append(Reason("-", f"{written} on the return, {registered} in the register"))
    if comparison.left_out and not comparison.contradicts:
        reasons.append(Reason("", f"{' '.join(comparison.left_out)} is left out on the return"))
    if comparison.extra and not comparison.contradicts:
        reasons.append(Reason("-", f"{' '.join(comparison.extra)} is on the return only"))
    return reasons


def amount_reason(amount: Decimal, expected: Decimal) -> Reason:
    if amount == expected:
        return Reason("+", f"The amount is what we asked for, {naira(amount)}")
    if not expected:
        return Reason("-", f"{naira(amount)} came and nothing was asked for")
    if expected and amount == 2 * expected:
        return Reason("-", f"{naira(amount)} is exactly twice the {naira(expected)} we asked for")
    gap, word = abs(amount - expected), "less" if amount < expected else "more"
    return Reason("-", f"{naira(amount)} is {naira(gap)} {word} than we asked for")


def naira(amount: Decimal) -> str:
    return f"{'−' if amount < 0 else ''}₦{abs(amount):,.2f}"
