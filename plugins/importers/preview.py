"""The preview: the first rows as they will come in, bad cells marked with their reason, and mended cell by cell."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.api import CRM, Conflict, gettext
from plugins.importers.heads import read_head
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.models import Batch
from plugins.importers.places import file_of
from plugins.importers.plan import source_of
from plugins.importers.reading.table import is_empty, shown
from plugins.importers.services import WRITERS, get_kind, make_writing
from plugins.importers.stream import ChunkReader, fixed

SHOWN_ROWS = 30
MAX_CELL = 2000
ENCODINGS = ("utf-8", "windows-1252", "windows-1250", "windows-1251", "koi8-r", "cp866", "utf-16")


@dataclass
class PreviewRow:
    """One row: its number in the sheet, its cells as text, the reason at each bad cell, and those without a place."""

    number: int
    cells: list[str]
    reasons: dict[int, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        """Whether the row would be refused."""
        return bool(self.reasons or self.others)


@dataclass(frozen=True)
class Preview:
    """The rows to show (bad ones first), what became of the looked-at rows, and samples of each column."""

    rows: list[PreviewRow]
    looked_at: int
    bad: int
    created: int
    updated: int
    skipped: int
    samples: list[list[str]]


def make_preview(crm: CRM, batch: Batch, *, only: int | None = None) -> Preview:
    """Returns the preview of a draft: its first rows go through every check, and nothing is written."""
    kind = get_kind(batch.kind)
    head = read_head(file_of(crm, batch))
    source = source_of(crm, kind, batch.plan, str(file_of(crm, batch)), batch.fixes)
    numbers, cells = [], []
    for number, row in head:
        row = fixed(row, source.fixes[number]) if number in source.fixes else row
        if not all(map(is_empty, row)):
            numbers.append(number)
            cells.append(row)
    texts = [[shown(cell) for cell in row] for row in cells]
    reader = ChunkReader(source, is_ragged=batch.plan["format"] in ("text", "html") and source.header_row >= 0)
    chunk = reader.read(list(numbers), list(cells), 0)
    found = [PreviewRow(number, row[: source.width]) for number, row in zip(numbers, texts, strict=True)]
    outcome = WRITERS[batch.kind](make_writing(crm, batch, is_dry=True)).write(chunk)
    _mark(found, batch, [*chunk.errors, *outcome.errors])
    samples = [_sample(texts, place) for place in range(source.width)]
    bad = sum(row.is_bad for row in found)
    shown_rows = [row for row in found if row.number == only] if only else sorted(found, key=lambda row: not row.is_bad)
    return Preview(shown_rows[:SHOWN_ROWS], len(found), bad, outcome.created, outcome.updated, outcome.skipped, samples)


def fix_cells(crm: CRM, batch: Batch, row: int, cells: Mapping[int, str]) -> None:
    """Keeps the user's corrections of a row; the file itself stays as it is."""
    if batch.state != "draft":
        raise Conflict(gettext("This import has already begun; begin a new one."))
    width = len(batch.plan["titles"])
    known = dict(batch.fixes)
    texts = {str(place): text[:MAX_CELL] for place, text in cells.items() if 0 <= place < width}
    known[str(row)] = {**known.get(str(row), {}), **texts}
    with crm.work():
        batch.fixes = known
        batch.save()


def field_choices(kind: ImportKind, properties: Mapping[str, str]) -> list[tuple[str, str]]:
    """Returns what a column may fill: nothing, a field, a property."""
    return [
        ("", gettext("— leave out —")),
        *((one.key, str(one.label)) for one in kind.fields),
        *((f"property:{key}", name) for key, name in properties.items()),
    ]


def encoding_choices(present: str) -> list[tuple[str, str]]:
    """Returns the encodings to choose from; the present one comes first, under the name that the file was read by."""
    codec = codecs.lookup(present).name if present else ""
    return [(name, name) for name in (present, *(one for one in ENCODINGS if codecs.lookup(one).name != codec))]


def _mark(rows: list[PreviewRow], batch: Batch, errors: list[tuple[int, str, object]]) -> None:
    places = {title: place for place, title in enumerate(batch.plan["titles"])}
    by_number = {row.number: row for row in rows}
    for number, title, sentence in errors:
        row = by_number[number]
        text = f"{str(sentence)[:1].upper()}{str(sentence)[1:]}."
        if title in places:
            row.reasons[places[title]] = text
        else:
            row.others.append(f"{title}: {text}" if title else text)


def _sample(texts: list[list[str]], place: int) -> list[str]:
    found = dict.fromkeys(row[place] for row in texts if place < len(row) and row[place])
    return list(found)[:3]
