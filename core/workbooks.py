"""`read_workbook`: the one way an uploaded XLSX or CSV comes in, read by a child process that may die in our place."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore

from core.errors import DomainError
from core.workbook_parser.columns import column_index, column_letter
from core.workbook_parser.limits import DAMAGED, LIMITS, TOO_HEAVY, TOO_SLOW, Limits

__all__ = [
    "LIMITS",
    "CellNote",
    "Limits",
    "MergedRange",
    "Sheet",
    "Value",
    "Workbook",
    "WorkbookRefused",
    "column_index",
    "column_letter",
    "read_workbook",
]

Value = str | Decimal | date | None

ROOT = Path(__file__).resolve().parents[1]
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from core.workbook_parser.child import main; main()"
# Two files at a time in one web process: a rush of big uploads must queue, not eat the machine.
_SEATS = BoundedSemaphore(2)


class WorkbookRefused(DomainError):
    """When an uploaded file is not a workbook we can read safely; the message says what to do about it.

    `reason` is a snake-case word for tests, logs and the API (`password`, `too_many_rows`, ...).
    """

    def __init__(self, message: str, *, reason: str = "unreadable", field: str | None = "file") -> None:
        super().__init__(message, field=field)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CellNote:
    """Something about one cell that its value alone does not tell.

    `code` is `formula_without_value`, `formula_as_text`, `error_value` or `not_a_number`;
    in each case the value handed on is None and a person must fill the cell.
    """

    row: int  # 1-based, as Excel shows it
    column: int  # 0-based
    code: str
    message: str

    @property
    def address(self) -> str:
        return f"{column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class MergedRange:
    """One merged block; its value stands in its first cell and the others are blank."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows[0]` is Excel's row 1, rows may be of unequal length."""

    name: str
    rows: list[list[Value]]
    hidden: bool = False
    merged: tuple[MergedRange, ...] = ()
    notes: tuple[CellNote, ...] = ()
    formulas: int = 0  # how many cells hold a formula; their saved values were read

    def value(self, row: int, column: int) -> Value:
        """The value at Excel row `row` (1-based) and column index `column` (0-based), None beyond the edge."""
        if not 0 < row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column] if 0 <= column < len(cells) else None

    def numbered(self) -> Iterator[tuple[int, list[Value]]]:
        """Each row with its Excel number."""
        return enumerate(self.rows, start=1)

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A whole file. `sha256` tells the same file, `content_sha256` the same cells saved again."""

    filename: str
    sheets: list[Sheet]
    sha256: str
    content_sha256: str
    kind: str = "xlsx"  # or csv
    remarks: tuple[str, ...] = ()  # e.g. "links to other workbooks are not followed"

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of this name, None where there is none."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def read_workbook(path_or_bytes: str | os.PathLike | bytes, *, filename: str, limits: Limits = LIMITS) -> Workbook:
    """Read every sheet of an uploaded file as plain values, or raise WorkbookRefused with what to do.

    Numbers come as Decimal, text stripped, dates as date, blanks as None; a formula's
    saved value is read and nothing is ever evaluated, followed or stored. `filename`
    is the name the file was chosen under; its ending must fit what is inside.
    """
    data = _bytes_of(path_or_bytes, limits)
    with _SEATS, tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        answer = _ask_child(data, os.path.basename(filename), folder, limits)
    if "refused" in answer:
        raise WorkbookRefused(answer["refused"], reason=answer["code"])
    return Workbook(
        filename=os.path.basename(filename),
        sheets=[_sheet(plain) for plain in answer["sheets"]],
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=answer["content_sha256"],
        kind=answer["kind"],
        remarks=tuple(answer["remarks"]),
    )


def _bytes_of(path_or_bytes: str | os.PathLike | bytes, limits: Limits) -> bytes:
    if isinstance(path_or_bytes, bytes):
        size = len(path_or_bytes)
    else:
        try:
            size = os.stat(path_or_bytes).st_size
        except OSError as error:
            raise WorkbookRefused("This file cannot be opened. Check where it is.", reason="no_file") from error
    if size > limits.packed_bytes:
        raise WorkbookRefused(
            f"This file is {size / 1_000_000:.1f} MB; the most we take is {limits.packed_bytes // 1_000_000} MB. "
            "Copy only the filled cells to a new workbook and choose that one.",
            reason="too_big",
        )
    if size == 0:
        raise WorkbookRefused(
            "This file is empty. Choose the workbook that holds the society's figures.", reason="empty"
        )
    if isinstance(path_or_bytes, bytes):
        return path_or_bytes
    try:
        return Path(path_or_bytes).read_bytes()
    except OSError as error:
        raise WorkbookRefused("This file cannot be opened. Check where it is.", reason="no_file") from error


def _ask_child(data: bytes, filename: str, folder: str, limits: Limits) -> dict:
    order = json.dumps({"filename": filename, "folder": folder, "limits": asdict(limits)})
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", START, order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"LC_ALL": "C.UTF-8", "TMPDIR": folder},  # none of the site's secrets
    )
    try:
        out, _ = process.communicate(data, timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise WorkbookRefused(TOO_SLOW, reason="too_slow") from None
    if process.returncode > 0:
        raise RuntimeError(f"the reading process did not start (exit code {process.returncode})")
    if process.returncode < 0:
        # Killed by its own ceiling: SIGXCPU or SIGKILL for time, anything else for memory.
        slow = process.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        raise WorkbookRefused(TOO_SLOW if slow else TOO_HEAVY, reason="too_slow" if slow else "too_much_memory")
    try:
        return json.loads(out, parse_float=Decimal, parse_int=Decimal, object_hook=_dated)
    except ValueError as error:
        raise WorkbookRefused(DAMAGED, reason="damaged") from error


def _dated(pairs: dict) -> dict | date:
    return date.fromisoformat(pairs["d"]) if len(pairs) == 1 and "d" in pairs else pairs


def _sheet(plain: dict) -> Sheet:
    return Sheet(
        name=plain["name"],
        rows=plain["rows"],
        hidden=plain["hidden"],
        merged=tuple(MergedRange(*map(int, block)) for block in plain["merged"]),
        notes=tuple(CellNote(int(row), int(column), code, text) for row, column, code, text in plain["notes"]),
        formulas=int(plain["formulas"]),
    )
