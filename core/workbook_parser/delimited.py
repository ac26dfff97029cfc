"""Comma-, semicolon- or tab-separated text in any of the encodings that payroll offices send."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from core.workbook_parser.limits import Limits, Unreadable

DELIMITERS = ",;\t|"
SAMPLE_LINES = 40
LINE_CHARACTERS = 2_000_000


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding found: UTF-16 by its mark or its zeros, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise _not_text()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16")
    sample = data[:4096]
    if b"\x00" in sample and len(sample) >= 8:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > len(sample) * 0.3 and not even:
            return _strictly(data, "utf-16-le")
        if even > len(sample) * 0.3 and not odd:
            return _strictly(data, "utf-16-be")
    if b"\x00" in data:
        raise _not_text()
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    controls = sum(1 for letter in text[:4096] if letter < " " and letter not in "\t\r\n")
    if controls > 4 or text[:4096].count("\ufffd") > 4:
        raise _not_text()
    return text, "windows-1252"


def _strictly(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if "\x00" in text:
        raise _not_text()
    return text.removeprefix("\ufeff"), encoding


def _not_text() -> Unreadable:
    return Unreadable(
        "This file is not plain comma-separated text. Open it in Excel, save it as an "
        "Excel Workbook (.xlsx), and choose that file.",
        "not_text",
    )


def delimiter_of(text: str) -> str:
    """The delimiter under which most of the first lines fall into the same number (2 or more) of columns."""
    lines = [line for line in text[:100_000].splitlines()[:SAMPLE_LINES] if line.strip()]
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        wide = [(count, width) for width, count in widths.items() if width > 1]
        score = max(wide, default=(0, 0))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _lines(text: str) -> Iterator[str]:
    # The csv module would build the whole of a giant line before anyone could count its columns.
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > LINE_CHARACTERS:
            raise Unreadable(
                f"Line {number} is {len(line):,} characters long. Check that the file has one line for each person.",
                "line_too_long",
            )
        yield line


def rows_of(text: str, limits: Limits) -> list[list[str]]:
    """The records, blank lines kept so that row numbers stay those that a spreadsheet shows."""
    first, _, _ = text.partition("\n")
    delimiter = None
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter = first.strip()[4]
    csv.field_size_limit(limits.cell_characters)
    rows: list[list[str]] = []
    cells = 0
    reader = csv.reader(_lines(text), delimiter=delimiter or delimiter_of(text))
    try:
        for row in reader:
            rows.append(row)
            cells += len(row)
            if len(row) > limits.columns:
                raise Unreadable(
                    f"Row {len(rows)} has {len(row):,} columns; the most we read is {limits.columns:,}. "
                    "Check that the file has one row for each person.",
                    "too_many_columns",
                )
            if len(rows) > limits.rows:
                raise Unreadable(
                    f"The file has more than {limits.rows:,} rows, the most we read. Split it and choose one part.",
                    "too_many_rows",
                )
            if cells > limits.cells:
                raise Unreadable(
                    f"The file has more than {limits.cells:,} cells, the most we read. Split it and choose one part.",
                    "too_many_cells",
                )
    except csv.Error as error:
        if "field larger" in str(error):
            raise Unreadable(
                f"A cell near row {len(rows) + 1} is longer than {limits.cell_characters:,} characters. "
                'Often a quote mark (") was opened there and never closed; correct it and choose the file again.',
                "cell_too_long",
            ) from error
        raise Unreadable(
            f"Row {len(rows) + 1} cannot be split into columns. Open the file in Excel, save it as "
            "an Excel Workbook (.xlsx), and choose that file.",
            "not_text",
        ) from error
    return rows
