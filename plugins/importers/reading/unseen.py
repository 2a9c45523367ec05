"""What a sheet holds otherwise than it looks: hidden rows and columns, merged cells; told before it comes in."""

import re
from pathlib import Path

from core.api import lazy
from plugins.importers.columns.letters import column_letters
from plugins.importers.reading.archive import sheet_xml
from plugins.importers.reading.table import Sheet

NAMED = 5

_HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d+)"[^>]*[^/]>')
_HIDDEN_COLUMN = re.compile(rb'<col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_BOUND = re.compile(rb'\b(min|max)="(\d+)"')


def notes_about(path: Path, format: str, sheet: Sheet, header_row: int) -> tuple:
    """Returns sentences about what comes in unseen from below the header, and about cells that lose a value."""
    xml = sheet_xml(path, sheet.name) if format == "xlsx" else b""
    rows = [number for number in map(int, _HIDDEN_ROW.findall(xml)) if number > header_row + 1]
    columns = [column_letters(place) for place in _hidden_columns(xml) if place < sheet.width]
    merged = [_range(*cells) for cells in sheet.merged if cells[1][0] > header_row and cells[0][0] > header_row]
    notes = []
    if rows:
        notes.append(
            lazy(
                "Sheet “%(sheet)s”: hidden rows come in all the same (%(places)s). Delete them from the file if they "
                "should stay out.",
                sheet=sheet.name,
                places=_listed(list(map(str, rows))),
            )
        )
    if columns:
        notes.append(
            lazy(
                "Sheet “%(sheet)s”: hidden columns come in all the same (%(places)s). Leave them out below if they "
                "should stay out.",
                sheet=sheet.name,
                places=_listed(columns),
            )
        )
    if merged:
        notes.append(
            lazy(
                "Sheet “%(sheet)s”: of merged cells only the first has the value (%(places)s). Unmerge them in the "
                "file and fill each cell.",
                sheet=sheet.name,
                places=_listed(merged),
            )
        )
    return tuple(notes)


def _hidden_columns(xml: bytes) -> list[int]:
    places = []
    for tag in _HIDDEN_COLUMN.findall(xml[: xml.find(b"<sheetData")]):
        bounds = {name: int(value) for name, value in _BOUND.findall(tag)}
        places += range(bounds.get(b"min", 1) - 1, min(bounds.get(b"max", 0), 2**14))
    return places


def _range(first: tuple[int, int], last: tuple[int, int]) -> str:
    return f"{column_letters(first[1])}{first[0] + 1}:{column_letters(last[1])}{last[0] + 1}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
