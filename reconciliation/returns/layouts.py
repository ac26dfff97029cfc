"""How one employer writes its return: which heading means what. Stored per employer as JSON.

Another employer's format needs another `Layout`, never another reader.
"""

import re
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

ONE_ROW = "one_row"  # one row a person with one sum
ELEMENT_SHEETS = "element_sheets"  # one sheet for savings, one for loans, ...
ELEMENT_ROWS = "element_rows"  # a row for each element of a person, the element in a column
ELEMENT_COLUMNS = "element_columns"  # one row a person with a column for each element
SHAPES = (ONE_ROW, ELEMENT_SHEETS, ELEMENT_ROWS, ELEMENT_COLUMNS)

# What a sheet's name or an element's code says, and our element for it; the first that fits counts.
# Whole words only: SAVANNAH is a place, and a COMMAND is where people serve.
ELEMENT_WORDS = (
    ("XMAS+|CHRISTMAS", "christmas"),
    ("SHARES?", "shares"),
    ("SAV|SVGS?|SAVINGS?|CONTRIB|CONTRIBUTIONS?|THRIFT", "savings"),
    ("EMER|EMERG|EMERGENCY", "emergency"),
    ("ELECT|ELECTRONICS?", "electronics"),
    ("COMM|COMMODITY|COMMODITIES", "commodity"),
    ("ASSETS?|CAR", "asset"),
    ("LOANS?", "loan"),
    ("LEVY|LEVIES", "levy"),
)
KNOWN_ELEMENTS = tuple((re.compile(rf"\b({words})\b"), element) for words, element in ELEMENT_WORDS)


@dataclass(frozen=True)
class Layout:
    """The headings of a return by what they hold; each is compared without case, dots and underscores.

    Where several headings are given for one thing, any of them will do. A file
    without headings names its columns by letter in `columns` and says where its
    people begin in `first_row`.
    """

    shape: str = ONE_ROW
    staff_no: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    name_rest: tuple[str, ...] = ()  # given names in a column of their own
    amount: tuple[str, ...] = ()
    element: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    row_total: tuple[str, ...] = ()  # with element columns: the sum that the row itself states
    element_columns: dict[str, str] = field(default_factory=dict)  # heading -> element
    elements: dict[str, str] = field(default_factory=dict)  # sheet name or code -> element
    columns: dict[str, str] = field(default_factory=dict)  # "staff_no" -> "B", for files without headings
    first_row: int = 0
    skip_sheets: tuple[str, ...] = ()
    staff_no_width: int = 0  # figures of a staff number that may have lost its zeros; 0 leaves it as it is

    def to_json(self) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
            if value or key == "shape"
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Layout":
        """The layout that `to_json` stored; ValueError for words that it does not know and for columns left out."""
        known = {one.name for one in fields(cls)}
        unknown = sorted(set(stored) - known)
        if unknown:
            raise ValueError(f"A return's layout has no {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        if stored.get("shape", ONE_ROW) not in SHAPES:
            raise ValueError(f"The shape of a return is one of {', '.join(SHAPES)}.")
        layout = cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()})
        by_letter, wide = layout.columns, layout.shape == ELEMENT_COLUMNS
        people = {"staff_no", "name"} & by_letter.keys() if by_letter else layout.staff_no or layout.name
        amounts = layout.element_columns if wide else by_letter.get("amount") if by_letter else layout.amount
        if not people or not amounts:
            raise ValueError("A return's layout names a column of staff numbers or names, and one of amounts.")
        return layout

    def element_for(self, written: str) -> str:
        """Our word for an element as the employer writes it; his own in small letters where we have none."""
        stored = {heading(key): value for key, value in self.elements.items()}
        return stored.get(heading(written)) or known_element(written) or heading(written).lower()


def heading(value: Any) -> str:
    """A heading for comparing: "Employee No." and "EMPLOYEE_NO" are the same."""
    if value is None or isinstance(value, Decimal | date):
        return ""
    return " ".join(re.findall(r"[A-Z0-9]+", str(value).upper()))


def known_element(written: str) -> str:
    """The element that a code or title names, blank where no word of it is known."""
    words = heading(written)
    return next((element for pattern, element in KNOWN_ELEMENTS if pattern.search(words)), "")
