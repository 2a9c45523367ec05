"""What an import will do: the look at the file and the options, settled into columns and ways of reading."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from core.api import CRM, lazy
from plugins.importers.cells.values import Reading, guess_currency, guess_date_order, guess_decimal, read_cell
from plugins.importers.columns.matching import Match, match_columns
from plugins.importers.columns.titles import plain_header
from plugins.importers.errors import CellRefused, ImportRefused
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.look import Look
from plugins.importers.lookup.tables import Lookup
from plugins.importers.options import Options
from plugins.importers.records.properties import READERS_OF_KINDS, Property, find_property, new_property, properties_of
from plugins.importers.stream import Column, Source

OWN_MEANING = "property:"
LOOKED_UP = "lookup"
# What a program that separates columns by this sign most likely begins a fraction with.
DECIMAL_OF_DELIMITERS = {";": ",", ",": "."}


def make_plan(
    crm: CRM, kind: ImportKind, look: Look, options: Options, remembered: Mapping[str, str]
) -> dict[str, Any]:
    """Returns the plan of an import as JSON: everything a run needs beside the file itself.

    Columns come from the user's map, then from what was used last for such a file, then from guesses.
    Raises ImportRefused when the map names a column or a property that isn't there.
    """
    known = properties_of(crm, kind.entity)
    fitting = {title: name for title, name in remembered.items() if _is_there(kind, name, known)}
    mapped = fitting | _mapped(kind, look, options, known)
    matches = match_columns(
        kind,
        look.titles,
        [row for _number, row in look.rows],
        mapped=mapped,
        properties={name: f"{OWN_MEANING}{prop.key}" for prop in known for name in (prop.name, prop.key)},
        region=crm.config.country,
    )
    matches = _with_lookups(kind, look, matches, options, known)
    matches = _with_new_properties(kind, look, matches, options, known)
    return {
        "sheet": look.sheet,
        "sheets": list(look.sheets),
        "format": look.format,
        "encoding": look.encoding,
        "delimiter": look.delimiter,
        "header_row": look.header_row,
        "titles": list(look.titles),
        "notes": [str(note) for note in look.notes],
        "columns": [asdict(match) for match in matches],
        "new_properties": [asdict(prop) for prop in _new_properties(look, matches, known)],
        "options": asdict(options),
        "date_order": options.date_order or _guess(kind, look, matches, ("date", "moment"), guess_date_order) or "dmy",
        "decimal": options.decimal
        or _guess(kind, look, matches, ("money", "number"), guess_decimal)
        or DECIMAL_OF_DELIMITERS.get(look.delimiter, ""),
        "currency": options.currency or _guess(kind, look, matches, ("money",), guess_currency),
    }


def options_of(plan: Mapping[str, Any]) -> Options:
    """Returns the options that a plan was made with."""
    values = dict(plan["options"])
    values["lookups"] = {name: Lookup(**lookup) for name, lookup in values["lookups"].items()}
    return Options(**{**values, "duplicates": tuple(values["duplicates"])})


def source_of(
    crm: CRM, kind: ImportKind, plan: Mapping[str, Any], path: str, fixes: Mapping, after_row: int = 0
) -> Source:
    """Returns what the second process needs to know to read the file of a plan."""
    options = options_of(plan)
    reading = reading_of(crm, plan)
    readers = {field.key: field for field in kind.fields}
    kinds = {prop.key: prop.kind for prop in properties_of(crm, kind.entity)}
    kinds |= {prop["key"]: prop["kind"] for prop in plan["new_properties"]}
    columns = []
    for match in plan["columns"]:
        name = match["field"]
        if not name:
            continue
        table = tuple(options.lookups[name].values.items()) if match["found_by"] == LOOKED_UP else None
        if name.startswith(OWN_MEANING):
            reader = READERS_OF_KINDS[kinds[name.removeprefix(OWN_MEANING)]]
            columns.append(Column(match["place"], match["title"], name, reader, lookup=table))
        else:
            about = readers[name]
            columns.append(Column(match["place"], match["title"], name, about.reader, about.is_many, table))
    return Source(
        path=path,
        sheet=plan["sheet"],
        header_row=plan["header_row"],
        width=len(plan["titles"]),
        columns=tuple(columns),
        reading=reading,
        required=tuple(field.key for field in kind.fields if field.is_required),
        defaults=tuple(_defaults(kind, options, reading)),
        fixes={int(row): {int(place): text for place, text in cells.items()} for row, cells in fixes.items()},
        encoding=plan["encoding"],
        delimiter=plan["delimiter"],
        after_row=after_row,
        has_keys=kind.key == "clients",
        group_by="deal" if kind.key == "stage-history" else "",
    )


def reading_of(crm: CRM, plan: Mapping[str, Any]) -> Reading:
    """Returns how cells are to be understood."""
    has_currency = any(match["field"] == "currency" for match in plan["columns"])
    return Reading(
        region=crm.config.country,
        zone=crm.config.zone,
        date_order=plan["date_order"],
        decimal=plan["decimal"],
        currency="" if has_currency else plan.get("currency") or crm.currency,
        states=tuple(plan["options"]["states"].items()),
    )


def changed_columns(crm: CRM, kind: ImportKind, plan: Mapping[str, Any], columns: Mapping[int, str]) -> dict[str, Any]:
    """Returns a plan whose columns (place → field) were corrected; raises ImportRefused for two of one field."""
    known = {prop.key for prop in properties_of(crm, kind.entity)} | {prop["key"] for prop in plan["new_properties"]}
    matches = [Match(**match) for match in plan["columns"]]
    looked_up = [match for match in matches if match.found_by == LOOKED_UP]
    taken = {match.field for match in looked_up}
    for name in columns.values():
        about = kind.field(name)
        if name and about is None and name.removeprefix(OWN_MEANING) not in known:
            raise ImportRefused(lazy("There is no field or property “%(name)s”. Choose one of the list.", name=name))
        if name and name in taken and not (about and about.is_many):
            label = about.label if about else name.removeprefix(OWN_MEANING)
            raise ImportRefused(lazy("Two columns fill “%(label)s”. Leave one of them out.", label=label))
        taken.add(name)
    own = [match for match in matches if match.found_by != LOOKED_UP]
    own = [replace(match, field=columns.get(match.place, match.field), found_by="map") for match in own]
    return {**plan, "columns": [asdict(match) for match in (*own, *looked_up)]}


def _is_there(kind: ImportKind, name: str, known: list[Property]) -> bool:
    return not name or bool(kind.field(name)) or any(name == f"{OWN_MEANING}{prop.key}" for prop in known)


def _mapped(kind: ImportKind, look: Look, options: Options, known: list[Property]) -> dict[str, str]:
    """The user's columns, checked: each title is in the file, each field is one or names a property."""
    titles = {plain_header(title): title for title in look.titles}
    found = {}
    for title, name in options.columns.items():
        if plain_header(title) not in titles:
            raise ImportRefused(
                lazy(
                    "The map names a column “%(title)s” that the file doesn't have; it has %(titles)s.",
                    title=title,
                    titles=", ".join(look.titles),
                )
            )
        prop = find_property(known, name)
        if not name or kind.field(name):
            found[title] = name
        elif prop:
            found[title] = f"{OWN_MEANING}{prop.key}"
        elif options.create_missing and kind.entity:
            found[title] = f"{OWN_MEANING}{new_property(name.removeprefix(OWN_MEANING)).key}"
        else:
            raise ImportRefused(
                lazy(
                    "There is no field or property “%(name)s” for the column “%(title)s”. Correct the map, or "
                    "import with “create missing”.",
                    name=name,
                    title=title,
                )
            )
    return found


def _with_lookups(
    kind: ImportKind, look: Look, matches: list[Match], options: Options, known: list[Property]
) -> list[Match]:
    """Adds, for each lookup, a second meaning of its column: what the other table says."""
    titles = {plain_header(title): place for place, title in enumerate(look.titles)}
    extra = []
    for name, lookup in options.lookups.items():
        place = titles.get(plain_header(lookup.column))
        if place is None:
            raise ImportRefused(
                lazy("The lookup names a column “%(title)s” that the file doesn't have.", title=lookup.column)
            )
        if not _is_there(kind, name, known):
            raise ImportRefused(lazy("There is no field %(key)s to look up. Correct the map.", key=name))
        matches = [replace(match, field="") if match.field == name else match for match in matches]
        extra.append(Match(place, look.titles[place], name, LOOKED_UP))
    return matches + extra


def _with_new_properties(
    kind: ImportKind, look: Look, matches: list[Match], options: Options, known: list[Property]
) -> list[Match]:
    """Columns that nothing claims become properties, if the user said so."""
    wanted = options.other_columns or ("property" if options.create_missing else "ignore")
    if wanted != "property" or not kind.entity or not options.create_missing:
        return matches
    ignored = {plain_header(title) for title, name in options.columns.items() if not name}
    return [
        replace(match, field=f"{OWN_MEANING}{new_property(match.title).key}", found_by="new")
        if not match.field and plain_header(match.title) not in ignored and look.facts[match.place].kind
        else match
        for match in matches
    ]


def _new_properties(look: Look, matches: list[Match], known: list[Property]) -> list[Property]:
    keys = {prop.key for prop in known}
    found = []
    for match in matches:
        key = match.field.removeprefix(OWN_MEANING)
        if match.field.startswith(OWN_MEANING) and key not in keys:
            facts = look.facts[match.place]
            found.append(replace(new_property(match.title), key=key, kind=facts.kind or "text", choices=facts.choices))
    return found


def _guess(kind: ImportKind, look: Look, matches: list[Match], readers: tuple[str, ...], guess: Any) -> str:
    for match in matches:
        about = kind.field(match.field)
        if about and about.reader in readers:
            found = guess([row[match.place] for _number, row in look.rows if match.place < len(row)])
            if found:
                return found
    return ""


def _defaults(kind: ImportKind, options: Options, reading: Reading) -> list[tuple[str, Any]]:
    found = []
    for name, text in options.defaults.items():
        try:
            found.append((name, read_cell(kind.field(name).reader, text, reading)))
        except CellRefused as refused:
            raise ImportRefused(
                lazy("The default value of %(name)s: %(sentence)s.", name=name, sentence=refused.sentence)
            ) from None
    return found
