"""What a person said about a sheet, made into its mapping: the rest of the workbook's mapping stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from core.workbooks import Sheet, Workbook
from onboarding import mapping
from onboarding.mapping import ColumnMapping, SheetMapping
from onboarding.proposing import accounts_of, headings, match_heading, special_rows

SAID = "You said so."


def said_about(
    before: SheetMapping,
    sheet: Sheet,
    *,
    kind: str,
    header_row: int | None,
    meanings: Mapping[int, str],
    rows: Mapping[int, str],
    left_out: Iterable[int],
    accounts: Mapping[int, str],
) -> SheetMapping:
    """The sheet's mapping after a person's answers.

    Another kind of sheet, or another row of headings, makes us read the headings anew: the answers about columns were
    given about something else then, and are not used.
    """
    if kind != before.kind or header_row != before.header_row:
        return proposed_as(before, sheet, kind=kind, header_row=header_row)
    columns = [_column(column, meanings.get(column.index, column.meaning)) for column in before.columns]
    said = replace(before, columns=columns, rows=_rows(sheet, header_row, rows, left_out))
    if kind == "trial_balance":
        said.accounts = accounts_of(sheet, said) | dict(accounts)
    return said


def proposed_as(before: SheetMapping, sheet: Sheet, *, kind: str, header_row: int | None) -> SheetMapping:
    """The sheet read as a sheet of this kind with its headings in this row."""
    taken: set[str] = set()
    columns = []
    ways_of_columns = headings(sheet, header_row) if header_row else [[] for _ in range(sheet.width)]
    for index, ways in enumerate(ways_of_columns):
        column = ColumnMapping(index, ways[0] if ways else "")
        found = None if kind == "ignore" else _best(ways, kind)
        if found and found[0] not in taken:
            column.meaning, column.confidence, column.reason = found
            taken |= {column.meaning} - {""}
        columns.append(column)
    said = replace(
        before, kind=kind, header_row=header_row, columns=columns, rows={}, accounts={}, confidence=100, reason=SAID
    )
    if kind != "ignore":
        said.rows = special_rows(sheet, said)
    if kind == "trial_balance":
        said.accounts = accounts_of(sheet, said)
    return said


def changed(whole: mapping.Mapping, place: int, workbook: Workbook, **answers) -> mapping.Mapping:
    """The workbook's mapping with other answers about one of its sheets."""
    before = whole.sheets[place]
    sheets = list(whole.sheets)
    sheets[place] = said_about(before, workbook.sheet(before.sheet), **answers)
    return replace(whole, sheets=sheets)


def on_the_day(whole: mapping.Mapping, as_at: date) -> mapping.Mapping:
    """The same mapping for balances of another day."""
    return replace(whole, as_at=as_at)


def _best(ways: list[str], kind: str) -> tuple[str, int, str] | None:
    found = [match for text in ways if (match := match_heading(text, kind))]
    return max(found, key=lambda match: (bool(match[0]), match[1]), default=None)


def _column(column: ColumnMapping, meaning: str) -> ColumnMapping:
    if meaning == column.meaning:
        return column
    return replace(column, meaning=meaning, confidence=100, reason=SAID)


def _rows(sheet: Sheet, header_row: int | None, rows: Mapping[int, str], left_out: Iterable[int]) -> dict[int, str]:
    inside = range((header_row or 0) + 1, len(sheet.rows) + 1)
    said = {row: kind for row, kind in rows.items() if kind != "data"} | dict.fromkeys(left_out, "skip")
    return {row: kind for row, kind in sorted(said.items()) if row in inside}
