"""Sheets too large, sheets that are not XML, and cells with no honest value."""

import random

from core.tests.hostile.case import HONEST_ROWS, MAIN, XML, Case, packed, parts, sheet_xml

LAUGHS = "<!DOCTYPE lolz [" + '<!ENTITY a0 "lol">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip
DATE_STYLES = f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
ERROR = '<c t="e"><v>#REF!</v></c>'
ERROR_OF_FORMULA = '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>'
NO_NUMBERS = ("<c><v>NaN</v></c>", "<c><v>inf</v></c>", "<c><v>1e999</v></c>")


def _sheet(rows: str, **more: str) -> bytes:
    return packed(parts(sheet_xml(rows, **more)))


def _cells(*cells: str) -> bytes:
    return _sheet(HONEST_ROWS + f'<row r="3">{"".join(cells)}</row>')


def _million_rows() -> bytes:
    return _sheet("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1_000_001)))


def _million_columns() -> bytes:
    return _sheet('<row r="1">' + "<c><v>1</v></c>" * 1_000_000 + "</row>")


def _million_styled_blanks() -> bytes:
    return _sheet("".join(f'<row r="{n}">' + '<c s="1"/>' * 100 + "</row>" for n in range(1, 50_001)))


def _amplified() -> bytes:
    """A long shared string named by half a million cells."""
    made = parts(
        sheet_xml("".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 25 + "</row>" for n in range(1, 20_001)))
    )
    made["xl/sharedStrings.xml"] = f'{XML}<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>'
    return packed(made)


def _heavy() -> bytes:
    """About 19 MB packed and 190 MB unpacked: nothing in it lies, there is only far too much."""
    pick = random.Random(8)
    cell = f'<c t="inlineStr"><is><t>NAME {"NAME " * 20}</t></is></c>'
    row = f"<row>{cell * 30}</row>"
    return packed(
        parts(sheet_xml(row * (170_000_000 // len(row)))) | {"xl/media/image1.png": pick.randbytes(18_000_000)}
    )


def _big_but_honest() -> bytes:
    """10,000 members by 40 columns: more than any society has, and still read."""
    rows = []
    for number in range(1, 10_001):
        cells = "".join(f"<c><v>{number * 40 + column}.5</v></c>" for column in range(40))
        rows.append(f'<row r="{number}">{cells}</row>')
    return _sheet("".join(rows))


def _deep() -> bytes:
    return _sheet("<a>" * 1_500_000 + "</a>" * 1_500_000)


def _attributes() -> bytes:
    return _sheet("<row " + " ".join(f'a{n}="1"' for n in range(1_000_000)) + "/>")


def _long_attribute() -> bytes:
    return _sheet(f'<row r="1"><c r="{"A" * 5_000_000}1"><v>1</v></c></row>')


def _dates_of_1904() -> bytes:
    return packed(
        parts(
            sheet_xml(HONEST_ROWS + '<row r="3"><c r="A3" s="1"><v>44833</v></c></row>'),
            workbook_extra='<workbookPr date1904="1"/>',
            styles=DATE_STYLES,
        )
    )


def _impossible_dates() -> bytes:
    cells = "".join(f'<c s="1"><v>{value}</v></c>' for value in ("-5", "0", "60", "2958466", "1e12", "1e300"))
    return packed(parts(sheet_xml(HONEST_ROWS + f'<row r="3">{cells}</row>'), styles=DATE_STYLES))


def _inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _merges(count: int) -> str:
    blocks = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, count + 1))
    return f'<mergeCells count="{count}">{blocks}</mergeCells>'


def sheet_cases() -> list[Case]:
    """Cases whose zip is honest and whose XML is not, and odd cells that are read as blanks with a note."""
    xxe = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return [
        Case("honest workbook", "books.xlsx", lambda: _sheet(HONEST_ROWS), None),
        Case("no cells at all", "books.xlsx", lambda: _sheet(""), "empty"),
        Case("10,000 rows by 40 columns", "books.xlsx", _big_but_honest, None),
        Case("billion laughs", "books.xlsx", lambda: _sheet(_inline("&a9;"), before=LAUGHS), "altered"),
        Case("reads another file", "books.xlsx", lambda: _sheet(_inline("&f;"), before=xxe), "altered"),
        Case("broken XML", "books.xlsx", lambda: packed(parts("<worksheet><sheetData><row>")), "damaged"),
        Case("not XML", "books.xlsx", lambda: packed(parts("hello")), "damaged"),
        Case("UTF-16 XML", "books.xlsx", lambda: packed(parts() | {"xl/worksheets/sheet1.xml": _utf16()}), "altered"),
        Case("UTF-16 XML that does not say so", "books.xlsx",
             lambda: packed(parts() | {"xl/worksheets/sheet1.xml": _utf16("")}), "altered"),
        Case("deep nesting", "books.xlsx", _deep, "unpacks_too_far"),
        Case("a million attributes", "books.xlsx", _attributes, "cell_too_long"),
        Case("a cell reference of 5 MB", "books.xlsx", _long_attribute, "cell_too_long"),
        Case("a million rows", "books.xlsx", _million_rows, "too_many_cells"),
        Case("row 1,048,576", "books.xlsx", lambda: _sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
             "too_many_rows"),
        Case("row 99 million", "books.xlsx", lambda: _sheet('<row><c r="A99999999"><v>1</v></c></row>'),
             "too_many_rows"),
        Case("a million columns", "books.xlsx", _million_columns, "unpacks_too_far"),
        Case("column XFD", "books.xlsx", lambda: _sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'),
             "too_many_columns"),
        Case("column ZZZZ", "books.xlsx", lambda: _sheet('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'), "altered"),
        Case("two cells far apart", "books.xlsx",
             lambda: _sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="50000"><c r="GR50000"><v>1</v></c></row>'),
             "too_many_cells"),
        Case("five million blank styled cells", "books.xlsx", _million_styled_blanks, "too_many_cells"),
        Case("one string in half a million cells", "books.xlsx", _amplified, "too_much_memory"),
        Case("19 MB packed and 190 unpacked", "books.xlsx", _heavy, "too_many_cells"),
        Case("a cell of 100,000 letters", "books.xlsx", lambda: _cells(_inline("x" * 100_000)), "cell_too_long"),
        Case("a cell of 50 MB", "books.xlsx", lambda: _cells(_inline("x" * 50_000_000)), "unpacks_too_far"),
        Case("20,001 merges", "books.xlsx", lambda: _sheet(HONEST_ROWS, after=_merges(20_001)), "too_many_merges"),
        Case("merged header", "books.xlsx", lambda: _sheet(HONEST_ROWS, after=_merges(1)), None),
        Case("formula never calculated", "books.xlsx", lambda: _cells("<c><f>SUM(B2:B9)</f></c>"), None,
             ("formula_without_value",)),
        Case("formula with an empty value", "books.xlsx", lambda: _cells('<c r="D3"><f>1+1</f><v></v></c>'), None,
             ("formula_without_value",)),
        Case("formula with its value", "books.xlsx", lambda: _cells("<c><f>SUM(B2:B2)</f><v>5000</v></c>"), None),
        Case("formula giving text", "books.xlsx", lambda: _cells('<c t="str"><f>T(A9)</f><v></v></c>'), None),
        Case("DDE formula", "books.xlsx", lambda: _cells("<c><f>cmd|' /C calc'!A0</f></c>"), None,
             ("formula_without_value",)),
        Case("DDE as text", "books.xlsx", lambda: _cells(_inline("=cmd|' /C calc'!A0")), None, ("formula_as_text",)),
        Case("HYPERLINK as text", "books.xlsx", lambda: _cells(_inline("=HYPERLINK(&quot;http://x&quot;)")), None,
             ("formula_as_text",)),
        Case("@SUM as text", "books.xlsx", lambda: _cells(_inline("@SUM(1)")), None, ("formula_as_text",)),
        Case("a tab before the formula", "books.xlsx", lambda: _cells(_inline("&#9;=1+1")), None, ("formula_as_text",)),
        Case("+cmd as text", "books.xlsx", lambda: _cells(_inline("+cmd|' /C calc'!A0")), None, ("formula_as_text",)),
        Case("error cells", "books.xlsx", lambda: _cells(ERROR, ERROR_OF_FORMULA), None, ("error_value",) * 2),
        Case("not a number", "books.xlsx", lambda: _cells(*NO_NUMBERS), None, ("not_a_number",) * 3),
        Case("a number that is text", "books.xlsx", lambda: _cells("<c><v>12,500</v></c>"), None),
        Case("a string number beyond the list", "books.xlsx", lambda: _cells('<c t="s"><v>999</v></c>'), "damaged"),
        Case("dates counted from 1904", "books.xlsx", _dates_of_1904, None),
        Case("impossible dates", "books.xlsx", _impossible_dates, None),
        Case("control characters", "books.xlsx", lambda: _cells(_inline("_x0000_OJO_x0007_ \u202eakemE\u202c")), None),
        Case("hidden sheet", "books.xlsx", lambda: packed(_hidden()), None),
    ]  # fmt: skip


def _utf16(declaration: str = XML.replace("UTF-8", "UTF-16")) -> bytes:
    return sheet_xml(HONEST_ROWS).replace(XML, declaration).encode("utf-16")


def _hidden() -> dict[str, str]:
    made = parts()
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace('sheetId="1"', 'sheetId="1" state="veryHidden"')
    return made
