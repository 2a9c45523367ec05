"""What a file is, told from its first bytes and never from its name."""

import zipfile
from pathlib import Path

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.table import MAX_BYTES

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# Beginnings of files that people choose by mistake, and what they are called.
STRANGERS = (
    (b"%PDF", lazy("a PDF document")),
    (b"\x89PNG", lazy("a picture")),
    (b"\xff\xd8\xff", lazy("a picture")),
    (b"GIF8", lazy("a picture")),
    (b"Rar!", lazy("a packed archive")),
    (b"7z\xbc\xaf", lazy("a packed archive")),
    (b"\x1f\x8b", lazy("a packed archive")),
    (b"MZ\x90", lazy("a program")),
    (b"\x7fELF", lazy("a program")),
    (b"{\\rtf", lazy("a text document")),
    (b"SQLite format 3", lazy("a database")),
)


def sniff(path: Path) -> str:
    """Returns the format of a file: xlsx, xlsb, xls, ods, html, vcard or text.

    Raises ImportRefused for an empty or too large file and for what is no table.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ImportRefused(
            lazy(
                "The file has %(size)s MB; at most %(limit)s MB are imported at once. Split it into several files.",
                size=size // 2**20,
                limit=MAX_BYTES // 2**20,
            )
        )
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ImportRefused(lazy("The file is empty. Choose the file that holds the rows."))
    if start.startswith(ZIP):
        return _zipped(path)
    if start.startswith(OLE):
        return _ole(path)
    for magic, what in STRANGERS:
        if start.startswith(magic):
            raise ImportRefused(
                lazy("The file is %(what)s, not a table. Save the table as .xlsx or .csv and import that.", what=what)
            )
    return _text(start)


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, KeyError, NotImplementedError, RuntimeError):
        raise ImportRefused(
            lazy("The file is damaged. Open it in the spreadsheet program, save it again and import that.")
        ) from None
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if "word/document.xml" in names or b"opendocument.text" in mimetype:
        raise ImportRefused(
            lazy("The file is a text document. Copy its table into a spreadsheet, save it as .xlsx and import that.")
        )
    raise ImportRefused(lazy("The file is a packed archive. Unpack it and import the table that is inside."))


def _ole(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(8 * 2**20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise encrypted()
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    raise ImportRefused(
        lazy("The file is an Office document, but no workbook. Save the table as .xlsx or .csv and import that.")
    )


def _text(start: bytes) -> str:
    plain = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if plain.startswith(b"begin:vcard"):
        return "vcard"
    if plain.startswith(b"begin:vcalendar"):
        raise ImportRefused(lazy("The file is a calendar. Export the contacts as vCard or CSV and import that."))
    if (
        plain.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<div"))
        or b"<table" in plain
    ):
        return "html"
    if plain.startswith((b"<?xml", b"<workbook")):
        raise ImportRefused(
            lazy("The file is XML. Open it in the spreadsheet program, save it as .xlsx and import that.")
        )
    if plain.startswith((b"{", b"[{")):
        raise ImportRefused(lazy("The file is JSON. Save it as .xlsx or .csv, one record a row, and import that."))
    odd = sum(byte < 32 and byte not in b"\t\r\n\0\x0b\x0c\x1a" for byte in start)
    if odd > len(start) // 50 + 1:
        raise ImportRefused(lazy("The file is no table. Choose an .xlsx, .xls, .ods, .csv or .vcf file."))
    return "text"


def encrypted() -> ImportRefused:
    """Returns the refusal of a file that is locked by a password."""
    return ImportRefused(
        lazy("The file is locked by a password. Open it, save it without the password and import that.")
    )
