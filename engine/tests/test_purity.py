"""The engine knows no clock, no framework and no floats, and rounds in one file."""

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent
FILES = sorted(path for path in ROOM.rglob("*.py") if "tests" not in path.parts)
ALLOWED = {
    "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "itertools", "math", "operator", "typing", "engine",
}  # fmt: skip
CLOCKS = {"today", "now", "utcnow", "time"}
ROUNDERS = {"quantize", "round", "to_integral_value", "to_integral", "__round__"}


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def names_called(path: Path) -> set[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_file_imports_only_what_calculates(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        assert {module.split(".")[0] for module in modules} <= ALLOWED


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_file_reads_no_clock_and_has_no_float(path: Path) -> None:
    assert not names_called(path) & (CLOCKS | {"open", "print", "float"})
    assert not [node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, float)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_only_the_money_file_rounds(path: Path) -> None:
    rounds = names_called(path) & ROUNDERS
    assert bool(rounds) is (path.name == "money.py")


def test_files_stay_short() -> None:
    assert not [path.name for path in FILES if len(path.read_text().splitlines()) > 400]
