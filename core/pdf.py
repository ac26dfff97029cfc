"""Papers that leave the house as PDF: a heading, lines of words and amounts, notes. Made from stored figures, not kept.

The letters are DejaVu Sans, cut down to Latin script with its marks, because a plain PDF font knows neither ₦ nor Ọ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.http import HttpResponse
from fpdf import FPDF

from core.display import naira
from core.models import Society

FONTS = Path(__file__).parent / "fonts"
INK, PALE = (20, 24, 40), (96, 100, 112)
MARGIN, ROW = 20, 7


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paper: words on the left, an amount in naira or other words on the right.

    `level` 0 is a line, 1 a part of the line before it; `strong` is a total.
    """

    label: str
    value: Decimal | str
    level: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines under a heading of their own, with words before and after them."""

    heading: str = ""
    lines: Sequence[Line] = ()
    before: str = ""
    after: str = ""


def paper(
    *, society: Society, title: str, number: str, blocks: Sequence[Block], made_at: datetime, foot: str = ""
) -> bytes:  # fmt: skip
    """Return a paper of A4 as the bytes of a PDF; `made_at` is the moment that it says it is from."""
    pdf = _Sheet(f"{society.name}, {number}")
    pdf.set_title(f"{title}, {number}")
    pdf.set_author(society.name)
    pdf.set_lang("en-NG")
    pdf.set_creation_date(made_at)
    pdf.add_page()
    pdf.words(society.name, size=12, bold=True)
    for word in (society.address, society.office_phone):
        if word:
            pdf.words(word, size=9, colour=PALE)
    pdf.ln(6)
    pdf.words(title, size=18, bold=True)
    pdf.words(number, size=10, colour=PALE)
    for block in blocks:
        pdf.block(block)
    if foot:
        pdf.ln(4)
        pdf.words(foot, size=9, colour=PALE)
    return bytes(pdf.output())


def answer(content: bytes, name: str) -> HttpResponse:
    """A PDF for the browser to show, to be saved under this name; nobody on the way keeps it."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )


class _Sheet(FPDF):
    def __init__(self, about: str):
        super().__init__(format="A4")
        self.about = about
        self.add_font("paper", "", FONTS / "DejaVuSans.ttf")
        self.add_font("paper", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN)
        self.alias_nb_pages()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("paper", size=8)
        self.set_text_color(*PALE)
        self.cell(self.epw, 5, f"{self.about}, page {self.page_no()} of {{nb}}", align="C")

    def words(self, text: str, *, size: float = 10, bold: bool = False, colour=INK) -> None:
        self.set_font("paper", "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(self.epw, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")

    def block(self, block: Block) -> None:
        self.ln(4)
        if block.heading:
            self.words(block.heading, size=12, bold=True)
            self.ln(1)
        if block.before:
            self.words(block.before)
        for line in block.lines:
            self._line(line)
        if block.after:
            self.ln(1)
            self.words(block.after)

    def _line(self, line: Line) -> None:
        value = naira(line.value) if isinstance(line.value, Decimal) else line.value
        size = 10 - line.level
        self.set_font("paper", "B" if line.strong else "", size)
        self.set_text_color(*(PALE if line.level else INK))
        indent, column = line.level * 6, 48
        if line.strong:
            self.line(self.l_margin, self.y + 0.5, self.l_margin + self.epw, self.y + 0.5)
        # The words may take several lines, the amount stands beside the first of them.
        top = self.y + 1.5
        with self.unbreakable() as held:
            held.set_xy(self.l_margin + indent, top)
            held.multi_cell(self.epw - column - indent, ROW - 2, line.label, new_x="LMARGIN", new_y="NEXT", align="L")
            below = held.y
            held.set_xy(self.l_margin + self.epw - column, top)
            held.cell(column, ROW - 2, value, align="R")
            held.set_xy(self.l_margin, below)
