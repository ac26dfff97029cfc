"""Cells of other people's sheets made into money, dates and numbers, saying what had to be repaired.

Shared by every import. Each reader takes a cell's value (text, Decimal, date or
None) and gives `Cleaned(value, repaired)`; what cannot be read, or could be read
in two ways, raises CellUnreadable with what to type instead. Nothing is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Generic, TypeVar

from core.errors import DomainError

Cell = str | Decimal | date | None
T = TypeVar("T")

KOBO = Decimal("0.01")
NOISE = Decimal("0.0005")  # what binary fractions leave behind in a spreadsheet's sums
LARGEST_MONEY = Decimal("999999999999.99")
NOTHING = frozenset(("", "-", "--", "---", "–", "—", "nil", "none", "n/a", "na", "null"))
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip
# Excel counts days from here; the two days of difference are its 1900 leap-year mistake and its counting from 1.
EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(20_000, 80_000)  # 1954 to 2119
CENTURY_TURNS = 69  # two figures: 70 to 99 are 19xx


class CellUnreadable(DomainError):
    """When a cell cannot be read, or could be read in two ways; the message says what to type."""


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[T]):
    """A value and what was repaired to get it (None: nothing), as words that end a sentence: "was text"."""

    value: T
    repaired: str | None = None


# Money ----------------------------------------------------------------------------------------------------------------

_CURRENCY = re.compile(r"₦|=N=|NGN|NAIRA|(?<![A-Z])N(?=[\s\d.(\-])|(?<![A-Z0-9])#(?=\s*\d)", re.IGNORECASE)
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)?(?:[.:](?P<part>\d+))?").fullmatch
_SIDE = re.compile(r"(DR|CR|DEBIT|CREDIT)\.?$", re.IGNORECASE)
_ENDINGS = re.compile(r"(?:/=|/-|=|\bONLY)\.?$|(?<=[.:]\d\d)K\.?$", re.IGNORECASE)


def as_money(cell: Cell) -> Cleaned[Decimal | None]:
    """An amount in naira with two places: 12500, "₦12,500.00", "N5,000", "(1,200.00)"; None for blank, "-" or "nil".

    An amount marked DR or CR is refused here, since its sign depends on the column: see `as_sided_money`.
    """
    amount, side, repaired = _money(cell)
    if side:
        raise CellUnreadable(
            f"“{cell}” is marked {side}. Type it without the mark, with a minus where it takes away from the column."
        )
    return Cleaned(amount, repaired)


def as_sided_money(cell: Cell) -> Cleaned[tuple[Decimal | None, str]]:
    """As `as_money`, with the side that the cell itself names: ("12,500.00DR") gives (12500.00, "DR"), else ""."""
    amount, side, repaired = _money(cell)
    return Cleaned((amount, side), repaired)


def _money(cell: Cell) -> tuple[Decimal | None, str, str | None]:
    if cell is None:
        return None, "", None
    if isinstance(cell, Decimal):
        amount = _to_kobo(cell, cell)
        return amount, "", "was rounded to the kobo" if abs(amount - cell) > NOISE else None
    if isinstance(cell, date):
        raise CellUnreadable("This cell holds a date where an amount belongs. Type the amount.")
    text = re.sub(r"\s+", " ", cell.replace("\xa0", " ").replace("−", "-").replace("'", "")).strip()
    if text.casefold() in NOTHING:
        return None, "", None
    side, found = "", _SIDE.search(text)
    if found:
        side = found[1].upper()[0] + "R"
        text = text[: found.start()].strip()
    bare = _ENDINGS.sub("", _CURRENCY.sub("", text)).strip()
    negative = bare.startswith("-") or bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
    bare = bare.strip("-() ").strip()
    bare = _CURRENCY.sub("", bare).strip()
    read = _AMOUNT(bare)
    if read is None or not (read["whole"] or read["part"]):
        raise CellUnreadable(f"“{cell}” is not one clear amount. Type it in figures, like 12,500.00.")
    whole = re.sub(r"[, ]", "", read["whole"] or "0")
    amount = _to_kobo(Decimal(f"{whole}.{read['part'] or '0'}"), cell)
    return (-amount if negative else amount), side, "was text, not a number"


def _to_kobo(amount: Decimal, cell: Cell) -> Decimal:
    if not amount.is_finite() or abs(amount) > LARGEST_MONEY:
        raise CellUnreadable(f"“{cell}” is too large for an amount. Check the number of zeros.")
    # Reading a cell, not arithmetic: the engine rounds what is computed, this takes off a spreadsheet's binary tail.
    return amount.quantize(KOBO, rounding=ROUND_HALF_UP)


# Other numbers --------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(
    r"(-?\d+(?:\.\d+)?)\s*(?P<rest>%|per ?cent|p\.?a\.?|% ?p\.?a\.?|months?|mths?|mnths?)?\.?", re.I
).fullmatch


def as_number(cell: Cell) -> Cleaned[Decimal | None]:
    """A plain number such as a rate or a count: 12, "12%", "12 % p.a.", "36 months"; None for blank or "-"."""
    if cell is None:
        return Cleaned(None)
    if isinstance(cell, Decimal):
        return Cleaned(cell)
    if isinstance(cell, date):
        raise CellUnreadable("This cell holds a date where a number belongs. Type the number.")
    text = cell.strip()
    if text.casefold() in NOTHING:
        return Cleaned(None)
    read = _NUMBER(text.replace(",", ""))
    if read is None:
        raise CellUnreadable(f"“{cell}” is not a number. Type it in figures.")
    return Cleaned(Decimal(read[1]), "was text, not a number")


def as_whole_number(cell: Cell) -> Cleaned[int | None]:
    """A count such as months: 36, "36 months"; parts of one are refused."""
    read = as_number(cell)
    if read.value is None:
        return Cleaned(None)
    if read.value != read.value.to_integral_value():
        raise CellUnreadable(f"“{cell}” is not a whole number. Type a whole number.")
    return Cleaned(int(read.value), read.repaired)


# Dates ----------------------------------------------------------------------------------------------------------------

_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})\s?[/\-. ]\s?(\d{1,2})\s?[/\-. ]\s?(\d{4}|\d{2})").fullmatch
_YEAR_MONTH_DAY = re.compile(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})(?:[T ].*)?").fullmatch
_DAY_WORD_YEAR = re.compile(
    r"(\d{1,2})(?:ST|ND|RD|TH)?(?: OF)?[\s,.\-/]*([A-Z]{3,9})[\s,.\-/]*(\d{4}|\d{2})", re.I
).fullmatch
_WORD_DAY_YEAR = re.compile(r"([A-Z]{3,9})\.?\s*(\d{1,2})(?:ST|ND|RD|TH)?[\s,.]+(\d{4})", re.I).fullmatch
_WEEKDAY = re.compile(r"^(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[,.]?\s+", re.I)


def as_date(cell: Cell) -> Cleaned[date | None]:
    """A date: a date cell, "30/09/2026" (day first, as in Nigeria), "30TH SEPTEMBER 2026", "12-Oct-24", "2026-09-30".

    A day that does not exist, or a month above 12, is refused: it may have been typed month first.
    """
    if cell is None:
        return Cleaned(None)
    if isinstance(cell, date):
        return Cleaned(cell)
    if isinstance(cell, Decimal):
        if cell == cell.to_integral_value() and int(cell) in SERIALS:
            return Cleaned(EXCEL_EPOCH + timedelta(days=int(cell)), "was a day number, not a date")
        raise CellUnreadable(f"{cell} is not a date. Type the date as 30/09/2026.")
    text = _WEEKDAY.sub("", " ".join(cell.split()))
    if text.casefold() in NOTHING:
        return Cleaned(None)
    if found := _DAY_MONTH_YEAR(text):
        day, month, year = map(int, found.groups())
    elif found := _YEAR_MONTH_DAY(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_WORD_YEAR(text):
        day, month, year = int(found[1]), _month(found[2], cell), int(found[3])
    elif found := _WORD_DAY_YEAR(text):
        day, month, year = int(found[2]), _month(found[1], cell), int(found[3])
    else:
        raise CellUnreadable(f"“{cell}” is not a full date. Type it as 30/09/2026.")
    if year < 100:
        year += 2000 if year <= CENTURY_TURNS else 1900
    if month > 12:
        raise CellUnreadable(
            f"“{cell}” has no month {month}. It may have been typed month first; type it as day/month/year."
        )
    try:
        return Cleaned(date(year, month, day), "was text, not a date")
    except ValueError as error:
        raise CellUnreadable(f"“{cell}” is a day that does not exist. Type the right date.") from error


def _month(word: str, cell: str) -> int:
    number = MONTHS.get(word[:3].lower())
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    if number is None or not (full[number - 1].startswith(word.lower()) or word.lower() == "sept"):
        raise CellUnreadable(f"“{cell}” names no month that we know. Type the date as 30/09/2026.")
    return number


# Numbers that are names -----------------------------------------------------------------------------------------------

_FLOAT_TEXT = re.compile(r"(\d+)\.0+").fullmatch
_NOT_DIGITS = re.compile(r"[\s().\-/]")


def as_staff_number(cell: Cell) -> Cleaned[str | None]:
    """A staff number as text: 250468.0 is "250468"; text keeps its zeros and letters.

    Zeros that were lost are not put back here: that takes the employer's other numbers.
    """
    if cell is None:
        return Cleaned(None)
    if isinstance(cell, Decimal):
        if cell != cell.to_integral_value() or cell < 0:
            raise CellUnreadable(f"{cell} is not a staff number. Type it as the employer writes it.")
        return Cleaned(format(cell.to_integral_value(), "f"), "was a number, not text")
    if isinstance(cell, date):
        raise CellUnreadable("This cell holds a date where a staff number belongs. Type the number as text.")
    text = " ".join(cell.lstrip("'").split())
    if text.casefold() in NOTHING:
        return Cleaned(None)
    if found := _FLOAT_TEXT(text):
        return Cleaned(found[1], "had “.0” after it")
    tidy = re.sub(r"\s*([/\-])\s*", r"\1", text).upper()
    return Cleaned(tidy, None if tidy == cell.strip() else "was written in another way")


def as_phone(cell: Cell) -> Cleaned[str | None]:
    """A Nigerian phone number of 11 figures: 9059238128.0 is "09059238128", "+234 803 123 4567" is "08031234567".

    Of two numbers in one cell the first is taken, and told. Anything else is refused.
    """
    if cell is None:
        return Cleaned(None)
    if isinstance(cell, date):
        raise CellUnreadable("This cell holds a date where a phone number belongs. Type the number as text.")
    text = format(cell, "f") if isinstance(cell, Decimal) else cell.strip()
    if text.casefold() in NOTHING:
        return Cleaned(None)
    if found := _FLOAT_TEXT(text):
        text = found[1]
    parts = [part for part in re.split(r"[,;/]| or | and |&", text) if len(re.sub(r"\D", "", part)) >= 10]
    first = (parts or [text])[0]
    digits = _NOT_DIGITS.sub("", first).lstrip("'")
    if digits.startswith("+"):
        digits = digits[1:]
    elif digits.startswith("009"):
        raise CellUnreadable(f"“{cell}” is not a Nigerian phone number. Type its 11 figures.")
    if digits.startswith("234") and len(digits) in (13, 14):
        digits = "0" + digits[3:].lstrip("0")
    elif len(digits) == 10 and digits[0] in "789":
        digits = "0" + digits
    if not (digits.isascii() and digits.isdigit() and len(digits) == 11 and digits[0] == "0"):
        raise CellUnreadable(f"“{cell}” is not a phone number of 11 figures. Type it like 08031234567.")
    if len(parts) > 1:
        return Cleaned(digits, "held two numbers and the first was taken")
    if isinstance(cell, Decimal):
        return Cleaned(digits, "was a number and had lost its first zero")
    return Cleaned(digits, None if digits == cell.strip() else "was written in another way")


# Text -----------------------------------------------------------------------------------------------------------------


def as_text(cell: Cell) -> Cleaned[str | None]:
    """Any cell as text: whole numbers without their dot, dates as 2026-09-30; None for blank or "-"."""
    if cell is None:
        return Cleaned(None)
    if isinstance(cell, Decimal):
        try:
            whole = cell.to_integral_value()
        except InvalidOperation:
            whole = cell
        return Cleaned(format(whole if whole == cell else cell, "f"))
    if isinstance(cell, date):
        return Cleaned(cell.isoformat())
    text = " ".join(cell.split())
    return Cleaned(None if text.casefold() in NOTHING else text)
