"""Columns of a file matched to fields: by the map, by their titles in three languages, by what the data looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from plugins.importers.cells.looks import column_look
from plugins.importers.cells.phones import read_phones
from plugins.importers.cells.words import STATES, plain_word
from plugins.importers.columns.synonyms import synonyms
from plugins.importers.columns.titles import plain_header, without_brackets
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.reading.table import Row, is_empty, shown

IGNORED = ""
CLOSE_TITLE = 88
# A column without a telling title is taken for one of these, if its data look so and nothing else claims the field.
BY_LOOK = {
    "clients": {"phone": "phone", "email": "email", "tax_number": "tax_number", "website": "website"},
    "deals": {"state": "state", "money": "amount"},
    "stage-history": {},
}


@dataclass(frozen=True)
class Match:
    """One column: its place and title, the field it fills ("" for none), and how that was found out."""

    place: int
    title: str
    field: str
    found_by: str = ""


def match_columns(
    kind: ImportKind,
    titles: Sequence[str],
    rows: Sequence[Row],
    *,
    mapped: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    region: str = "AL",
) -> list[Match]:
    """Returns a match for each column, in order.

    `mapped` is the user's own title → field, which always wins; `properties` maps the names and keys of the
    customer's properties to `property:<key>`.
    """
    mapped = {plain_header(title): field for title, field in (mapped or {}).items()}
    properties = {plain_header(name): field for name, field in (properties or {}).items()}
    found: dict[int, tuple[str, str]] = {}
    taken: set[str] = set(mapped.values())
    for place, title in enumerate(titles):
        if plain_header(title) in mapped:
            found[place] = mapped[plain_header(title)], "map"
    for find in (_own_name, _synonym, _synonym_without_brackets, _close_synonym):
        for place, title in enumerate(titles):
            field = find(kind, title, properties) if place not in found else ""
            if field and _is_free(kind, field, taken):
                found[place] = field, "title"
                taken.add(field)
    columns = _columns(rows, len(titles))
    _correct_by_data(kind, columns, found, taken)
    _add_by_data(kind, columns, found, taken, region)
    return [Match(place, title, *found.get(place, (IGNORED, ""))) for place, title in enumerate(titles)]


def _own_name(kind: ImportKind, title: str, properties: Mapping[str, str]) -> str:
    plain = "_".join(title.casefold().split())
    if kind.field(plain):
        return plain
    return properties.get(plain_header(title), "")


def _synonym(kind: ImportKind, title: str, properties: Mapping[str, str]) -> str:
    return synonyms()[kind.key].get(plain_header(title), "")


def _synonym_without_brackets(kind: ImportKind, title: str, properties: Mapping[str, str]) -> str:
    return synonyms()[kind.key].get(plain_header(without_brackets(title)), "")


def _close_synonym(kind: ImportKind, title: str, properties: Mapping[str, str]) -> str:
    plain = plain_header(title)
    if len(plain) < 5:
        return ""
    best = process.extractOne(plain, synonyms()[kind.key].keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_TITLE)
    return synonyms()[kind.key][best[0]] if best else ""


def _is_free(kind: ImportKind, field: str, taken: set[str]) -> bool:
    about = kind.field(field)
    return field not in taken or bool(about and about.is_many)


def _columns(rows: Sequence[Row], width: int) -> list[list]:
    return [[row[place] for row in rows if place < len(row)] for place in range(width)]


def _correct_by_data(kind: ImportKind, columns: list[list], found: dict[int, tuple[str, str]], taken: set[str]) -> None:
    """A column called "deal stage" that says won, lost and in progress tells the state, not the stage."""
    if kind.key != "deals" or "state" in taken:
        return
    for place, (field, found_by) in found.items():
        words = {plain_word(shown(cell)) for cell in columns[place] if not is_empty(cell)}
        if field == "stage" and found_by != "map" and words and words <= STATES.keys():
            found[place] = "state", "data"
            taken.discard("stage")
            taken.add("state")
            return


def _add_by_data(
    kind: ImportKind, columns: list[list], found: dict[int, tuple[str, str]], taken: set[str], region: str
) -> None:
    for place, cells in enumerate(columns):
        field = BY_LOOK[kind.key].get(column_look(cells), "") if place not in found else ""
        if field == "phone" and not _are_phones(cells, region):
            continue
        if field and field not in taken:
            found[place] = field, "data"
            taken.add(field)
    if kind.key == "clients" and "name" not in taken:
        place = _naming_column(columns, found)
        if place is not None:
            found[place] = "name", "data"


def _are_phones(cells: list, region: str) -> bool:
    """Stock numbers and codes look like phones too; most must be valid ones."""
    filled = [shown(cell) for cell in cells if not is_empty(cell)][:50]
    valid = sum(is_valid for text in filled for _value, _raw, is_valid in read_phones(text, region) or ())
    return valid * 2 > len(filled)


def _naming_column(columns: list[list], found: dict[int, tuple[str, str]]) -> int | None:
    """The column that can name clients where no title says so: the contact's name, else the first all-distinct text."""
    for place, (field, found_by) in found.items():
        if field == "contact_name" and found_by != "map":
            return place
    for place, cells in enumerate(columns):
        filled = [shown(cell) for cell in cells if not is_empty(cell)]
        is_full = len(filled) == len(cells) and len(set(filled)) == len(filled)
        if place not in found and filled and is_full and column_look(cells) == "text":
            return place
    return None
