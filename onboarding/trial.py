"""The trial balance: does it balance, and is each control account the sum of the members' own accounts."""

from collections import defaultdict
from decimal import Decimal
from itertools import combinations

from core.money import naira
from onboarding.books import ZERO, TieOut, TrialLine, Unplaced
from onboarding.problems import Findings, Grade
from onboarding.reading import Record, Records
from onboarding.vocabulary import account_kind

CREDIT_KINDS = frozenset((
    "savings", "voluntary", "shares", "christmas", "reserve", "surplus", "interest_income", "fee_income", "payable",
    "loan_provision",
))  # fmt: skip
CONTROLS = {
    "savings": "members' savings",
    "voluntary": "voluntary savings",
    "shares": "share capital",
    "christmas": "Christmas savings",
    "loans": "loans to members",
}
CAUSES_TRIED = 14  # subsets of so many unplaced amounts are tried as the cause of a difference


def read_trial_balance(sheets: list[Records], findings: Findings) -> list[TrialLine]:
    """The lines of the trial balance; whether it balances and its own totals hold."""
    lines: list[TrialLine] = []
    for sheet in sheets:
        own = [line for record in sheet.data if (line := _line(record, sheet, findings))]
        lines += own
        _check_sums(sheet, own, findings)
    return lines


def _line(record: Record, sheet: Records, findings: Findings) -> TrialLine | None:
    name = record.get("account")
    debit, credit = _sides(record, sheet)
    if not name:
        if debit or credit:
            findings.add(
                "account_unknown", "This line has no account's name. Say which account it is.", **record.at("account")
            )
        return None
    kind = sheet.mapping.accounts.get(record.row) or account_kind(name)
    if kind == "other" and (debit or credit):
        findings.add(
            "account_unknown",
            f"We cannot tell what “{name}” is. Choose one of our accounts for it; until then it goes to the opening "
            "differences.",
            **record.at("account"),
        )
    return TrialLine(record.sheet, record.row, name, kind, debit, credit, _column(record))


def _column(record: Record) -> int | None:
    """The column in which the line's amount stands."""
    return next((record.columns[each] for each in ("debit", "credit", "balance") if record.get(each)), None)


def _sides(record: Record, sheet: Records) -> tuple[Decimal, Decimal]:
    sides = {"DR": ZERO, "CR": ZERO}
    for meaning, usual in (("debit", "DR"), ("credit", "CR"), ("balance", "")):
        if record.get(meaning) is None:
            continue
        amount, side = record.get(meaning)
        if amount is None:
            continue
        if not side and not usual:
            kind = sheet.mapping.accounts.get(record.row) or account_kind(record.get("account") or "")
            usual = "CR" if kind in CREDIT_KINDS else "DR"
        side = side or usual
        if amount < 0:
            side, amount = ("CR" if side == "DR" else "DR"), -amount
        sides[side] += amount
    return sides["DR"], sides["CR"]


def _check_sums(sheet: Records, lines: list[TrialLine], findings: Findings) -> None:
    debits = sum((line.debit for line in lines), ZERO)
    credits = sum((line.credit for line in lines), ZERO)
    broken = any(record.broken & {"debit", "credit", "balance"} for record in sheet.data)
    if broken or not lines:
        return
    if debits != credits:
        findings.add(
            "trial_balance_uneven",
            f"Debits are {naira(debits)} and credits {naira(credits)}, a difference of {naira(debits - credits)}. Find "
            "the line that is wrong; until then the difference goes to the opening differences.",
            sheet=sheet.mapping.sheet,
        )
    for total in sheet.totals:
        for meaning, added in (("debit", debits), ("credit", credits)):
            stated = total.get(meaning)
            if stated is not None and stated[0] is not None and stated[0] != added:
                findings.add(
                    "trial_total_differs",
                    f"The total says {naira(stated[0])}; the lines above add up to {naira(added)}. The lines were "
                    "followed.",
                    **total.at(meaning),
                )


# Tie-out --------------------------------------------------------------------------------------------------------------


def tie_out(
    lines: list[TrialLine],
    members: dict[str, Decimal],
    stated: dict[str, Decimal],
    unplaced: list[Unplaced],
    unread: dict[str, list[str]],
    findings: Findings,
) -> list[TieOut]:
    """Each control account beside the members' accounts, with the causes of its difference.

    `unread` names the cells of each kind that cannot be read: nothing can be explained to the kobo before they are.
    """
    controls: dict[str, Decimal] = {}
    rows: dict[str, TrialLine] = {}
    for line in lines:
        what = "loans" if line.kind.startswith("loans") else line.kind
        if what in CONTROLS:
            natural = line.credit - line.debit if what in CREDIT_KINDS else line.debit - line.credit
            controls[what] = controls.get(what, ZERO) + natural
            rows.setdefault(what, line)
    loose: dict[str, list[Unplaced]] = defaultdict(list)
    for part in unplaced:
        loose[part.what].append(part)
    found = []
    for what, name in CONTROLS.items():
        control, own = controls.get(what), members.get(what, ZERO)
        if control is None and not own:
            continue
        tie = TieOut(what, control, own, stated.get(what))
        found.append(tie)
        if control is None:
            if lines:
                findings.add(
                    "control_absent",
                    f"The members' accounts hold {naira(own)} of {name}, but the trial balance has no such line. "
                    "Check what it is called there.",
                    sheet=lines[0].sheet,
                )
        elif tie.difference:
            _explain(tie, name, rows[what], loose[what], unread.get(what, []), findings)
    return found


def _explain(
    tie: TieOut, name: str, line: TrialLine, loose: list[Unplaced], unread: list[str], findings: Findings
) -> None:
    causes = _causes(tie.difference, loose)
    tie.explained = causes is not None
    tie.causes = [f"{naira(part.amount)}: {part.why}" for part in causes or loose]
    tie.causes += [f"{cell} cannot be read yet" for cell in unread if causes is None]
    more = f"{naira(abs(tie.difference))} {'more' if tie.difference > 0 else 'less'}"
    told = (
        f"The trial balance has {naira(tie.control)} of {name}; the members' own accounts add up to "
        f"{naira(tie.members)}. That is {more} in the trial balance."
    )
    if causes is not None:
        told += f" The cause: {'; '.join(tie.causes)}."
    elif unread:
        told += f" It can be explained once {', '.join(unread)} is corrected."
    else:
        told += " We found no cause; until somebody finds it the difference goes to the opening differences."
    findings.add(
        "control_differs", told, sheet=line.sheet, row=line.row, column=line.column,
        grade=Grade.WARNING if tie.explained or unread else Grade.ERROR,
    )  # fmt: skip


def _causes(difference: Decimal, loose: list[Unplaced]) -> list[Unplaced] | None:
    """The unplaced amounts that add up to the difference: all of them, else the fewest."""
    if loose and sum((part.amount for part in loose), ZERO) == difference:
        return loose
    for size in range(1, min(len(loose), 4) + 1):
        for some in combinations(loose[:CAUSES_TRIED], size):
            if sum((part.amount for part in some), ZERO) == difference:
                return list(some)
    return None
