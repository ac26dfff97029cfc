"""Two looks at each XML part before any parser builds a grid.

The first only counts the tags in the bytes, so a bomb of millions of elements is
refused at the cost of unpacking it. The second, of what is left, finds counts,
extents, formulas and errors, and refuses what no honest workbook has, such as a
document type.
"""

from collections.abc import Callable
from xml.parsers import expat

from core.workbook_parser.columns import column_index
from core.workbook_parser.limits import ALTERED, DAMAGED, Limits, Unreadable

ROW_STRIDE = 1 << 15  # a cell's key is row * ROW_STRIDE + column
MERGES = 20_000
UTF_16_MARKS = (b"\xfe\xff", b"\xff\xfe", b"<\x00", b"\x00<")
COLUMNS_IN_EXCEL = 16_384


class Scanner:
    """The budget that all parts of one file share, and the scan of each part."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts: dict[str, PartScan] = {}
        self.elements = 0
        self.cells = 0

    def weigh(self, chunk: bytes) -> None:
        """Count the elements that begin in these bytes (in well-formed XML each other "<" closes one)."""
        self.elements += chunk.count(b"<") - chunk.count(b"</")
        if self.elements > self.limits.elements:
            raise Unreadable(
                "This file holds more formatting and cells than we read. Copy only the filled cells "
                "to a new workbook and choose that one.",
                "too_many_cells",
            )

    def begin(self, name: str) -> "PartScan":
        part = PartScan(self)
        self.parts[name] = part
        return part


class PartScan:
    """What one XML part holds; only sheets have cells."""

    def __init__(self, scanner: Scanner) -> None:
        self.cells = 0  # filled ones
        self.last_row = 0
        self.last_column = 0  # 1-based
        self.formulas: set[int] = set()
        self.text_formulas: set[int] = set()
        self.errors: set[int] = set()
        self.merges: list[str] = []
        self._limits = scanner.limits
        self._fed = 0
        self._mark = [0]
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = _start_handler(self, scanner, self._parser)
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.XmlDeclHandler = _refuse_other_encodings

    def feed(self, chunk: bytes) -> None:
        if not self._fed and chunk[:2] in UTF_16_MARKS:
            raise Unreadable(ALTERED, "altered")
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise _not_xml(error) from error
        self._fed += len(chunk)
        # Between two tags there is at most one cell's text, escaped (up to 6 bytes a character).
        if self._fed - self._mark[0] > 8 * self._limits.cell_characters + len(chunk):
            raise too_long(self._limits)

    def finish(self) -> None:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _not_xml(error) from error
        # The handler and the parser hold each other; a big file must not wait for the collector.
        self._parser.StartElementHandler = None
        self._parser.StartDoctypeDeclHandler = None
        self._parser.XmlDeclHandler = None


def _start_handler(part: PartScan, scanner: Scanner, parser: expat.XMLParserType) -> Callable[[str, dict], None]:
    # A closure over local names: this runs for every element of a file of up to 200 MB.
    limits = scanner.limits
    most_cells = limits.cells
    most_text = 8 * limits.cell_characters
    columns: dict[str, int] = {}
    mark = part._mark
    row = column = 0
    kind: str | None = None
    filled = True
    cells = 0

    def start(tag: str, attributes: dict) -> None:
        nonlocal row, column, kind, filled, cells
        position = parser.CurrentByteIndex
        if position - mark[0] > most_text:
            raise too_long(limits)
        mark[0] = position
        try:
            if ":" in tag:
                tag = tag.rsplit(":", 1)[1]
            if tag == "c":
                reference = attributes.get("r")
                if reference:
                    letters = reference.rstrip("0123456789")
                    column = columns.get(letters) or _column(letters, columns)
                    row = int(reference[len(letters) :] or row)
                else:
                    column += 1
                kind = attributes.get("t")
                filled = False
            elif tag == "v" or tag == "is":
                if not filled:
                    filled = True
                    cells += 1
                    part.cells = cells
                    if not cells & 0x3FF:
                        scanner.cells += 0x400
                        if scanner.cells > most_cells:
                            raise Unreadable(
                                f"This file has more than {most_cells:,} filled cells, the most we read. "
                                "Split it and choose one part.",
                                "too_many_cells",
                            )
                    if row > part.last_row or column > part.last_column:
                        _grow(part, row, column, limits)
                    if kind == "e":
                        part.errors.add(row * ROW_STRIDE + column)
            elif tag == "f":
                key = row * ROW_STRIDE + column
                (part.text_formulas if kind == "str" else part.formulas).add(key)
                _grow(part, row, column, limits)
            elif tag == "row":
                number = attributes.get("r")
                row = int(number) if number else row + 1
                column = 0
            elif tag == "mergeCell":
                part.merges.append(attributes.get("ref", ""))
                if len(part.merges) > MERGES:
                    raise Unreadable(
                        f"This sheet has more than {MERGES:,} merged cells. Unmerge them and save it again.",
                        "too_many_merges",
                    )
        except ValueError as error:
            raise Unreadable(ALTERED, "altered") from error

    return start


def _column(letters: str, known: dict[str, int]) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(letters)
    index = column_index(letters) + 1
    if index > COLUMNS_IN_EXCEL:
        raise ValueError(letters)
    known[letters] = index
    return index


def _grow(part: PartScan, row: int, column: int, limits: Limits) -> None:
    part.last_row = max(part.last_row, row)
    part.last_column = max(part.last_column, column)
    if part.last_row > limits.rows:
        raise Unreadable(
            f"A sheet has cells below row {limits.rows:,}, the last row we read. "
            "Delete the rows below the figures, or split the sheet.",
            "too_many_rows",
        )
    if part.last_column > limits.columns:
        raise Unreadable(
            f"A sheet has cells to the right of column {limits.columns:,}, the last column we read. "
            "Delete the columns beside the figures.",
            "too_many_columns",
        )
    if part.last_row * part.last_column > limits.area:
        raise Unreadable(
            f"A sheet spreads over more than {limits.area:,} cells (rows times columns). "
            "Delete what stands far from the figures.",
            "too_many_cells",
        )


def too_long(limits: Limits) -> Unreadable:
    return Unreadable(
        f"A cell holds more than {limits.cell_characters:,} characters. Shorten it and save the workbook again.",
        "cell_too_long",
    )


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(ALTERED, "altered")


def _refuse_other_encodings(version: str, encoding: str | None, standalone: int) -> None:
    # The cell parser reads UTF-8 alone: in any other encoding it would quietly see no cells.
    if encoding and encoding.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Unreadable(ALTERED, "altered")


def _not_xml(error: expat.ExpatError) -> Unreadable:
    return Unreadable(DAMAGED, "damaged")
