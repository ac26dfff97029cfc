"""The month that a return says it is for."""

import re
from datetime import date

from core.workbooks import Value

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
IN_WORDS = re.compile(rf"\b({'|'.join(MONTHS)})[A-Z]*[\s,./'_-]*((?:20)?\d\d)\b")
YEAR_FIRST = re.compile(r"(?<![\d/.-])(20\d\d)[-/. ]?(0[1-9]|1[0-2])(?![\d/.-])")
MONTH_FIRST = re.compile(r"(?<![\d/.-])(0?[1-9]|1[0-2])[-/. ](20\d\d)\b")


def period_in(value: Value) -> str | None:
    """The month told by a cell as "2026-10": a date, "OCTOBER 2026", "OCT-26", "2026-10", "202610", "10/2026"."""
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    text = "" if value is None else str(value).upper()
    if found := IN_WORDS.search(text):
        year = found[2] if len(found[2]) == 4 else f"20{found[2]}"
        return f"{year}-{MONTHS.index(found[1]) + 1:02}"
    if found := YEAR_FIRST.search(text):
        return f"{found[1]}-{found[2]}"
    if found := MONTH_FIRST.search(text):
        return f"{found[2]}-{int(found[1]):02}"
    return None
