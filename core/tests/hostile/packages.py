"""Files that lie about what they are, and zips that lie about what they hold."""

import io
import struct
import zipfile
import zlib

from core.tests.hostile.case import MAIN, XML, Case, honest, packed, parts, sheet_xml

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
CENTRAL = b"PK\x01\x02"


def _ole(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + b"\x00" * 4096


def _with(**files: str | bytes) -> bytes:
    return packed(parts() | {name.replace("__", "/"): content for name, content in files.items()})


def _without(name: str) -> bytes:
    made = parts()
    del made[name]
    return packed(made)


def _bomb(part: str, kilobytes: int = 200_000) -> bytes:
    """200 MB of blanks in one part, about 200 KB packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        made = parts()
        made.pop(part, None)
        for name, content in made.items():
            archive.writestr(name, content)
        with archive.open(part, "w") as sheet:
            sheet.write(sheet_xml().encode()[:-20])
            blank = b" " * 1000
            for _ in range(kilobytes):
                sheet.write(blank)
    return out.getvalue()


def _lying_bomb() -> bytes:
    """The same in a part that no reader parses, its headers saying that it is 100 bytes long."""
    data = bytearray(_bomb("xl/theme/theme1.xml"))
    at = 0
    while (at := data.find(CENTRAL, at)) >= 0:
        length = struct.unpack_from("<H", data, at + 28)[0]
        if data[at + 46 : at + 46 + length] == b"xl/theme/theme1.xml":
            struct.pack_into("<I", data, at + 24, 100)
            local = struct.unpack_from("<I", data, at + 42)[0]
            struct.pack_into("<I", data, local + 22, 100)
        at += 46
    return bytes(data)


def _media_bomb() -> bytes:
    """180 MB of zeros in a picture that no reader needs."""
    return _with(xl__media__image1_png=b"\x00" * 180_000_000)


def _overlapping() -> bytes:
    """Two names for the same bytes: the second central entry points at the first's data."""
    data = bytearray(packed(parts() | {"xl/aaa.xml": "<a/>", "xl/bbb.xml": "<a/>"}))
    at, offsets = 0, {}
    while (at := data.find(CENTRAL, at)) >= 0:
        length = struct.unpack_from("<H", data, at + 28)[0]
        offsets[bytes(data[at + 46 : at + 46 + length])] = at
        at += 46
    first = struct.unpack_from("<I", data, offsets[b"xl/aaa.xml"] + 42)[0]
    struct.pack_into("<I", data, offsets[b"xl/bbb.xml"] + 42, first)
    return bytes(data)


def _twice_named() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
        archive.writestr("XL/Worksheets/sheet1.xml", sheet_xml())
    return out.getvalue()


def _flagged(bit: int) -> bytes:
    data = bytearray(honest())
    at = data.find(CENTRAL)
    data[at + 8] |= bit
    return bytes(data)


def _flipped() -> bytes:
    """One byte of a stored sheet changed after its checksum was taken."""
    data = bytearray(packed(parts(), compression=zipfile.ZIP_STORED))
    at = data.find(b"<v>5000</v>")
    data[at + 3] = ord("9")
    return bytes(data)


def _nested(depth: int = 40) -> bytes:
    """Zips within zips, as a quine would look from outside: nobody must follow it down."""
    inner = b"PK\x05\x06" + b"\x00" * 18
    for _ in range(depth):
        inner = packed({"r.zip": inner})
    return inner


def _far_offset() -> bytes:
    data = bytearray(honest())
    at = data.rfind(CENTRAL)
    struct.pack_into("<I", data, at + 42, 0x7FFFFFF0)
    return bytes(data)


def _giant_counts() -> bytes:
    """An end record that promises 65,535 entries in 4 GB."""
    data = bytearray(honest())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HHII", data, at + 8, 0xFFFE, 0xFFFE, 0xFFFFFFF0, 0)
    return bytes(data)


def _macro_type() -> bytes:
    made = parts()
    made["[Content_Types].xml"] = made["[Content_Types].xml"].replace(
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", "vnd.ms-excel.sheet.macroEnabled.main"
    )
    return packed(made)


def _noise(size: int) -> bytes:
    return zlib.compress(bytes(range(256)) * 8)[:6] + bytes((i * i * 31 + (i >> 3)) % 251 for i in range(size))


def package_cases() -> list[Case]:
    """Wrong types, broken zips and bombs."""
    doctype = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    link = f'{XML}<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
    return [
        Case("empty file", "books.xlsx", lambda: b"", "empty"),
        Case("only blanks", "books.csv", lambda: b" \r\n\r\n  \n", "empty"),
        Case("over 20 MB", "books.xlsx", lambda: honest() + b"\x00" * 20_000_001, "too_big"),
        Case("noise named xlsx", "books.xlsx", lambda: _noise(5000), "wrong_type"),
        Case("CSV named xlsx", "books.xlsx", lambda: b"NAME,SAVINGS\nOjo,5000\n", "wrong_type"),
        Case("CSV named xls", "books.xls", lambda: b"NAME,SAVINGS\nOjo,5000\n", "wrong_type"),
        Case("PDF named xlsx", "books.xlsx", lambda: b"%PDF-1.7\n" + b"0" * 500, "wrong_type"),
        Case("picture named csv", "books.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "wrong_type"),
        Case("program named xlsx", "books.xlsx", lambda: b"MZ\x90\x00" + b"\x01" * 500, "wrong_type"),
        Case("web page named xls", "books.xls", lambda: b"<html><body><table><tr><td>1</td></table>", "web_page"),
        Case("web page named xlsx", "books.xlsx", lambda: b"\xef\xbb\xbf<!DOCTYPE html><table>", "web_page"),
        Case("XML sheet of 2003", "books.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "web_page"),
        Case("xlsx named pdf", "books.pdf", honest, "wrong_name"),
        Case("xlsx named csv", "books.csv", honest, "wrong_name"),
        Case("text without an ending", "books", lambda: b"NAME,SAVINGS\n", "wrong_name"),
        Case("password", "books.xlsx", lambda: _ole("EncryptedPackage"), "password"),
        Case("BIFF8 in OLE", "books.xls", lambda: _ole("Workbook"), "old_excel"),
        Case("BIFF in OLE named xlsx", "books.xlsx", lambda: _ole("Workbook"), "old_excel"),
        Case("bare BIFF2", "books.xls", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + b"\x00" * 90, "old_excel"),
        Case("macro name", "books.xlsm", honest, "macros"),
        Case("macros under an honest name", "books.xlsx", lambda: _with(**{"xl__vbaProject.bin": b"\x01"}), "macros"),
        Case("macro content type", "books.xlsx", _macro_type, "macros"),
        Case("Excel 4 macro sheet", "books.xlsx", lambda: _with(**{"xl__macrosheets__s.xml": "<a/>"}), "macros"),
        Case("binary workbook", "books.xlsx", lambda: packed({"xl/workbook.bin": b"\x83"}), "binary_workbook"),
        Case("OpenDocument", "books.xlsx", lambda: packed({"mimetype": "x", "content.xml": "<a/>"}), "opendocument"),
        Case("Word document", "books.xlsx", lambda: packed({"word/document.xml": "<a/>"}), "wrong_type"),
        Case("zip of other files", "books.xlsx", lambda: packed({"a.txt": "a"}), "wrong_type"),
        Case("nested zips", "books.xlsx", _nested, "wrong_type"),
        Case("nested zips inside a workbook", "books.xlsx", lambda: _with(**{"xl__media__r.zip": _nested()}), None),
        Case("half of the file", "books.xlsx", lambda: honest()[: len(honest()) // 2], "damaged"),
        Case("last bytes lost", "books.xlsx", lambda: honest()[:-20], "damaged"),
        Case("one byte changed", "books.xlsx", _flipped, "damaged"),
        Case("entry beyond the end", "books.xlsx", _far_offset, "damaged"),
        Case("giant counts", "books.xlsx", _giant_counts, "damaged"),
        Case("entry under a password", "books.xlsx", lambda: _flagged(1), "password"),
        Case("unusual packing", "books.xlsx", lambda: packed(parts(), compression=zipfile.ZIP_LZMA), "altered"),
        Case("overlapping entries", "books.xlsx", _overlapping, "altered"),
        Case("one name twice", "books.xlsx", _twice_named, "altered"),
        Case(
            "1,000 parts", "books.xlsx", lambda: _with(**{f"xl__media__{n}": "" for n in range(1000)}), "too_many_parts"
        ),
        Case("zip bomb", "books.xlsx", lambda: _bomb("xl/theme/theme1.xml"), "unpacks_too_far"),
        Case("zip bomb in a sheet", "books.xlsx", lambda: _bomb("xl/worksheets/sheet1.xml"), "unpacks_too_far"),
        Case("zip bomb with lying headers", "books.xlsx", _lying_bomb, "unpacks_too_far"),
        Case("zip bomb in a picture", "books.xlsx", _media_bomb, "unpacks_too_far"),
        Case("workbook part missing", "books.xlsx", lambda: _without("xl/workbook.xml"), "damaged"),
        Case("sheet part missing", "books.xlsx", lambda: _without("xl/worksheets/sheet1.xml"), "damaged"),
        Case("links part missing", "books.xlsx", lambda: _without("xl/_rels/workbook.xml.rels"), "damaged"),
        Case("no sheets", "books.xlsx", lambda: packed(parts(sheets=0)), "no_sheets"),
        Case("31 sheets", "books.xlsx", lambda: packed(parts(sheets=31)), "too_many_sheets"),
        Case(
            "billion laughs in the strings",
            "books.xlsx",
            lambda: _with(**{"xl__sharedStrings.xml": f"{XML}{doctype}<sst><si><t>&b;</t></si></sst>"}),
            "altered",
        ),
        Case(
            "links to another workbook",
            "books.xlsx",
            lambda: _with(**{"xl__externalLinks__externalLink1.xml": link}),
            None,
        ),
    ]
