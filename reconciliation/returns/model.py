"""What a read return is: one line a person's occurrence, and every problem by its cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from reconciliation.returns.layouts import Layout

NOTHING = Decimal("0.00")

REPAIRED = "repaired"  # read as what was plainly meant
WARNING = "warning"  # worth a look; nothing is left out of the sums
ERROR = "error"  # money that could not be read: a person must decide before anything is posted


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the file: an element (savings, a loan, ...) of a person's deduction."""

    sheet: str
    row: int  # the row number that Excel shows
    element: str  # "" where the file gives one sum a person
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One occurrence of a person on the return, whatever the number of rows it takes."""

    staff_no: str
    name: str  # as written
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), NOTHING)

    @property
    def sheet(self) -> str:
        return self.parts[0].sheet

    @property
    def row(self) -> int:
        return self.parts[0].row

    @property
    def key(self) -> str:
        """Names the line within its file: the sheet and row of its first part."""
        return f"{self.sheet}!{self.row}"

    def by_element(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for part in self.parts:
            sums[part.element] = sums.get(part.element, NOTHING) + part.amount
        return sums


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to know about one cell, row or sheet, with what to do about it."""

    grade: str
    code: str
    sheet: str
    message: str
    row: int | None = None
    column: str = ""  # the Excel letter


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A total that the file itself states, beside what its rows add up to."""

    sheet: str
    row: int
    label: str
    stated: Decimal
    counted: Decimal

    @property
    def difference(self) -> Decimal:
        """Stated less counted: zero where the file proves itself."""
        return self.stated - self.counted


@dataclass(frozen=True, slots=True)
class ParsedReturn:
    """An employer's return as read, before anybody is matched to it."""

    lines: tuple[ReturnLine, ...]
    file_total: Decimal  # the sum of the lines
    stated_totals: tuple[StatedTotal, ...]
    problems: tuple[Problem, ...]
    layout: Layout
    period_seen: str | None = None  # "2026-10", None where the file does not tell or tells two
    sheets_read: tuple[str, ...] = field(default=())

    def errors(self) -> Iterator[Problem]:
        """The problems that forbid posting until a person has decided."""
        return (problem for problem in self.problems if problem.grade == ERROR)
