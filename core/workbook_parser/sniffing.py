"""What kind of file this really is, told from its first bytes and held against its name."""

import re

from core.workbook_parser.limits import DAMAGED, Unreadable

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BIFF_MAGICS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x10\x00", b"\x09\x08\x08\x00")
OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a word-processor document"),
    (b"Rar!", "a packed archive"),
    (b"7z\xbc\xaf", "a packed archive"),
    (b"\x1f\x8b", "a packed archive"),
    (b"BZh", "a packed archive"),
    (b"\xfd7zXZ", "a packed archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)
TEXT_NAMES = (".csv", ".txt", ".tsv")

OPENDOCUMENT = "This is an OpenDocument sheet (.ods). Open it, save it as Excel 2007-365 (.xlsx), and choose that file."
SAVE_AS_XLSX = "Open it in Excel, choose Save As, Excel Workbook (.xlsx), and choose that file."
LOCKED = (
    "This file is locked with a password. Open it in Excel, take the password off "
    "(File, Info, Protect Workbook), save it, and choose it again."
)


def kind_of(data: bytes, filename: str) -> str:
    """`xlsx` (a zip that may be one) or `csv` (text); anything else raises Unreadable with what to do."""
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable("This file is empty. Choose the workbook that holds the society's figures.", "empty")
    name = filename.lower()
    head = data[:4096]
    if head.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable(LOCKED, "password")
        raise Unreadable(f"This is an old Excel file (.xls). {SAVE_AS_XLSX}", "old_excel")
    if head.startswith(BIFF_MAGICS):
        raise Unreadable(f"This is a very old Excel file. {SAVE_AS_XLSX}", "old_excel")
    if head.startswith(ZIP_MAGICS):
        _hold_zip_against_name(name)
        return "xlsx"
    for magic, what in OTHER_KINDS:
        if head.startswith(magic):
            raise Unreadable(
                f"This file is {what}, not a workbook, whatever its name says. Choose the Excel file.", "wrong_type"
            )
    if _looks_like_markup(head):
        raise Unreadable(f"This is a web page saved under a workbook's name. {SAVE_AS_XLSX}", "web_page")
    if name.endswith(TEXT_NAMES):
        return "csv"
    if name.endswith((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")):
        if b"PK\x01\x02" in data or b"xl/workbook.xml" in data:
            raise Unreadable(DAMAGED, "damaged")
        raise Unreadable(
            "This file has an Excel name but is not an Excel workbook. "
            "Choose the Excel file itself; if it is comma-separated text, give it a name that ends in .csv.",
            "wrong_type",
        )
    raise Unreadable("Choose an Excel workbook (.xlsx) or a comma-separated file (.csv).", "wrong_name")


def _hold_zip_against_name(name: str) -> None:
    if name.endswith(".xlsm"):
        raise Unreadable(f"This workbook carries macros (.xlsm). {SAVE_AS_XLSX}", "macros")
    if name.endswith(".xlsb"):
        raise Unreadable(f"This is a binary workbook (.xlsb). {SAVE_AS_XLSX}", "binary_workbook")
    if name.endswith(".ods"):
        raise Unreadable(OPENDOCUMENT, "opendocument")
    if not name.endswith(".xlsx"):
        raise Unreadable(
            "What is in this file does not fit its name. If it is an Excel workbook, "
            "open it in Excel and save it with a name that ends in .xlsx.",
            "wrong_name",
        )


def _looks_like_markup(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<meta", b"<style", b"<div")):
        return True
    return re.match(rb"<!--.*?-->\s*<", text, re.DOTALL) is not None or text.startswith(b"mime-version:")
