"""One hostile file, and the smallest honest XLSX from which most of them are made."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True)
class Case:
    """`refused` is the reason expected; None means accepted, with `notes` the codes of its cell notes."""

    name: str
    filename: str
    build: Callable[[], bytes]
    refused: str | None
    notes: tuple[str, ...] = ()


def sheet_xml(rows: str = "", *, before: str = "", after: str = "") -> str:
    return f'{XML}{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


HONEST_ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>NAMES</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>SAVINGS</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>OJO Emeka</t></is></c><c r="B2"><v>5000</v></c></row>'
)


def parts(sheet: str | None = None, *, sheets: int = 1, workbook_extra: str = "", styles: str = "") -> dict[str, str]:
    """The parts of a small XLSX; `sheet` is the XML of its first sheet."""
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1))
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    links += f'<Relationship Id="rId900" Type="{OFFICE}/styles" Target="styles.xml"/>'
    links += f'<Relationship Id="rId901" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    made = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{package}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        f'package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'{XML}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_extra}<sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        "xl/styles.xml": styles or f'{XML}<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}"><si><t>shared</t></si></sst>',
    }
    for number in range(1, sheets + 1):
        made[f"xl/worksheets/sheet{number}.xml"] = sheet_xml(HONEST_ROWS)
    if sheet is not None:
        made["xl/worksheets/sheet1.xml"] = sheet
    return made


def packed(files: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED, level: int = 1) -> bytes:
    """The files as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def honest() -> bytes:
    """A small workbook with nothing wrong."""
    return packed(parts())
