"""How much of an uploaded file we are willing to read, and the one exception of the reading process.

This module and everything that `child.py` imports run in a process of their own
that must start quickly, so nothing here may import Django.
"""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one file; each has a sentence of its own when it is passed."""

    packed_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    kept_bytes: int = 120 * MEGABYTE  # the parts that are parsed: sheets, strings, styles
    entries: int = 500
    ratio: int = 150  # unpacked / packed, looked at above ratio_from_bytes only
    ratio_from_bytes: int = 10 * MEGABYTE
    sheets: int = 30
    rows: int = 50_000
    columns: int = 200
    cells: int = 600_000  # filled cells in the whole file
    area: int = 3_000_000  # rows x columns of one sheet: the parser's grid is dense
    elements: int = 2_000_000  # XML elements in the whole file
    cell_characters: int = 32_767  # Excel's own ceiling
    text_characters: int = 40_000_000  # text of all cells together
    notes: int = 1_000
    address_space_bytes: int = 440 * MEGABYTE
    # Reading waits for nothing but the processor, so its time is what counts: on a busy machine an honest file is
    # given longer, and a hostile one still costs no more than this.
    cpu_seconds: int = 4
    wall_seconds: float = 15.0


LIMITS = Limits()


class Unreadable(Exception):
    """The file cannot be read; the text is the sentence that the person who chose it will see."""

    def __init__(self, sentence: str, code: str = "unreadable") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


DAMAGED = "This file is damaged or was not fully copied. Open it in Excel, save it again, and choose the new copy."
ALTERED = (
    "This file was put together in a way Excel does not do. Open it in Excel, save it again, and choose the new copy."
)
TOO_HEAVY = "This file needs too much memory to read. Copy only the filled cells to a new workbook and choose that one."
TOO_SLOW = "This file takes too long to read. Try once more; if it stops again, split it into smaller workbooks."
