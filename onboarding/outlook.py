"""What posting a workbook would do, in figures that open to how they were worked out; plain data for the pages.

`outlook` is kept beside the dry run, so that no page has to read the workbook again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from core.workbooks import Sheet, Workbook
from onboarding.books import ZERO, Analysis, TieOut, TrialLine
from onboarding.mapping import Mapping
from onboarding.postings import GENERAL, MEMBER_CONTROLS

SAMPLE_ROWS = 3
SAMPLE_LETTERS = 40
SAMPLE_COLUMNS = 60
ASIDES = 60
ASIDE_LETTERS = 120


def outlook(workbook: Workbook, mapping: Mapping, analysis: Analysis) -> dict:
    """Members, holdings, loans, other accounts, what will be left over, and the first rows of each sheet."""
    return {
        "employers": _employers(analysis),
        "holdings": [_holding(what, analysis) for what in MEMBER_CONTROLS],
        "loans": _loans(analysis),
        "general": [_general(line) for line in _general_lines(analysis)],
        "left_over": _left_over(analysis),
        "accounts": [_account(line) for line in analysis.trial_balance],
        "samples": {sheet.sheet: _sample(workbook.sheet(sheet.sheet), sheet.header_row) for sheet in mapping.sheets},
        "asides": {sheet.sheet: _asides(workbook.sheet(sheet.sheet), sheet.rows) for sheet in mapping.sheets},
    }


def _employers(analysis: Analysis) -> list[list]:
    counts: dict[str, int] = defaultdict(int)
    for member in analysis.members:
        counts[member.employer] += 1
    return [[name or "No employer yet", count] for name, count in sorted(counts.items(), key=lambda each: -each[1])]


def _holding(what: str, analysis: Analysis) -> dict:
    """One of the members' own accounts: how many hold something, by employer, and what the trial balance has."""
    parts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    count, total = 0, ZERO
    for member in analysis.members:
        amount = getattr(member, what)
        if amount:
            parts[member.employer] += amount
            count, total = count + 1, total + amount
    return {
        "what": what,
        "code": MEMBER_CONTROLS[what],
        "count": count,
        "total": str(total),
        "parts": [[name or "No employer yet", str(amount)] for name, amount in sorted(parts.items())],
        **_tie(what, analysis),
    }


def _loans(analysis: Analysis) -> dict:
    """The running loans by kind, with what their guarantors are asked to stand for."""
    kinds: dict[str, list] = {}
    for loan in analysis.loans:
        count, total = kinds.get(loan.type, (0, ZERO))
        kinds[loan.type] = (count + 1, total + loan.balance)
    return {
        "code": "loans",
        "count": len(analysis.loans),
        "total": str(sum((loan.balance for loan in analysis.loans), ZERO)),
        "parts": [[kind, count, str(total)] for kind, (count, total) in sorted(kinds.items())],
        "guarantors": sum(len(loan.guarantors) for loan in analysis.loans),
        **_tie("loans", analysis),
    }


def _tie(what: str, analysis: Analysis) -> dict:
    tie = next((tie for tie in analysis.tie_out if tie.what == what), None)
    if tie is None:
        return {"control": None, "difference": "0.00", "sheet_total": None, "causes": [], "explained": True}
    return {
        "control": None if tie.control is None else str(tie.control),
        "difference": str(tie.difference),
        "sheet_total": None if tie.sheet_total is None else str(tie.sheet_total),
        "causes": tie.causes,
        "explained": tie.explained,
    }


def _general_lines(analysis: Analysis) -> Iterable[TrialLine]:
    return (line for line in analysis.trial_balance if line.kind in GENERAL and (line.debit or line.credit))


def _general(line: TrialLine) -> dict:
    return {
        "account": line.account, "code": GENERAL[line.kind], "sheet": line.sheet, "row": line.row,
        "debit": str(line.debit), "credit": str(line.credit),
    }  # fmt: skip


def _account(line: TrialLine) -> list:
    return [line.sheet, line.row, line.account, line.kind, str(line.debit), str(line.credit)]


def _left_over(analysis: Analysis) -> dict:
    """What will stay on the opening differences, a credit above nil, and the parts that add up to it.

    All that is opened stands against that account, so it keeps exactly what the workbook itself does not tie.
    """
    lent = sum((loan.balance for loan in analysis.loans), ZERO)
    held = sum((getattr(member, what) for member in analysis.members for what in MEMBER_CONTROLS), ZERO)
    general = sum((line.debit - line.credit for line in _general_lines(analysis)), ZERO)
    parts = [part for tie in analysis.tie_out if (part := _part(tie))]
    parts += [
        {
            "what": "unknown",
            "amount": str(line.credit - line.debit),
            "why": [f"“{line.account}” is no account that we keep"],
        }
        for line in analysis.trial_balance
        if line.kind == "other" and line.credit != line.debit
    ]
    uneven = sum((line.debit - line.credit for line in analysis.trial_balance), ZERO)
    if uneven:
        parts.append(
            {"what": "uneven", "amount": str(uneven), "why": ["debits and credits of the trial balance are not equal"]}
        )
    return {"amount": str(lent + general - held), "parts": parts}


def _part(tie: TieOut) -> dict | None:
    """What one control account leaves over: savings that the trial balance has and no member holds stay a credit."""
    sign = -1 if tie.what == "loans" else 1
    amount = sign * ((tie.control or ZERO) - tie.members)
    if not amount:
        return None
    why = list(tie.causes) if tie.control is not None else ["the trial balance has no line for it"]
    return {"what": tie.what, "amount": str(amount), "why": why or ["no cause was found"]}


def _sample(sheet: Sheet | None, header_row: int | None) -> list[list]:
    """The rows on top of a sheet, down to the first ones of its data, with their Excel numbers."""
    if sheet is None:
        return []
    head = header_row or 0
    chosen = [head] if head else []
    for row, cells in sheet.numbered():
        if row > head and any(cell is not None for cell in cells):
            chosen.append(row)
        if len(chosen) >= SAMPLE_ROWS + (1 if head else 0):
            break
    rows = [(row, sheet.rows[row - 1]) for row in chosen if row <= len(sheet.rows)]
    return [[row, [_shown(cell) for cell in cells[:SAMPLE_COLUMNS]]] for row, cells in rows]


def _asides(sheet: Sheet | None, rows: dict[int, str]) -> dict[str, str]:
    """What the rows say that are no data, by Excel row; JSON's keys are text."""
    if sheet is None:
        return {}
    said = {}
    for row in list(rows)[:ASIDES]:
        cells = sheet.rows[row - 1] if row <= len(sheet.rows) else []
        said[str(row)] = ", ".join(_shown(cell) for cell in cells if cell is not None)[:ASIDE_LETTERS]
    return said


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    text = f"{cell:,f}".rstrip("0").rstrip(".") if isinstance(cell, Decimal) and "." in f"{cell:f}" else str(cell)
    return text if len(text) <= SAMPLE_LETTERS else f"{text[: SAMPLE_LETTERS - 1]}…"
