"""What an analysis hands on: the society's books as rows with clean values, the problems, and how all ties out.

Everything here is plain data. Amounts are Decimal naira with two places, dates are
dates, and every row knows its sheet and its Excel row. What could not be placed
(a row of nobody's, a loan without a member) is not among the rows: it is a problem.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from onboarding.problems import Grade, Problem

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class KnownEmployer:
    """An employer that the site already has."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the site knows beforehand.

    `rates` are yearly rates in percent by kind of loan, used where the workbook gives none; `methods` say of each kind
    whether its interest is `reducing` or `flat`, used where the instalments do not tell;
    `as_at` overrules the date found in the workbook.
    """

    employers: tuple[KnownEmployer, ...] = ()
    rates: dict[str, Decimal] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    guarantors_required: int = 2
    as_at: date | None = None


@dataclass(slots=True)
class EmployerFound:
    """An employer of the workbook: `name` is the full name kept, `spellings` every way it was written."""

    name: str
    code: str
    spellings: list[str]
    members: int = 0
    known: bool = False  # the site already has it
    staff_pattern: str = ""  # e.g. "6 figures", "" where its numbers have no common shape


@dataclass(slots=True)
class MemberRow:
    """One member of the register, with his balances once their row is found.

    `staff_number` is "" where unknown or taken by another; what the workbook claimed then stands in
    `claimed_staff_number`. `employer` is the name of an EmployerFound, "" where unknown. `balance_row` is the
    Excel row on the balances sheet, None where he has none (his balances are then zero). The figures of `balances`
    are savings, voluntary, shares and christmas.
    """

    sheet: str
    row: int
    number: str
    surname: str
    other_names: str
    employer: str = ""
    staff_number: str = ""
    claimed_staff_number: str = ""
    phone: str = ""
    email: str = ""
    joined_on: date | None = None
    monthly_savings: Decimal = ZERO
    monthly_christmas: Decimal = ZERO
    savings: Decimal = ZERO
    voluntary: Decimal = ZERO
    shares: Decimal = ZERO
    christmas: Decimal = ZERO
    balance_row: int | None = None

    @property
    def name(self) -> str:
        return f"{self.surname} {self.other_names}".strip()


@dataclass(slots=True)
class BalanceRow:
    """One row of balances; `member` is None where it belongs to nobody. `loans` is by kind of loan ("" for all)."""

    sheet: str
    row: int
    name: str
    member: str | None
    savings: Decimal = ZERO
    voluntary: Decimal = ZERO
    shares: Decimal = ZERO
    christmas: Decimal = ZERO
    loans: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal | None = None


@dataclass(slots=True)
class LoanRow:
    """One running loan that can be taken over.

    `instalment` is what was agreed (or worked out where the workbook has none), `expected_instalment` what the
    amount, rate and tenor give; `balance` is what the workbook says is owed, `expected_balance` what the months paid
    leave. `method` is `reducing` or `flat`, as the instalment tells. `guarantors` are member numbers, the borrower and
    strangers left out.
    """

    sheet: str
    row: int
    number: str
    member: str
    name: str
    type: str
    granted_on: date
    amount: Decimal
    rate: Decimal
    tenor: int
    instalment: Decimal
    months_paid: int
    balance: Decimal
    method: str = "reducing"
    expected_instalment: Decimal | None = None
    expected_balance: Decimal | None = None
    guarantors: list[str] = field(default_factory=list)
    guarantors_as_written: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TrialLine:
    """One line of the trial balance; `kind` is one of vocabulary.ACCOUNT_KINDS, `column` where its amount stands."""

    sheet: str
    row: int
    account: str
    kind: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    column: int | None = None


@dataclass(slots=True)
class Unplaced:
    """Money of the workbook that no row of ours carries, or two sheets' difference: a possible cause in the tie-out."""

    sheet: str
    row: int
    what: str  # savings, voluntary, shares, christmas or loans
    amount: Decimal
    why: str


@dataclass(slots=True)
class TieOut:
    """One control account held against the members' own accounts.

    `control` is the trial balance's figure (None where it has no such line), `members` the sum of the members'
    accounts, `sheet_total` what the sheet's own last total row says (None where it has none); `difference` is
    control - members; `causes` explain it, and `explained` says whether they do so to the kobo.
    """

    what: str
    control: Decimal | None
    members: Decimal
    sheet_total: Decimal | None = None
    causes: list[str] = field(default_factory=list)
    explained: bool = True

    @property
    def difference(self) -> Decimal:
        return ZERO if self.control is None else self.control - self.members


@dataclass(slots=True)
class Analysis:
    """All that the workbook says, under one mapping: rows, problems in the workbook's order, and the tie-out."""

    as_at: date | None
    employers: list[EmployerFound]
    members: list[MemberRow]
    balances: list[BalanceRow]
    loans: list[LoanRow]
    trial_balance: list[TrialLine]
    tie_out: list[TieOut]
    unplaced: list[Unplaced]
    problems: list[Problem]

    @property
    def totals(self) -> dict[str, int | Decimal]:
        """Counts, and the sums of the members' own accounts in naira."""
        return {
            "members": len(self.members),
            "loans": len(self.loans),
            "savings": sum((member.savings for member in self.members), ZERO),
            "voluntary": sum((member.voluntary for member in self.members), ZERO),
            "shares": sum((member.shares for member in self.members), ZERO),
            "xmas": sum((member.christmas for member in self.members), ZERO),
            "loan_balance": sum((loan.balance for loan in self.loans), ZERO),
        }

    @property
    def blocking(self) -> list[Problem]:
        """The problems that leave nothing safe to post until a person decides."""
        return [problem for problem in self.problems if problem.blocks]

    def count(self, grade: Grade) -> int:
        return sum(1 for problem in self.problems if problem.grade is grade)

    def to_json(self) -> dict:
        """The dry run as the command line prints it: `as_at`, `totals`, `tie_out`, `problems`."""
        return {
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "totals": {name: value if isinstance(value, int) else str(value) for name, value in self.totals.items()},
            "grades": {str(grade): self.count(grade) for grade in Grade},
            "tie_out": [
                {
                    "account": line.what,
                    "control": None if line.control is None else str(line.control),
                    "members": str(line.members),
                    "difference": str(line.difference),
                    "causes": line.causes,
                }
                for line in self.tie_out
            ],
            "problems": [problem.to_json() for problem in self.problems],
        }
