"""A first guess at what each sheet and column of a society's workbook means, with reasons a person can check."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process

from core.cells import CellUnreadable, as_date, as_money, as_number, as_phone
from core.workbooks import Sheet, Value, Workbook
from onboarding.mapping import ColumnMapping, Mapping, SheetMapping
from onboarding.vocabulary import (
    AS_AT,
    KINDS,
    LABELS,
    MEANINGS,
    NOT_NEEDED,
    PHRASES,
    REQUIRED,
    SHEET_WORDS,
    SIGNATURE_ROW,
    TOTAL_ROW,
    account_kind,
    normal,
)

HEADER_WITHIN = 40  # rows from the top in which the headings are looked for
SAMPLE_ROWS = 120
HEADING_LETTERS = 60  # a longer text is no heading
LIKE = 88  # rapidfuzz ratio at which a heading is a misspelt phrase
SURE_ENOUGH = 55  # a sheet below this confidence is left out until a person says what it is

MONEY = frozenset((
    "monthly_savings", "monthly_christmas", "shares", "savings", "voluntary", "christmas", "loan_normal",
    "loan_emergency", "loan_electronics", "loan_commodity", "loan_asset", "loan_other", "total", "amount",
    "instalment", "balance", "debit", "credit",
))  # fmt: skip
READS: dict[str, Callable] = {
    **dict.fromkeys(MONEY, as_money),
    "joined_on": as_date,
    "granted_on": as_date,
    "rate": as_number,
    "rate_monthly": as_number,
    "tenor": as_number,
    "months_paid": as_number,
    "phone": as_phone,
}
_WHO = frozenset(("member_number", "name", "staff_number"))
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch


@dataclass(frozen=True, slots=True)
class _Guess:
    kind: str
    row: int
    columns: list[ColumnMapping]
    score: float


def propose_mapping(workbook: Workbook) -> Mapping:
    """What each sheet is, where its headings stand and what its columns mean; the day of the books from the titles."""
    sheets = [_propose_sheet(sheet) for sheet in workbook.sheets]
    days = Counter(sheet.as_at for sheet in sheets if sheet.as_at and sheet.kind != "ignore")
    return Mapping(sheets=sheets, as_at=max(days, key=lambda day: (days[day], day)) if days else None)


def _propose_sheet(sheet: Sheet) -> SheetMapping:
    as_at = _as_at(sheet)
    guesses = [guess for row in _candidate_rows(sheet) for kind in KINDS[:-1] if (guess := _guess(sheet, row, kind))]
    best = max(guesses, key=lambda guess: guess.score, default=None)
    confidence = min(round(best.score * 20), 100) if best else 0
    if best is None or confidence < SURE_ENOUGH:
        return SheetMapping(
            sheet.name, as_at=as_at, confidence=confidence, columns=_plain_columns(sheet, best.row if best else None),
            header_row=best.row if best else None, reason="No row of headings that we know was found.",
        )  # fmt: skip
    mapping = SheetMapping(
        sheet.name,
        kind=best.kind,
        header_row=best.row,
        as_at=as_at,
        columns=best.columns,
        confidence=confidence,
        reason=f"Row {best.row} has the headings of such a sheet.",
    )
    _look_at_contents(sheet, mapping)
    mapping.rows = special_rows(sheet, mapping)
    if mapping.kind == "trial_balance":
        mapping.accounts = accounts_of(sheet, mapping)
    return mapping


# Headings -------------------------------------------------------------------------------------------------------------


def _candidate_rows(sheet: Sheet) -> list[int]:
    return [
        number
        for number, cells in enumerate(sheet.rows[:HEADER_WITHIN], start=1)
        if sum(isinstance(cell, str) for cell in cells) >= 2
    ]


def headings(sheet: Sheet, row: int) -> list[list[str]]:
    """For each column the ways to read its heading: its own cell, a cell merged over it, both together."""
    parents: dict[int, str] = {}
    for block in sheet.merged:
        value = sheet.value(block.first_row, block.first_column)
        if not isinstance(value, str):
            continue
        covers = range(block.first_column, block.last_column + 1)
        if block.first_row < row <= block.last_row or (
            block.last_row == row - 1 and 1 < len(covers) < max(sheet.width, 2)
        ):
            parents.update(dict.fromkeys(covers, value))
    found = []
    for index in range(sheet.width):
        own = sheet.value(row, index)
        own = own if isinstance(own, str) else ""
        parent = parents.get(index, "")
        found.append(
            [text for text in dict.fromkeys((own, f"{own} {parent}", f"{parent} {own}", parent)) if text.strip()]
        )
    return found


@lru_cache(maxsize=8192)
def match_heading(text: str, kind: str) -> tuple[str, int, str] | None:
    """Meaning, confidence and reason for a heading on a sheet of this kind; None where it says nothing to us."""
    phrase = normal(text)
    known = PHRASES[kind]
    if not phrase or len(phrase) > HEADING_LETTERS:
        return None
    if phrase in known:
        return known[phrase], 100, "The heading says so."
    if phrase in NOT_NEEDED:
        return "", 100, "We know this column and do not need it."
    shuffled = _SHUFFLED[kind].get(_shuffled(phrase))
    if shuffled:
        return shuffled, 93, "The heading says so in other words."
    if len(phrase) >= 4:
        near = process.extractOne(phrase, known.keys(), scorer=fuzz.ratio, score_cutoff=LIKE)
        if near:
            return known[near[0]], 75, f"The heading is nearly “{near[0]}”."
    words = frozenset(phrase.split())
    inside = [other for other, its_words in _LONG_PHRASES[kind] if its_words <= words]
    if inside:
        longest = max(inside, key=len)
        return known[longest], 65, f"The heading holds the words “{longest}”."
    return None


def _shuffled(phrase: str) -> tuple[str, ...]:
    """The words of a phrase whatever their order, singular or plural."""
    return tuple(sorted(word.removesuffix("s") if len(word) > 3 else word for word in phrase.split()))


_LONG_PHRASES = {
    kind: [(phrase, frozenset(phrase.split())) for phrase in known if len(phrase) >= 5]
    for kind, known in PHRASES.items()
}
_SHUFFLED = {kind: {_shuffled(phrase): meaning for phrase, meaning in known.items()} for kind, known in PHRASES.items()}


def _guess(sheet: Sheet, row: int, kind: str) -> _Guess | None:
    columns, taken, known = [], {}, 0
    for index, ways in enumerate(headings(sheet, row)):
        found = max(
            filter(None, (match_heading(text, kind) for text in ways)), key=lambda match: (bool(match[0]), match[1]),
            default=None,
        )  # fmt: skip
        header = ways[0] if ways else ""
        column = ColumnMapping(index, header)
        columns.append(column)
        if found is None:
            continue
        known += 1
        meaning, column.confidence, column.reason = found
        if not meaning:
            continue
        rival = taken.get(meaning)
        if rival is None or rival.confidence < column.confidence:
            if rival:
                rival.meaning, rival.reason = "", f"Column {column.letter} fits “{LABELS[meaning]}” better."
            column.meaning = meaning
            taken[meaning] = column
        else:
            column.confidence, column.reason = 0, f"Column {rival.letter} already holds the {LABELS[meaning]}."
    if len(taken) < 2:
        return None
    # A register may carry balances too, but balances alone do not make a register.
    aside = MEANINGS["balances"].keys() - _WHO if kind == "members" else ()
    score = sum(column.confidence * (0.5 if meaning in aside else 1.0) for meaning, column in taken.items()) / 100
    strange = sum(1 for column in columns if column.header and not column.meaning and column.confidence == 0)
    missing = sum(1 for group in REQUIRED[kind] if not set(group) & taken.keys())
    titles = " ".join(
        cell for cells in sheet.rows[: row - 1] for cell in cells if isinstance(cell, str)
    )  # fmt: skip
    score += 1.5 * _hint(sheet.name, kind) + _hint(titles, kind) - 0.3 * strange - missing
    return _Guess(kind, row, columns, score)


def _hint(text: str, kind: str) -> int:
    words = f" {normal(text)} "
    if kind == "balances" and " trial balance " in words:
        return 0
    return int(any(f" {word} " in words for word in SHEET_WORDS[kind]))


def _plain_columns(sheet: Sheet, row: int | None) -> list[ColumnMapping]:
    return [
        ColumnMapping(index, ways[0] if ways else "")
        for index, ways in enumerate(headings(sheet, row) if row else [[] for _ in range(sheet.width)])
    ]


# Contents -------------------------------------------------------------------------------------------------------------


def _look_at_contents(sheet: Sheet, mapping: SheetMapping) -> None:
    """Lower the confidence where the cells do not look like the heading, and name a column by its cells alone."""
    have = {column.meaning for column in mapping.columns}
    first = mapping.header_row or 0
    for column in mapping.columns:
        values = [
            value for row in range(first + 1, min(first + SAMPLE_ROWS, len(sheet.rows)) + 1)
            if (value := sheet.value(row, column.index)) is not None
        ]  # fmt: skip
        if not values:
            continue
        if column.meaning in READS:
            share = _readable(values, READS[column.meaning])
            if share < 0.6:
                column.confidence = min(column.confidence, round(100 * share))
                column.reason += f" But only {share:.0%} of its cells look like it."
        elif mapping.kind == "members" and not column.header and "email" not in have and _are_emails(values):
            column.meaning, column.confidence, column.reason = "email", 60, "Its cells look like e-mail addresses."
            have.add("email")


def _are_emails(values: Sequence[Value]) -> bool:
    return sum(isinstance(value, str) and _EMAIL(value) is not None for value in values) > 0.6 * len(values)


def _readable(values: Sequence[Value], read: Callable) -> float:
    good = 0
    for value in values:
        try:
            read(value)
            good += 1
        except CellUnreadable:
            continue
    return good / len(values)


# Rows that are no data ------------------------------------------------------------------------------------------------


def special_rows(sheet: Sheet, mapping: SheetMapping) -> dict[int, str]:
    """The rows below the heading that hold totals, signatures, repeated headings or notes, by Excel row."""
    head = mapping.header_row or 0
    heading = [cell.casefold() if isinstance(cell, str) else "" for cell in (sheet.rows[head - 1] if head else [])]
    identity = [mapping.index_of(meaning) for meaning in ("member_number", "loan_number")]
    text_columns = [mapping.index_of(meaning) for meaning in ("name", "surname", "account")]
    found = {}
    for row, cells in sheet.numbered():
        if row <= head or not any(cell is not None for cell in cells):
            continue
        kind = _row_kind(cells, heading, identity, text_columns, mapping.kind)
        if kind:
            found[row] = kind
    return found


def _row_kind(
    cells: list[Value], heading: list[str], identity: list[int | None], text_columns: list[int | None], sheet_kind: str
) -> str:
    same = sum(
        1
        for cell, head in zip(cells, heading, strict=False)
        if head and isinstance(cell, str) and cell.casefold() == head
    )
    if same >= 2 and same >= 0.6 * sum(1 for word in heading if word):
        return "repeated_header"
    named = any(index is not None and index < len(cells) and cells[index] is not None for index in identity)
    filled = [cell for cell in cells if cell is not None]
    alone = len(filled) == 1 and isinstance(filled[0], str) and len(filled[0].split()) > 2
    if named and not alone:
        return ""
    texts = [normal(cell) for cell in filled if isinstance(cell, str)]
    figures = any(not isinstance(cell, str) for cell in filled)
    label = next((text for text in texts if text), "")
    if TOTAL_ROW.fullmatch(label) or (TOTAL_ROW.match(label) and figures):
        return "total"
    if figures:
        return ""
    if any(SIGNATURE_ROW.search(text) for text in texts):
        return "signature"
    held = any(index is not None and index < len(cells) and cells[index] is not None for index in text_columns)
    return "" if held and len(texts) > 1 else "note" if sheet_kind != "trial_balance" else "skip"


def accounts_of(sheet: Sheet, mapping: SheetMapping) -> dict[int, str]:
    """The kind of each account of a trial balance, by Excel row."""
    column = mapping.index_of("account")
    if column is None:
        return {}
    return {
        row: account_kind(name)
        for row, _ in sheet.numbered()
        if row > (mapping.header_row or 0)
        and mapping.rows.get(row, "data") == "data"
        and isinstance(name := sheet.value(row, column), str)
    }


def _as_at(sheet: Sheet) -> date | None:
    for text in (cell for cells in sheet.rows[:HEADER_WITHIN] for cell in cells if isinstance(cell, str)):
        found = AS_AT.search(text)
        if not found:
            continue
        try:
            return as_date((found[1] or found[2]).strip(" .,")).value
        except CellUnreadable:
            continue
    return None
