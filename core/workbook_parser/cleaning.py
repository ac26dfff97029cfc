"""Text of one cell made safe to hold: normal form, no control or hidden characters, no formula."""

import re
import unicodedata

# C0 and C1 controls become spaces; zero-width and direction marks go, since they hide what a name really says.
_TABLE = dict.fromkeys((*range(32), *range(127, 160)), " ")
_TABLE |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, *range(0x200E, 0x2010), *range(0x202A, 0x202F)))
_TABLE |= dict.fromkeys(range(0x2066, 0x206A))
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*").fullmatch
_QUOTED_TEXT = re.compile(r'="([^"]*)"').fullmatch
_FORMULA = re.compile(r"[=@]|[+\-].*(?:\(|\||!|[A-Z]{1,3}\d)", re.IGNORECASE).match


def clean_text(text: str) -> str:
    """The text in Unicode normal form C, runs of blanks as one space, without control or hidden characters."""
    if _PLAIN(text):
        return text
    return " ".join(unicodedata.normalize("NFC", text).translate(_TABLE).split())


def formula_text(text: str) -> bool:
    """Whether a spreadsheet would run this text: `=cmd|...`, `@SUM(A1)`, `+A1*2`; not `-`, `-500`, `+2348...`."""
    return bool(text) and text[0] in "=@+-" and _FORMULA(text) is not None


def unquoted(text: str) -> str:
    """`="060583"`, the usual way to keep zeros in a CSV, is the text 060583."""
    quoted = _QUOTED_TEXT(text)
    return quoted[1] if quoted else text
