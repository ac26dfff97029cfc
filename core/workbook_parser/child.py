"""The reading process: one file in on stdin, one JSON answer out on stdout, under hard limits of its own.

It is started by `core.workbooks.read_workbook` and imports no Django: it must be up in
a few hundredths of a second, and it holds no secret that a hostile file could reach.
"""

import hashlib
import json
import os
import resource
import sys
from dataclasses import fields

from core.workbook_parser.cleaning import clean_text, formula_text, unquoted
from core.workbook_parser.delimited import decode, rows_of
from core.workbook_parser.limits import DAMAGED, TOO_HEAVY, Limits, Unreadable
from core.workbook_parser.sniffing import kind_of
from core.workbook_parser.spreadsheet import PlainSheet, read_xlsx


def main() -> None:
    """Read `{"filename", "folder", "limits"}` from argv[1] and the file from stdin; answer in JSON."""
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    _bind(limits)
    try:
        answer = read(sys.stdin.buffer.read(), order["filename"], order["folder"], limits)
        text = json.dumps(answer, separators=(",", ":"))
    except Unreadable as refusal:
        text = _refusal(refusal.sentence, refusal.code)
    except MemoryError:
        text = _refusal(TOO_HEAVY, "too_much_memory")
    except BaseException:  # a panic of the Rust parser is no Exception; whatever it was, the file is not readable
        text = _refusal(DAMAGED, "damaged")
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)  # nothing to tidy: freeing a million cells would only take time


def read(data: bytes, filename: str, folder: str, limits: Limits) -> dict:
    """The answer for a readable file, as JSON-ready values."""
    kind = kind_of(data, filename)
    if kind == "xlsx":
        sheets, remarks = read_xlsx(data, folder, limits)
    else:
        sheets, remarks = _read_csv(data, filename, limits)
    if not any(sheet.rows for sheet in sheets):
        raise Unreadable("There is nothing in this file's cells. Choose the one that holds the figures.", "empty")
    content = json.dumps([sheet.rows for sheet in sheets if sheet.rows], separators=(",", ":"))
    return {
        "kind": kind,
        "remarks": remarks,
        # Not asdict: it would copy every cell.
        "sheets": [{each.name: getattr(sheet, each.name) for each in fields(sheet)} for sheet in sheets],
        "content_sha256": hashlib.sha256(content.encode()).hexdigest(),
    }


def _read_csv(data: bytes, filename: str, limits: Limits) -> tuple[list[PlainSheet], tuple[str, ...]]:
    text, encoding = decode(data)
    sheet = PlainSheet(os.path.splitext(os.path.basename(filename))[0] or "CSV", [])
    for number, record in enumerate(rows_of(text, limits), start=1):
        values: list[str | None] = []
        for index, raw in enumerate(record):
            value = clean_text(unquoted(clean_text(raw))) or None
            if value and formula_text(value):
                value = None
                sheet.note(number, index, "formula_as_text", limits)
            values.append(value)
        while values and values[-1] is None:
            values.pop()
        sheet.rows.append(values)
    while sheet.rows and not sheet.rows[-1]:
        sheet.rows.pop()
    remarks = () if encoding == "utf-8" else (f"The text was read as {encoding}. Check names that carry marks.",)
    return [sheet], remarks


def _bind(limits: Limits) -> None:
    for what, ceiling in (
        (resource.RLIMIT_AS, limits.address_space_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.unpacked_bytes + 10_000_000),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (ceiling, ceiling))
        except (ValueError, OSError):  # macOS knows no ceiling on address space
            continue


def _refusal(sentence: str, code: str) -> str:
    return json.dumps({"refused": sentence, "code": code})


if __name__ == "__main__":
    main()
