"""The written pages as tests read them: their headings, links, tables and examples."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

ROOM_NAMES = [*settings.ROOMS, "engine"]
# Not the tables that a room's tests make for themselves.
OUR_MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in ROOM_NAMES and ".tests." not in model.__module__
]

FENCE = re.compile(r"^ *(`{3,}).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Table:
    """One table of a page, under its heading; each row by the names of the columns."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", read(page))


def anchors(page: Path) -> set[str]:
    """What a link may name behind the # of a page."""
    found = [match[1] for line in prose(page).splitlines() if (match := HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def tables(page: Path) -> list[Table]:
    heading, block, found = "", [], []
    for line in [*prose(page).splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if block:
            columns = tuple(block[0])
            rows = tuple(dict(zip(columns, cells, strict=True)) for cells in block[2:])
            found.append(Table(heading, columns, rows))
            block = []
        if match := HEADING.match(line):
            heading = match[1]
    return found


def table(page: Path, heading: str) -> Table:
    """The one table under this heading."""
    (found,) = [one for one in tables(page) if one.heading == heading]
    return found


def codes(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def code(text: str) -> str:
    """The one word between backticks."""
    (found,) = codes(text)
    return found


def said_in_code(page: Path) -> str:
    """Everything on a page that is set as code, in lines or in blocks."""
    text = read(page)
    blocks = [match[0] for match in FENCE.finditer(text)]
    return "\n".join([*blocks, *codes(FENCE.sub("", text))])


def examples(page: Path) -> list[Any]:
    """The JSON examples of a page, in order."""
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)]
