"""What goes into matching and what comes out."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reconciliation import causes
from reconciliation.returns.model import ReturnLine


@dataclass(frozen=True, slots=True)
class Expected:
    """One member's line of the deduction schedule, with what the register says of him."""

    member: Hashable  # the caller's own key, handed back untouched
    number: str  # "UMCS/0001"
    name: str  # register form, surname first: "SURNAME Given Middle"
    staff_no: str  # blank where the register has none, or has one that is another member's
    amount: Decimal  # zero where nothing is due: the member can be recognised, and is never missing
    claimed_staff_no: str = ""  # a number that the register gives to two members
    items: Any = ()  # what the amount is made of, handed back untouched


@dataclass(frozen=True, slots=True)
class Alias:
    """A number and a name as an employer wrote them, confirmed by a person in an earlier month."""

    member: Hashable
    staff_no: str
    name: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for the match ("+"), against it ("-"), or only explains it ("")."""

    sign: str
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another member whom the line could mean, and why."""

    member: Hashable
    number: str
    name: str
    confidence: int
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Match:
    """What became of one line. Only `matched` may be posted without a person."""

    line: ReturnLine
    state: str
    cause: str
    confidence: int  # 0 to 100: how sure we are of the member, whatever the amount
    expected: Expected | None = None
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def member(self) -> Hashable | None:
        return self.expected.member if self.expected else None

    @property
    def difference(self) -> Decimal | None:
        """Returned less expected; None for a line that is nobody's."""
        return self.line.amount - self.expected.amount if self.expected else None


@dataclass(frozen=True, slots=True)
class Variance:
    """A member expected on the return and not found there; why is for a person to say."""

    expected: Expected
    possible_lines: tuple[ReturnLine, ...] = ()  # unmatched lines that could be his
    cause: str = causes.MISSING

    @property
    def member(self) -> Hashable:
        return self.expected.member

    @property
    def amount(self) -> Decimal:
        return self.expected.amount


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Every line once, in the order of the file, and everybody who was expected in vain."""

    matches: list[Match]
    variances: list[Variance] = field(default_factory=list)

    def total(self, *states: str) -> Decimal:
        """Sum of the lines in these states; of all lines when none is named."""
        chosen = states or causes.STATES
        return sum((match.line.amount for match in self.matches if match.state in chosen), Decimal("0.00"))
