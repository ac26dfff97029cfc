"""What can be wrong in a society's workbook: each kind of problem, its grade, and whether it stops the posting.

`repaired`: put right by itself, nothing to decide (lost zeros, text dates, ₦ in a
cell). `warning`: worth a look; what is posted meanwhile is what the message says.
`error`: a person must decide. An error that `blocks` has nothing safe to post
until then; the others say what is posted meanwhile.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.workbooks import column_letter


class Grade(StrEnum):
    REPAIRED = "repaired"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its usual grade, whether it blocks, and a heading for lists."""

    grade: Grade
    title: str
    blocks: bool = False


R, W, E = Grade.REPAIRED, Grade.WARNING, Grade.ERROR

CATALOGUE: dict[str, Kind] = {
    # the workbook
    "sheet_missing": Kind(E, "A sheet that is needed is not there", blocks=True),
    "loans_missing": Kind(W, "There is no sheet of loans"),
    "balances_missing": Kind(E, "There are no balances", blocks=True),
    "trial_balance_missing": Kind(W, "There is no trial balance"),
    "column_missing": Kind(E, "A column that is needed is not there", blocks=True),
    "column_absent": Kind(W, "A useful column is not there"),
    "as_at_missing": Kind(E, "The date of the books is not written anywhere", blocks=True),
    "as_at_differs": Kind(W, "The sheets carry different dates"),
    "hidden_sheet": Kind(W, "A sheet that is read is hidden"),
    "workbook_remark": Kind(W, "About the file"),
    "row_not_understood": Kind(W, "A row that is neither data nor a total"),
    # cells
    "amount_was_text": Kind(R, "An amount was text"),
    "amount_rounded": Kind(R, "An amount had parts of a kobo"),
    "number_was_text": Kind(R, "A number was text"),
    "date_was_text": Kind(R, "A date was text"),
    "phone_repaired": Kind(R, "A phone number had lost its first zero or was written in another way"),
    "amount_unreadable": Kind(E, "An amount cannot be read", blocks=True),
    "number_unreadable": Kind(E, "A number cannot be read", blocks=True),
    "date_unreadable": Kind(E, "A date cannot be read", blocks=True),
    "cell_unreadable": Kind(E, "A cell has no value to read", blocks=True),
    "phone_unreadable": Kind(W, "A phone number cannot be read"),
    "email_unreadable": Kind(W, "An e-mail address cannot be read"),
    "amount_negative": Kind(E, "An amount is below zero", blocks=True),
    # members
    "member_number_missing": Kind(E, "A member has no number", blocks=True),
    "member_number_repeated": Kind(E, "Two rows carry one member number", blocks=True),
    "name_missing": Kind(E, "A member has no name", blocks=True),
    "name_shared": Kind(W, "Two members have the same name"),
    "employer_alias": Kind(R, "An employer was written in another way"),
    "employer_unsure": Kind(W, "An employer may be another one misspelt"),
    "employer_missing": Kind(W, "A member has no employer"),
    "staff_number_zeros": Kind(R, "A staff number had lost its leading zeros"),
    "staff_number_odd": Kind(W, "A staff number is unlike the employer's others"),
    "staff_number_repeated": Kind(E, "Two members share a staff number"),
    "email_repeated": Kind(W, "Two members share an e-mail address"),
    "joined_missing": Kind(W, "The date of joining is not known"),
    "joined_in_future": Kind(W, "The date of joining lies after the date of the books"),
    # balances
    "matched_by_name": Kind(W, "A row without a member number was given to the only member whose name fits"),
    "member_ambiguous": Kind(E, "A row fits several members", blocks=True),
    "row_without_member": Kind(E, "A row that belongs to no member"),
    "name_contradicts": Kind(W, "Number and name point to different people"),
    "balances_repeated": Kind(E, "A member has two rows of balances", blocks=True),
    "balances_absent": Kind(W, "A member has no row of balances"),
    "row_total_differs": Kind(W, "The total of a row is not the sum of its columns"),
    "column_total_differs": Kind(W, "The total of a column is not the sum of its rows"),
    "loan_balance_differs": Kind(W, "The balances sheet and the loans sheet disagree"),
    "loan_not_on_loans_sheet": Kind(E, "A loan balance that is not on the loans sheet"),
    "loan_not_on_balances_sheet": Kind(W, "A loan that is not on the balances sheet"),
    # loans
    "loan_number_missing": Kind(E, "A loan has no number", blocks=True),
    "loan_number_repeated": Kind(E, "Two loans carry one number", blocks=True),
    "loan_type_unknown": Kind(E, "A kind of loan that we do not know", blocks=True),
    "loan_type_alias": Kind(R, "A kind of loan was written in another way"),
    "loan_without_member": Kind(E, "A loan of somebody who is not in the register", blocks=True),
    "terms_missing": Kind(E, "A loan lacks a term that cannot be worked out", blocks=True),
    "terms_worked_out": Kind(W, "A term of a loan was worked out"),
    "instalment_off": Kind(W, "The instalment does not repay the loan in its time"),
    "balance_off": Kind(W, "The balance is not what the months paid would leave"),
    "balance_with_interest": Kind(W, "The balance seems to include interest not yet earned"),
    "balance_above_amount": Kind(E, "More is owed than was lent", blocks=True),
    "nothing_owed": Kind(W, "A loan with nothing left to pay"),
    "past_its_end": Kind(W, "A loan that should have ended"),
    "months_paid_unlikely": Kind(W, "More months paid than have passed"),
    "granted_in_future": Kind(E, "A loan granted after the date of the books", blocks=True),
    "rate_unusual": Kind(W, "A rate unlike that of the other loans of its kind"),
    "two_of_a_kind": Kind(W, "A member has two running loans of one kind"),
    "guarantor_is_borrower": Kind(E, "The borrower guarantees his own loan"),
    "guarantor_unknown": Kind(E, "A guarantor is not in the register"),
    "guarantor_by_name": Kind(W, "A guarantor was found by name"),
    "guarantor_repeated": Kind(W, "One guarantor is written twice for a loan"),
    "guarantors_few": Kind(W, "A loan has fewer guarantors than the rules ask for"),
    # trial balance
    "trial_balance_uneven": Kind(E, "Debits and credits are not equal"),
    "trial_total_differs": Kind(W, "A total of the trial balance is not the sum of its lines"),
    "account_unknown": Kind(E, "An account that we cannot place"),
    "control_differs": Kind(E, "A control account is not the sum of the members' accounts"),
    "control_absent": Kind(W, "The trial balance has no line for this control account"),
}


@dataclass(slots=True)
class Problem:
    """One thing wrong, where it stands, and what to do.

    `row` is Excel's row number; `column` its column letter, "" for a whole row or sheet;
    `member` and `loan` are the numbers as the workbook writes them, where there is one.
    """

    sheet: str
    row: int | None
    column: str
    grade: Grade
    code: str
    message: str
    member: str | None = None
    loan: str | None = None
    blocks: bool = False

    def to_json(self) -> dict:
        """The problem as the command line and the API show it."""
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "grade": str(self.grade), "code": self.code,
            "member": self.member, "loan": self.loan, "blocks": self.blocks, "message": self.message,
        }  # fmt: skip


GRADE_ORDER = {Grade.ERROR: 0, Grade.WARNING: 1, Grade.REPAIRED: 2}


class Findings:
    """The list that an analysis fills; grade and blocking come from the catalogue unless said otherwise."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(
        self,
        code: str,
        message: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: int | None = None,
        member: str | None = None,
        loan: str | None = None,
        grade: Grade | None = None,
    ) -> Problem:
        """Note a problem; `column` is a 0-based index."""
        kind = CATALOGUE[code]
        problem = Problem(
            sheet, row, "" if column is None else column_letter(column), grade or kind.grade, code, message,
            member, loan, blocks=kind.blocks and grade in (None, Grade.ERROR),
        )  # fmt: skip
        self.problems.append(problem)
        return problem

    def name_members(self, owners: dict[tuple[str, int], str]) -> None:
        """Put the member on problems of rows whose owner was found only after their cells were read."""
        for problem in self.problems:
            if problem.member is None and problem.row is not None:
                problem.member = owners.get((problem.sheet, problem.row))

    def in_order(self, sheets: list[str]) -> list[Problem]:
        """By sheet as in the workbook, then by row and column."""
        place = {name: number for number, name in enumerate(sheets)}
        return sorted(
            self.problems,
            key=lambda each: (place.get(each.sheet, -1), each.row or 0, len(each.column), each.column),
        )
