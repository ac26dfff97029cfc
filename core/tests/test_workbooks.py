"""Every uploaded file is read as plain values or refused with a sentence, whatever is inside."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from core.tests.hostile import all_cases
from core.tests.hostile.case import honest
from core.workbooks import Limits, WorkbookRefused, column_index, column_letter, read_workbook

ROOT = Path(__file__).resolve().parents[2]
CASES = all_cases()


def _measured(folder: Path, scratch: Path) -> dict:
    """What the reader made of every hostile file, in a process apart from this one."""
    done = subprocess.run(
        [sys.executable, "-m", "core.tests.hostile.measure", str(folder)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"left_behind": list(scratch.iterdir())}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_hostile_files_are_refused_with_a_sentence_or_read_with_their_odd_cells_blank(hostile_files, tmp_path):
    """One test for all, since making the bombs costs more than refusing them: 5 s and 600 MB, nothing stored."""
    measured = _measured(hostile_files, tmp_path)
    assert sum(1 for case in CASES if case.refused) >= 50
    wrong = []
    for case, answer in zip(CASES, measured["answers"], strict=True):
        if (answer["reason"], tuple(answer["notes"])) != (case.refused, case.notes):
            wrong.append((case.name, case.refused, case.notes, answer))
        elif answer["seconds"] >= 5:
            wrong.append((case.name, "took too long", answer["seconds"]))
        elif case.refused and not (answer["sentence"].endswith(".") and len(answer["sentence"].split()) > 6):
            wrong.append((case.name, "is no sentence", answer["sentence"]))
    assert wrong == []
    assert measured["peak_bytes"] < 600_000_000
    assert measured["left_behind"] == []


def _saved(tmp_path: Path, rows: dict[str, object], **more: str) -> Path:
    book = openpyxl.Workbook()
    for address, value in rows.items():
        book.active[address] = value
    for block in more.get("merge", "").split():
        book.active.merge_cells(block)
    path = tmp_path / "books.xlsx"
    book.save(path)
    return path


def test_values_come_as_text_decimal_date_or_none_under_their_true_row(tmp_path):
    path = _saved(
        tmp_path,
        {
            "B3": "  OJO \n Emeka\u200b ",
            "C3": 29892.88,
            "D3": 250468.0,
            "E3": datetime.datetime(2026, 9, 30, 8, 15),  # noqa: DTZ001 - a cell has no zone
            "F3": True,
            "H3": 0.1 + 0.2,
            "B5": "060583",
        },
    )
    sheet = read_workbook(path, filename=path.name).sheets[0]
    assert sheet.rows[0] == sheet.rows[1] == sheet.rows[3] == []
    assert sheet.rows[2][:6] == [
        None, "OJO Emeka", Decimal("29892.88"), Decimal("250468"), datetime.date(2026, 9, 30), "TRUE",
    ]  # fmt: skip
    assert type(sheet.value(3, 3)) is Decimal
    assert sheet.value(5, 1) == "060583"
    assert sheet.value(99, 0) is None and sheet.value(5, 99) is None


def test_merged_blocks_are_known_and_their_value_stands_in_the_first_cell(tmp_path):
    sheet = read_workbook(_saved(tmp_path, {"A1": "REGISTER"}, merge="A1:D1"), filename="books.xlsx").sheets[0]
    (block,) = sheet.merged
    assert (block.first_row, block.first_column, block.last_row, block.last_column) == (1, 0, 1, 3)
    assert sheet.rows[0] == ["REGISTER"]


def test_a_formula_gives_its_saved_value_and_without_one_is_a_note_for_a_person(tmp_path):
    sheet = read_workbook(_saved(tmp_path, {"A1": 5, "B2": "=A1*2"}), filename="books.xlsx").sheets[0]
    (note,) = sheet.notes
    assert (note.address, note.code, sheet.formulas) == ("B2", "formula_without_value", 1)
    assert sheet.value(2, 1) is None


def test_the_same_cells_saved_again_under_another_name_have_the_same_content(tmp_path):
    rows = {"A1": "NAME", "B1": "AMOUNT", "A2": "Ojo", "B2": 500}
    first = read_workbook(_saved(tmp_path, rows).read_bytes(), filename="a.xlsx")
    again = read_workbook(_saved(tmp_path, rows | {"D9": None}).read_bytes(), filename="renamed.xlsx")
    other = read_workbook(_saved(tmp_path, rows | {"B2": 501}).read_bytes(), filename="a.xlsx")
    assert first.content_sha256 == again.content_sha256 != other.content_sha256
    assert len(first.sha256) == 64


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("NO;NAME\n060583;Renée\n".encode("cp1252"), [["NO", "NAME"], ["060583", "Renée"]]),
        ("NO\tNAME\n060583\tTèmi\n".encode("utf-16"), [["NO", "NAME"], ["060583", "Tèmi"]]),
        (b'NO,NAME\n\n="060583","Ojo, E"\n', [["NO", "NAME"], [], ["060583", "Ojo, E"]]),
        (b"NO,AMOUNT\n1,-500\n2,-\n3,+234803\n", [["NO", "AMOUNT"], ["1", "-500"], ["2", "-"], ["3", "+234803"]]),
    ],
)
def test_a_csv_keeps_its_text_its_zeros_and_its_blank_lines(raw: bytes, expected: list):
    book = read_workbook(raw, filename="r.csv")
    assert (book.kind, book.sheets[0].rows) == ("csv", expected)


def test_a_file_that_takes_too_long_or_too_much_memory_costs_us_only_the_reading_process():
    with pytest.raises(WorkbookRefused) as slow:
        read_workbook(honest(), filename="books.xlsx", limits=Limits(wall_seconds=0.001))
    assert slow.value.reason == "too_slow"
    with pytest.raises(WorkbookRefused) as heavy:
        read_workbook(b"Ojo,5\n" * 3_000_000, filename="r.csv", limits=Limits(address_space_bytes=60_000_000))
    assert heavy.value.reason in ("too_much_memory", "too_many_rows")
    assert read_workbook(honest(), filename="books.xlsx").sheets[0].rows[1] == ["OJO Emeka", Decimal("5000")]


def test_the_reading_process_imports_no_django():
    code = "import sys, core.workbook_parser.child; print('django' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"


def test_the_scratch_folder_is_gone_after_a_refusal_too(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_workbook(honest(), filename="books.xlsx")
    with pytest.raises(WorkbookRefused):
        read_workbook(honest()[:-30], filename="books.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_excels_letters(index: int, letters: str):
    assert (column_letter(index), column_index(letters)) == (letters, index)
