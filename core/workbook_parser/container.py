"""The zip around an XLSX, opened without believing its headers.

Every entry is inflated here and its real bytes are counted; the few parts that
hold cells are written to a fresh zip and scanned there (`sheetscan`), so that the
spreadsheet parser sees the very bytes that were judged and nothing else.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO

from core.workbook_parser.limits import ALTERED, DAMAGED, Limits, Unreadable
from core.workbook_parser.sheetscan import PartScan, Scanner
from core.workbook_parser.sniffing import LOCKED, OPENDOCUMENT, SAVE_AS_XLSX

CHUNK = 1 << 18
LOCAL_HEADER = b"PK\x03\x04"
LOCAL_HEADER_BYTES = 30
# Parts that hold no cell values; they are counted and left behind.
NOT_CELLS = (
    *("xl/media/", "xl/drawings/", "xl/theme/", "xl/externalLinks/", "xl/charts/", "xl/comments", "xl/printer"),
    *("xl/persons/", "xl/threadedComments/", "xl/calcChain", "xl/tables/", "xl/pivot", "xl/revisions/", "xl/slicer"),
    *("docProps/", "customXml/"),
)
CONTENT_TYPES = "[Content_Types].xml"
MACRO_CONTENT = b"macroEnabled"


def repack(data: bytes, target: str, limits: Limits) -> tuple[dict[str, PartScan], tuple[str, ...]]:
    """Write the parts with cells of the zip `data` to a new zip at path `target`; give their scans and remarks."""
    entries = _entries(data, limits)
    names = {entry.filename for entry in entries}
    _refuse_other_documents(names)
    scanner = Scanner(limits)
    unpacked = kept = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
        # The list of content types first: a macro workbook is told before its sheets are read.
        for entry in sorted(entries, key=lambda each: (each.filename != CONTENT_TYPES, each.filename)):
            keep = _holds_cells(entry.filename)
            own = 0
            with clean.open(zipfile.ZipInfo(entry.filename), "w") if keep else nullcontext() as out:
                for chunk in _inflated(data, entry):
                    own += len(chunk)
                    unpacked += len(chunk)
                    _hold_size(own, entry.compress_size, unpacked, len(data), limits)
                    if not keep:
                        continue
                    kept += len(chunk)
                    if kept > limits.kept_bytes:
                        raise _too_big(limits.kept_bytes)
                    if MACRO_CONTENT in chunk and entry.filename == CONTENT_TYPES:
                        raise Unreadable(f"This workbook carries macros. {SAVE_AS_XLSX}", "macros")
                    scanner.weigh(chunk)
                    out.write(chunk)
    _scan(target, scanner)
    remarks = ()
    if any(name.startswith("xl/externalLinks/") for name in names):
        remarks = ("This workbook links to other workbooks. The links were not followed; the saved values were read.",)
    return scanner.parts, remarks


def _scan(path: str, scanner: Scanner) -> None:
    with zipfile.ZipFile(path) as clean:
        for name in clean.namelist():
            part = scanner.begin(name)
            with clean.open(name) as xml:
                while chunk := xml.read(CHUNK):
                    part.feed(chunk)
            part.finish()


def _holds_cells(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith(NOT_CELLS)


def _entries(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, UnicodeError, EOFError) as error:
        raise Unreadable(DAMAGED, "damaged") from error
    if len(entries) > limits.entries:
        raise Unreadable(
            f"This file has {len(entries):,} parts inside; the most we read is {limits.entries:,}. "
            "Copy only the sheets needed to a new workbook and choose that one.",
            "too_many_parts",
        )
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise Unreadable(ALTERED, "altered")
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise Unreadable(ALTERED, "altered")  # entries that share bytes are a bomb's trick
        end = entry.header_offset + LOCAL_HEADER_BYTES + entry.compress_size
        if entry.flag_bits & 0x1:
            raise Unreadable(LOCKED, "password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(ALTERED, "altered")
    return entries


def _refuse_other_documents(names: set[str]) -> None:
    if "xl/vbaProject.bin" in names or any(name.startswith("xl/macrosheets/") for name in names):
        raise Unreadable(f"This workbook carries macros. {SAVE_AS_XLSX}", "macros")
    if "xl/workbook.bin" in names:
        raise Unreadable(f"This is a binary workbook (.xlsb). {SAVE_AS_XLSX}", "binary_workbook")
    if CONTENT_TYPES in names and "xl/workbook.xml" in names:
        return
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable(OPENDOCUMENT, "opendocument")
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if any(name.startswith(folder) for name in names):
            raise Unreadable(f"This file is {what}, not a workbook. Choose the Excel file.", "wrong_type")
    if any(name.startswith("xl/") for name in names):
        raise Unreadable(DAMAGED, "damaged")
    raise Unreadable(
        "This file is a packed folder (zip), not a workbook. Unpack it and choose the Excel file inside.", "wrong_type"
    )


def _inflated(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's real bytes in chunks, whatever sizes its headers give."""
    start = entry.header_offset
    header = data[start : start + LOCAL_HEADER_BYTES]
    if len(header) < LOCAL_HEADER_BYTES or not header.startswith(LOCAL_HEADER):
        raise Unreadable(DAMAGED, "damaged")
    name_length = int.from_bytes(header[26:28], "little")
    extra_length = int.from_bytes(header[28:30], "little")
    first = start + LOCAL_HEADER_BYTES + name_length + extra_length
    end = first + entry.compress_size
    if end > len(data):
        raise Unreadable(DAMAGED, "damaged")
    packed = memoryview(data)[first:end]
    checksum = 0
    if entry.compress_type == zipfile.ZIP_STORED:
        for offset in range(0, len(packed), CHUNK):
            chunk = bytes(packed[offset : offset + CHUNK])
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for offset in range(0, len(packed), CHUNK):
                waiting = bytes(packed[offset : offset + CHUNK])
                while waiting and not inflater.eof:
                    chunk = inflater.decompress(waiting, CHUNK)
                    waiting = inflater.unconsumed_tail
                    checksum = zlib.crc32(chunk, checksum)
                    yield chunk
            while not inflater.eof:  # what the inflater still holds back after its last input
                chunk = inflater.decompress(b"", CHUNK)
                if not chunk:
                    break
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
        except zlib.error as error:
            raise Unreadable(DAMAGED, "damaged") from error
        if not inflater.eof:
            raise Unreadable(DAMAGED, "damaged")
    if checksum != entry.CRC:
        raise Unreadable(DAMAGED, "damaged")


def _hold_size(own: int, own_packed: int, unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.unpacked_bytes:
        raise _too_big(limits.unpacked_bytes)
    for size, source in ((own, own_packed), (unpacked, packed)):
        if size > limits.ratio_from_bytes and size > limits.ratio * max(source, 1):
            raise Unreadable(
                f"This file is small but unpacks to more than {limits.ratio} times its size, as a harmful file does. "
                "Copy only the filled cells to a new workbook and choose that one.",
                "unpacks_too_far",
            )


def _too_big(ceiling: int) -> Unreadable:
    return Unreadable(
        f"This file unpacks to more than {ceiling // 1_000_000} MB, the most we read. "
        "Copy only the filled cells to a new workbook and choose that one.",
        "unpacks_too_far",
    )
