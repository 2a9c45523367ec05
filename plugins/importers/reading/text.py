"""Text tables: encoding by their bytes, delimiter by what fits best, every kind of line end, NULs, short rows."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.table import BLANKS, MAX_COLUMNS, MAX_ROWS, UNREADABLE, Book, Row, Sheet

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 256 * 1024
MAX_CELL = 1_000_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5")


def read_text(path: Path, *, encoding: str = "", delimiter: str = "") -> Book:
    """Returns the one sheet of a text table; `encoding` and `delimiter` are guessed unless given."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    encoding = encoding or guess_encoding(sample, path)
    try:
        lines = sample.decode(encoding, "ignore")
    except LookupError:
        raise ImportRefused(
            lazy("There is no encoding %(name)s. Write utf-8, windows-1251 or windows-1252.", name=encoding)
        ) from None
    directive = lines[:6].lower().startswith("sep=") and lines[4:5]
    delimiter = delimiter or directive or guess_delimiter(lines)

    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding, errors="replace", newline=None) as file:
            yield from parse_lines(file, delimiter, skip_first=bool(directive))

    height = width = 0
    for row in rows():
        height += 1
        width = max(width, len(row))
        if width > MAX_COLUMNS:
            raise ImportRefused(
                lazy(
                    "Row %(row)s has %(width)s columns; at most %(limit)s are read. Is “%(delimiter)s” really what "
                    "separates the columns? Delete the columns you don't need and import again.",
                    row=height,
                    width=width,
                    limit=MAX_COLUMNS,
                    delimiter=delimiter,
                )
            )
        if height > MAX_ROWS:
            raise ImportRefused(
                lazy("The file has more than %(limit)s rows. Split it into several files.", limit=MAX_ROWS)
            )
    if not width:
        raise ImportRefused(lazy("The file is empty. Choose the file that holds the rows."))
    return Book("text", (Sheet("", rows, height, width, is_text=True),), encoding=encoding, delimiter=delimiter)


def parse_lines(lines: Iterator[str], delimiter: str, *, skip_first: bool = False) -> Iterator[Row]:
    """Returns the rows of lines of text; a lone line that no quote closes doesn't swallow the rest of the file."""
    csv.field_size_limit(MAX_CELL)
    cleaned = (line.replace("\0", "") for line in lines)
    if skip_first:
        next(cleaned, None)
    reader = csv.reader(cleaned, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise ImportRefused(
            lazy(
                "Row %(row)s can't be split into cells: probably a quotation mark is opened there and never closed. "
                "Correct that line and import again.",
                row=reader.line_num,
            )
        ) from None


def guess_encoding(sample: bytes, path: Path) -> str:
    """Returns the encoding of a text: by its mark, zero bytes, UTF-8 with few bytes amiss, then by how letters run."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    zeros = sample.count(0)
    if zeros > len(sample) // 5:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    if _is_utf8(path) or _is_nearly_utf8(sample):
        return "utf-8"
    high = [byte > 127 for byte in sample]
    runs = sum(now and before for before, now in zip(high, high[1:], strict=False))
    if runs * 2 < sum(high):
        # Lone letters beyond ASCII among Latin ones: Western languages (ë and ç of Albanian are the same in cp1250).
        return "cp1252"
    return max(_CYRILLIC, key=lambda name: _looks_russian(sample.decode(name, "replace")))


def guess_delimiter(text: str) -> str:
    """Returns the sign that splits most lines into the same number of columns, more than one."""
    lines = [line for line in text.splitlines()[:100] if line.strip(BLANKS)]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(iter(lines), delimiter=delimiter) if row)
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = count / max(len(lines), 1) + min(width, 50) / 1000 if width > 1 else 0
        if score > most:
            best, most = delimiter, score
    return best


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(2**20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf8(sample: bytes) -> bool:
    """Tells of a text in UTF-8 with a few rows in another encoding; their cells are refused one by one."""
    text = sample.decode("utf-8", "replace")
    amiss = text.count(UNREADABLE)
    return sum(char > "\x7f" for char in text) - amiss > 4 * amiss


def _looks_russian(text: str) -> int:
    """Scores a decoding: Russian is small letters with few capitals, and no frames or signs."""
    small = sum("а" <= char <= "я" or char == "ё" for char in text)
    capital = sum("А" <= char <= "Я" for char in text)
    strange = sum(char > "\x7f" and not ("А" <= char <= "я" or char in "ёЁ№«»—–…\xa0") for char in text)
    return small - 2 * strange - capital // 2
