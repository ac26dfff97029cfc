"""What each sheet and column of a workbook means: proposed by us, changed by a person, kept as JSON."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date

from core.workbooks import Workbook, column_letter
from onboarding.errors import MappingInvalid
from onboarding.vocabulary import ACCOUNT_KINDS, KINDS, LABELS, MEANINGS, REQUIRED

ROW_KINDS = ("total", "signature", "repeated_header", "note", "skip", "data")
NOT_WHOLE = "This mapping is not whole. Read the workbook again and start from our proposal."


@dataclass(slots=True)
class ColumnMapping:
    """One column: `meaning` is a key of vocabulary.MEANINGS for the sheet's kind, "" where it is not read.

    `confidence` is 0 to 100; 100 also stands for what a person said.
    """

    index: int  # 0-based
    header: str
    meaning: str = ""
    confidence: int = 0
    reason: str = ""

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(slots=True)
class SheetMapping:
    """One sheet: its kind, where its headings stand (Excel rows), what its columns mean, which rows are no data.

    `rows` names the rows below the heading that are not data: `total`, `signature`, `repeated_header`,
    `note`, `skip`. `accounts` gives, on a trial balance, the kind of each account by its Excel row.
    """

    sheet: str
    kind: str = "ignore"
    header_row: int | None = None
    as_at: date | None = None
    columns: list[ColumnMapping] = field(default_factory=list)
    rows: dict[int, str] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)
    confidence: int = 0
    reason: str = ""

    def column_of(self, *meanings: str) -> ColumnMapping | None:
        """The column of the first of these meanings that the sheet has."""
        for meaning in meanings:
            for column in self.columns:
                if column.meaning == meaning:
                    return column
        return None

    def index_of(self, *meanings: str) -> int | None:
        column = self.column_of(*meanings)
        return column.index if column else None

    def lacks(self, wanted: dict[str, tuple[tuple[str, ...], ...]]) -> list[tuple[str, ...]]:
        """Those groups of meanings of which the sheet has none."""
        have = {column.meaning for column in self.columns}
        return [group for group in wanted[self.kind] if not have & set(group)]


@dataclass(frozen=True, slots=True)
class MappingFault:
    """One thing in a mapping that cannot be; `column` is a letter, "" for the whole sheet."""

    sheet: str
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.sheet}, column {self.column}" if self.column else self.sheet
        return f"{where}: {self.message}"


@dataclass(slots=True)
class Mapping:
    """The whole proposal. `as_at` is the day of the balances; a person may set it where no sheet says it."""

    sheets: list[SheetMapping]
    as_at: date | None = None

    def of_kind(self, kind: str) -> list[SheetMapping]:
        return [sheet for sheet in self.sheets if sheet.kind == kind]

    def sheet(self, name: str) -> SheetMapping | None:
        return next((sheet for sheet in self.sheets if sheet.sheet == name), None)

    def faults(self, workbook: Workbook) -> list[MappingFault]:
        """What stops this mapping from being used with this workbook; missing columns are left to the analysis."""
        return [fault for sheet in self.sheets for fault in _sheet_faults(sheet, workbook)]

    def hold(self, workbook: Workbook) -> None:
        """Raise MappingInvalid with every fault, if there is one."""
        found = self.faults(workbook)
        if found:
            raise MappingInvalid(found)

    def to_json(self) -> dict:
        """A JSON-ready dict; `from_json` gives an equal mapping back."""
        drawn = asdict(self)
        drawn["as_at"] = self.as_at.isoformat() if self.as_at else None
        for sheet in drawn["sheets"]:
            sheet["as_at"] = sheet["as_at"].isoformat() if sheet["as_at"] else None
            for part in ("rows", "accounts"):
                sheet[part] = {str(row): what for row, what in sheet[part].items()}
        return drawn

    @classmethod
    def from_json(cls, drawn: dict | str) -> "Mapping":
        """The mapping from what `to_json` gave, as changed by a person; raises MappingInvalid on a wrong shape."""
        try:
            data = json.loads(drawn) if isinstance(drawn, str) else drawn
            return cls(
                sheets=[_sheet_from(sheet) for sheet in data["sheets"]],
                as_at=date.fromisoformat(data["as_at"]) if data.get("as_at") else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MappingInvalid([NOT_WHOLE]) from error


def required_label(group: tuple[str, ...]) -> str:
    """The words for a group of meanings of which one is needed: "member number or name"."""
    return " or ".join(LABELS[meaning] for meaning in group)


def _sheet_from(data: dict) -> SheetMapping:
    return SheetMapping(
        sheet=str(data["sheet"]),
        kind=str(data["kind"]),
        header_row=int(data["header_row"]) if data.get("header_row") is not None else None,
        as_at=date.fromisoformat(data["as_at"]) if data.get("as_at") else None,
        columns=[
            ColumnMapping(
                index=int(column["index"]),
                header=str(column.get("header", "")),
                meaning=str(column.get("meaning") or ""),
                confidence=int(column.get("confidence", 100)),
                reason=str(column.get("reason", "")),
            )
            for column in data.get("columns", [])
        ],
        rows={int(row): str(kind) for row, kind in (data.get("rows") or {}).items()},
        accounts={int(row): str(kind) for row, kind in (data.get("accounts") or {}).items()},
        confidence=int(data.get("confidence", 100)),
        reason=str(data.get("reason", "")),
    )


def _sheet_faults(mapping: SheetMapping, workbook: Workbook) -> list[MappingFault]:
    sheet = workbook.sheet(mapping.sheet)
    if sheet is None:
        return [MappingFault(mapping.sheet, "", "The workbook has no sheet of this name.")]
    if mapping.kind not in KINDS:
        return [MappingFault(mapping.sheet, "", f"“{mapping.kind}” is not a kind of sheet; choose one of the list.")]
    if mapping.kind == "ignore":
        return []
    faults = []
    if mapping.header_row is None or not 0 <= mapping.header_row <= len(sheet.rows):
        faults.append(MappingFault(mapping.sheet, "", "Say in which row the headings stand."))
    for column in mapping.columns:
        if not 0 <= column.index < max(sheet.width, 1):
            faults.append(MappingFault(mapping.sheet, "", f"There is no column {column.index + 1} on this sheet."))
        elif column.meaning and column.meaning not in MEANINGS[mapping.kind]:
            faults.append(
                MappingFault(mapping.sheet, column.letter, f"“{column.meaning}” is not something such a sheet holds.")
            )
    for meaning, times in Counter(column.meaning for column in mapping.columns if column.meaning).items():
        if times > 1:
            letters = " and ".join(column.letter for column in mapping.columns if column.meaning == meaning)
            faults.append(
                MappingFault(mapping.sheet, letters, f"Both are said to hold the {LABELS[meaning]}; keep one of them.")
            )
    for row, kind in mapping.rows.items():
        if kind not in ROW_KINDS or row < 1:
            faults.append(MappingFault(mapping.sheet, "", f"Row {row} cannot be a “{kind}”."))
    for row, kind in mapping.accounts.items():
        if kind not in ACCOUNT_KINDS:
            faults.append(MappingFault(mapping.sheet, "", f"Row {row}: “{kind}” is not an account that we keep."))
    return faults


__all__ = ["REQUIRED", "ColumnMapping", "Mapping", "MappingFault", "SheetMapping", "required_label"]
