"""`analyse`: a workbook under a mapping becomes clean rows, a list of problems and a tie-out; nothing is stored."""

from collections import defaultdict
from datetime import date

from core.money import naira
from core.workbooks import Workbook, column_letter
from onboarding.balances import HOLDINGS, LOAN_COLUMNS, read_balances
from onboarding.books import ZERO, Analysis, BalanceRow, LoanRow, MemberRow, Rules, Unplaced
from onboarding.lending import read_loans
from onboarding.mapping import Mapping, SheetMapping, required_label
from onboarding.people import Register, read_members
from onboarding.problems import Findings
from onboarding.reading import Records, read_records
from onboarding.trial import read_trial_balance, tie_out
from onboarding.vocabulary import LABELS, REQUIRED, USEFUL

WHAT_A_SHEET_IS = {
    "members": "the register of members", "balances": "the balances", "loans": "the running loans",
    "trial_balance": "the trial balance",
}  # fmt: skip


def analyse(workbook: Workbook, mapping: Mapping, rules: Rules | None = None) -> Analysis:
    """Read the society's books under this mapping and hold every sheet against the others.

    Raises:
        MappingInvalid: the mapping does not fit the workbook (`Mapping.faults` lists why).
    """
    mapping.hold(workbook)
    rules = rules or Rules()
    findings = Findings()
    usable = _usable_sheets(workbook, mapping, findings)
    as_at = rules.as_at or mapping.as_at
    _check_days(mapping, as_at, findings)
    sheets = {kind: [read_records(workbook, sheet, findings) for sheet in usable[kind]] for kind in WHAT_A_SHEET_IS}
    members, employers, records = read_members(sheets["members"], rules, as_at, findings)
    register = Register(members)
    holding = sheets["balances"] or _balances_of_members(sheets["members"], records)
    balances, unplaced, stated = read_balances(holding, register, findings)
    loans, loose_loans, contested = read_loans(sheets["loans"], register, rules, as_at, findings)
    unplaced += loose_loans
    if usable["loans"] and balances:
        unplaced += _hold_loans_against_balances(balances, loans, contested, holding, findings)
    _tell_what_is_absent(mapping, usable, members, balances, holding, findings)
    lines = read_trial_balance(sheets["trial_balance"], findings)
    sums = {what: sum((getattr(member, what) for member in members), ZERO) for what in HOLDINGS}
    sums["loans"] = sum((loan.balance for loan in loans), ZERO)
    ties = tie_out(lines, sums, stated, unplaced, _unread(holding), findings)
    findings.name_members({(row.sheet, row.row): row.member for row in (*balances, *loans) if row.member})
    return Analysis(
        as_at=as_at,
        employers=employers,
        members=members,
        balances=balances,
        loans=loans,
        trial_balance=lines,
        tie_out=ties,
        unplaced=unplaced,
        problems=findings.in_order([sheet.name for sheet in workbook.sheets]),
    )


# Which sheets can be read ---------------------------------------------------------------------------------------------


def _usable_sheets(workbook: Workbook, mapping: Mapping, findings: Findings) -> dict[str, list[SheetMapping]]:
    for remark in workbook.remarks:
        findings.add("workbook_remark", remark)
    usable: dict[str, list[SheetMapping]] = {kind: [] for kind in WHAT_A_SHEET_IS}
    for sheet in mapping.sheets:
        if sheet.kind == "ignore":
            continue
        if workbook.sheet(sheet.sheet).hidden:
            findings.add("hidden_sheet", f"The sheet {sheet.sheet} is hidden, but it was read. Check that it is meant.",
                         sheet=sheet.sheet)  # fmt: skip
        missing = sheet.lacks(REQUIRED)
        for group in missing:
            findings.add(
                "column_missing",
                f"{WHAT_A_SHEET_IS[sheet.kind].capitalize()} need a column with the {required_label(group)}. Say which "
                "column it is, or add it to the workbook; until then this sheet is not read.",
                sheet=sheet.sheet, row=sheet.header_row,
            )  # fmt: skip
        if missing:
            continue
        for group in sheet.lacks(USEFUL):
            findings.add(
                "column_absent", f"There is no column with the {required_label(group)}. If there is one, say which.",
                sheet=sheet.sheet, row=sheet.header_row,
            )  # fmt: skip
        usable[sheet.kind].append(sheet)
    return usable


def _check_days(mapping: Mapping, as_at: date | None, findings: Findings) -> None:
    if as_at is None:
        findings.add(
            "as_at_missing", "No sheet says for which day the balances are. Enter the day, such as 30 September 2026."
        )
        return
    for sheet in mapping.sheets:
        if sheet.kind != "ignore" and sheet.as_at and sheet.as_at != as_at:
            findings.add(
                "as_at_differs",
                f"{sheet.sheet} is as at {sheet.as_at.day} {sheet.as_at:%B %Y}, the books as at {as_at.day} "
                f"{as_at:%B %Y}. Figures of two days do not tie out; check that this sheet is the right one.",
                sheet=sheet.sheet,
            )


def _balances_of_members(sheets: list[Records], records: dict) -> list[Records]:
    """A register that carries the balances itself serves as the balances sheet, row for row."""
    taken = {id(record) for record in records.values()}
    return [
        Records(sheet.mapping, [record for record in sheet.data if id(record) in taken], sheet.totals)
        for sheet in sheets
        if set(sheet.mapping_columns()) & set(HOLDINGS)
    ]


def _unread(holding: list[Records]) -> dict[str, list[str]]:
    """The cells of balances that cannot be read, by what they hold: a difference may be theirs."""
    cells = defaultdict(list)
    for sheet in holding:
        for record in sheet.data:
            for meaning in record.broken & set(HOLDINGS):
                cells[meaning].append(f"{column_letter(record.columns[meaning])}{record.row} of {record.sheet}")
    return cells


def _tell_what_is_absent(
    mapping: Mapping,
    usable: dict[str, list[SheetMapping]],
    members: list[MemberRow],
    balances: list[BalanceRow],
    holding: list[Records],
    findings: Findings,
) -> None:
    if not mapping.of_kind("members"):
        findings.add("sheet_missing", "No sheet is the register of members. Say which sheet it is, or add one.")
    if not holding and not mapping.of_kind("balances"):
        findings.add("balances_missing", "No sheet holds the members' balances. Say which sheet it is, or add one.")
    if not mapping.of_kind("trial_balance"):
        findings.add(
            "trial_balance_missing",
            "No sheet is the trial balance, so bank, cash and reserves cannot be opened and nothing can be tied out. "
            "Say which sheet it is, or add one.",
        )
    if not mapping.of_kind("loans"):
        owed = sum((amount for row in balances for amount in row.loans.values()), ZERO)
        told = f" The balances sheet shows {naira(owed)} of loans; they cannot be taken over without." if owed else ""
        findings.add(
            "loans_missing",
            f"No sheet lists the running loans with their terms.{told} Say which sheet it is, or add one.",
        )
    if not usable["balances"]:
        return
    for member in members:
        if member.balance_row is None:
            findings.add(
                "balances_absent",
                f"{member.name} ({member.number}) has no row of balances and starts with nothing. Check that this is "
                "right.",
                sheet=member.sheet, row=member.row, member=member.number,
            )  # fmt: skip


# Two sheets on one loan -----------------------------------------------------------------------------------------------


def _hold_loans_against_balances(
    balances: list[BalanceRow],
    loans: list[LoanRow],
    contested: set[tuple[str, str]],
    holding: list[Records],
    findings: Findings,
) -> list[Unplaced]:
    """Tell where the two sheets disagree on what a member owes; the loans sheet wins.

    Gives each difference, as a possible cause of one in the trial balance. Loans that cannot be taken over yet
    (`contested`: member and kind) have their own problem and are not told again here.
    """
    differences = []
    columns = {
        sheet.mapping.sheet: {column.meaning: column.index for column in sheet.mapping.columns} for sheet in holding
    }
    running: dict[tuple[str, str], list[LoanRow]] = defaultdict(list)
    for loan in loans:
        running[loan.member, loan.type].append(loan)
        running[loan.member, ""].append(loan)
    for row in balances:
        if row.member is None:
            continue
        for meaning, kind in LOAN_COLUMNS.items():
            if kind in row.loans and (kind or set(row.loans) == {""}) and (row.member, kind) not in contested:
                where = {"sheet": row.sheet, "row": row.row, "column": columns[row.sheet].get(meaning)}
                differences += _hold(row, kind, LABELS[meaning], running.get((row.member, kind), []), where, findings)
    return differences


def _hold(
    row: BalanceRow, kind: str, label: str, loans: list[LoanRow], where: dict, findings: Findings
) -> list[Unplaced]:
    here, there = row.loans[kind], sum((loan.balance for loan in loans), ZERO)
    if here == there:
        return []
    numbers = ", ".join(loan.number for loan in loans) or None
    where = where | {"member": row.member, "loan": numbers}
    if not loans:
        findings.add(
            "loan_not_on_loans_sheet",
            f"{label} of {naira(here)} is not among the running loans. Add the loan with its terms, or clear the cell; "
            "until then it is left out.",
            **where,
        )
    elif not here:
        findings.add(
            "loan_not_on_balances_sheet",
            f"The loans sheet has {numbers} with {naira(there)} owed; this cell shows nothing. The loans sheet was "
            "followed.",
            **where,
        )
    else:
        off = here - there
        findings.add(
            "loan_balance_differs",
            f"This cell says {naira(here)}, the loans sheet {naira(there)} for {numbers}: {naira(abs(off))} "
            f"{'more' if off > 0 else 'less'} here. The loans sheet was followed.",
            **where,
        )
    why = f"row {row.row} of {row.sheet} shows another balance than the loans sheet for {numbers or label}"
    return [Unplaced(row.sheet, row.row, "loans", here - there, why)]
