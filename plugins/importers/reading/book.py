"""The one way to read a file: sniffed, limited, and turned into sheets of rows."""

from pathlib import Path

from plugins.importers.reading.html_table import read_html
from plugins.importers.reading.outlook_csv import is_outlook, read_outlook
from plugins.importers.reading.sniff import sniff
from plugins.importers.reading.table import Book
from plugins.importers.reading.text import read_text
from plugins.importers.reading.workbook import read_workbook


def read_book(path: Path, *, encoding: str = "", delimiter: str = "") -> Book:
    """Returns the sheets of a file, whatever its name says; raises ImportRefused with a sentence.

    It may need much memory or die in a damaged file: web and worker call it in a process of its own (`child`).
    """
    format = sniff(path)
    if format == "vcard":
        from plugins.importers.reading.vcard import (
            read_vcards,  # a start would wait for a library that only this form needs
        )

        return read_vcards(path)
    if format == "html":
        return read_html(path)
    if format != "text":
        return read_workbook(path, format)
    book = read_text(path, encoding=encoding, delimiter=delimiter)
    sheet = book.sheets[0]
    if is_outlook(next(sheet.rows(), [])):
        return Book("outlook", (read_outlook(sheet),), book.encoding, book.delimiter)
    return book
