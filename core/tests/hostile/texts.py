"""Comma-separated files: hostile ones, and honest ones in the odd encodings of payroll offices."""

from core.tests.hostile.case import Case

PLAIN = 'STAFF NO,NAME,AMOUNT\n060583,ÀJÀYÍ Tèmi,"12,500.00"\n'
LATIN = "STAFF NO;NAME;AMOUNT\n060583;AJAYI Renée;12500\n"


def text_cases() -> list[Case]:
    """CSV cases; the accepted ones keep their zeros and their marks."""
    return [
        Case("UTF-8 CSV", "r.csv", lambda: PLAIN.encode(), None),
        Case("UTF-8 CSV with a mark", "r.csv", lambda: PLAIN.encode("utf-8-sig"), None),
        Case("UTF-16 CSV", "r.csv", lambda: PLAIN.encode("utf-16"), None),
        Case("UTF-16 CSV without a mark", "r.csv", lambda: PLAIN.encode("utf-16-le"), None),
        Case("Latin-1 CSV", "r.csv", lambda: LATIN.encode("latin-1"), None),
        Case("tab-separated", "r.txt", lambda: LATIN.replace(";", "\t").encode(), None),
        Case("sep= line", "r.csv", lambda: ("sep=;\r\n" + LATIN).encode(), None),
        Case("headers twice", "r.csv", lambda: b"NAME,NAME,AMOUNT\nOjo,Ojo,5\n", None),
        Case("DDE in CSV", "r.csv", lambda: b"NAME,AMOUNT\n\"=cmd|' /C calc'!A0\",5\n", None, ("formula_as_text",)),
        Case("minus DDE in CSV", "r.csv", lambda: b"NAME,AMOUNT\n\"-2+3+cmd|' /C calc'!A0\",5\n", None,
             ("formula_as_text",)),
        Case("zeros kept by a formula", "r.csv", lambda: b'STAFF NO,AMOUNT\n="060583",-500\n', None),
        Case("NUL bytes", "r.csv", lambda: b"NAME,AMOUNT\nOjo,5\x00\x00000\n" * 50, "not_text"),
        Case("noise named csv", "r.csv", lambda: bytes(range(1, 256)) * 40, "not_text"),
        Case("a line of 10 MB", "r.csv", lambda: b"NAME" + b"," * 10_000_000 + b"\n", "line_too_long"),
        Case("a cell of 1 MB", "r.csv", lambda: b"NAME,AMOUNT\n" + b"x" * 1_000_000 + b",5\n", "cell_too_long"),
        Case("a quote never closed", "r.csv", lambda: b'NAME,AMOUNT\n"Ojo,5\n' + b"Ojo,5\n" * 50_000, "cell_too_long"),
        Case("100,000 columns", "r.csv", lambda: b"1," * 100_000 + b"\n", "too_many_columns"),
        Case("60,000 rows", "r.csv", lambda: b"Ojo,5\n" * 60_000, "too_many_rows"),
        Case("a million cells", "r.csv", lambda: (b"1," * 150 + b"1\n") * 7_000, "too_many_cells"),
        Case("19 MB of one column", "r.csv", lambda: b"7\n" * 9_500_000, "too_many_rows"),
    ]  # fmt: skip
