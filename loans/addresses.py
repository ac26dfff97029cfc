"""The number of a paper as it stands in an address."""

import re
from urllib.parse import quote, unquote

OURS = r"[A-Za-z0-9][^/~]*/[0-9]{4}/[0-9]+"
_OURS = re.compile(OURS)


def in_address(serial: str) -> str:
    """`APP/2026/0001` and `LH/2026/001` keep their strokes; any other stands in one piece: `L-17/B` as `~L-17~2FB`.

    Old books number their loans as they like, and no such number may be taken for another page's address.
    """
    if _OURS.fullmatch(serial):
        return serial
    return "~" + quote(serial, safe="").replace("~", "%7E").replace("%", "~")


def from_address(piece: str) -> str:
    """The number again."""
    return unquote(piece[1:].replace("~", "%")) if piece.startswith("~") else piece
