"""Phones in cells: several in one, numbers that Excel made of them, those whose digits it has cut."""

import re

from core.api import lazy, read_phone
from plugins.importers.cells.quick_phones import quick_phone
from plugins.importers.errors import CellRefused
from plugins.importers.reading.table import shown

_SEPARATORS = re.compile(r"[;,\n|]|\s/\s|(?<=\d{6})/(?=\+?\d{6})")
_CUT = re.compile(r"^\d([.,]\d+)?E\+?\d+$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def read_phones(cell: object, region: str) -> tuple[tuple[str, str, bool], ...] | None:
    """Returns (value, raw, is_valid) of each phone in a cell; one that can't be understood keeps its raw text.

    Raises CellRefused for a number such as 8.91612E+10 in a text file: its last digits are lost.
    """
    text = shown(cell)
    if _CUT.match(text):
        raise CellRefused(
            lazy(
                "“%(text)s” is a phone whose digits Excel has cut. Format the column as text and type it again",
                text=text,
            )
        )
    raw = cell if isinstance(cell, str) else text
    found = dict.fromkeys(_read_one(part, region) for part in _SEPARATORS.split(raw) if part and part.strip())
    return tuple(found) or None


def _read_one(text: str, region: str) -> tuple[str, str, bool]:
    raw = " ".join(text.split())[:100]
    quick = quick_phone(raw, region)
    if quick is not None:
        return quick or raw, raw, bool(quick)
    point = read_phone(raw, region)
    if not point.is_valid and raw.isdigit() and len(raw) > 9:
        # A number cell can't hold the plus: 355691234567 and 79161234567 are international numbers without it.
        international = read_phone(f"+{raw}", region)
        if international.is_valid:
            return international.value, raw, True
    return point.value, raw, point.is_valid
