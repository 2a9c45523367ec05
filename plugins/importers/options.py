"""What the user says about a file: columns, options, duplicates; from a map in TOML, the command line or the pages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.api import InvalidInput, lazy
from plugins.importers.cells.words import plain_word
from plugins.importers.errors import ImportRefused
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.lookup.tables import Lookup, make_lookup, read_table

ON_DUPLICATE = ("skip", "update", "create")
KEYS = {
    "sheet": str, "header_row": int, "date_order": str, "decimal": str, "currency": str, "encoding": str,
    "delimiter": str, "defaults": dict, "states": dict, "lookup": dict, "other_columns": str, "duplicates": list,
}  # fmt: skip
ALLOWED = {
    "date_order": ("dmy", "mdy", "ymd"),
    "decimal": (",", "."),
    "other_columns": ("ignore", "property"),
}


@dataclass(frozen=True)
class Options:
    """Everything the user may say; what is left empty is guessed. `columns` maps titles to fields."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int | None = None
    date_order: str = ""
    decimal: str = ""
    currency: str = ""
    encoding: str = ""
    delimiter: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    other_columns: str = ""
    duplicates: tuple[str, ...] = ("tax_number", "phone", "email", "name")
    on_duplicate: str = "skip"
    create_missing: bool = False


def read_map(path: Path, kind: ImportKind) -> Options:
    """Returns the options of a map file; raises ImportRefused naming the key that is wrong and what is allowed."""
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ImportRefused(lazy("There is no map %(path)s. Correct its name.", path=path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ImportRefused(
            lazy("The map %(path)s is no TOML: %(error)s. Correct that line.", path=path, error=error)
        ) from None
    unknown = sorted(set(tables) - {"columns", "options"})
    if unknown:
        raise ImportRefused(
            lazy("The map has an unknown table [%(name)s]; known are [columns] and [options].", name=unknown[0])
        )
    return make_options(kind, tables.get("columns", {}), tables.get("options", {}), folder=path.parent)


def make_options(kind: ImportKind, columns: Mapping, options: Mapping, *, folder: Path | None = None) -> Options:
    """Returns checked options; tables of `lookup` are read from `folder`. Raises ImportRefused."""
    options = {"defaults": options.get("default", {}), "states": options.get("state_words", {}), **options}
    options.pop("default", None)
    options.pop("state_words", None)
    for key, value in options.items():
        if key not in KEYS:
            raise ImportRefused(
                lazy(
                    "The map has an unknown option %(key)s; known are %(known)s.",
                    key=key,
                    known=", ".join(sorted(KEYS)),
                )
            )
        if not isinstance(value, KEYS[key]) and not (key == "sheet" and isinstance(value, int)):
            raise ImportRefused(lazy("The option %(key)s can't be “%(value)s”. Correct the map.", key=key, value=value))
        if value and key in ALLOWED and value not in ALLOWED[key]:
            allowed = ", ".join(ALLOWED[key])
            raise ImportRefused(
                lazy(
                    "The option %(key)s can't be “%(value)s”; it is one of: %(allowed)s.",
                    key=key,
                    value=value,
                    allowed=allowed,
                )
            )
    for key in options["defaults"]:
        if not kind.field(key):
            raise ImportRefused(lazy("There is no field %(key)s to give a default value. Correct the map.", key=key))
    simple = {
        key: options[key] for key in KEYS if key in options and key not in ("states", "lookup", "duplicates", "sheet")
    }
    return Options(
        columns={str(title): str(name) for title, name in columns.items()},
        sheet=str(options.get("sheet", "")),
        states=_states(options["states"]),
        lookups={name: _lookup(name, about, kind, folder) for name, about in options.get("lookup", {}).items()},
        duplicates=tuple(options.get("duplicates", Options.duplicates)),
        **{**simple, "defaults": {key: str(value) for key, value in options["defaults"].items()}},
    )


def check_on_duplicate(value: str) -> str:
    """Returns skip, update or create; raises InvalidInput for anything else."""
    if value not in ON_DUPLICATE:
        raise InvalidInput(lazy("Duplicates can be skipped, updated or created: write skip, update or create."))
    return value


def _states(words: Mapping) -> dict[str, str]:
    """Words by state (won = ["Happy"]) or states by word ("Happy" = "won"); returns word → state."""
    found: dict[str, str] = {}
    for left, right in words.items():
        if isinstance(right, list):
            found |= {plain_word(str(word)): str(left) for word in right}
        else:
            found[plain_word(str(left))] = str(right)
    for state in found.values():
        if state not in ("open", "won", "lost"):
            raise ImportRefused(
                lazy("“%(state)s” is no state of a deal; it is open, won or lost. Correct the map.", state=state)
            )
    return found


def _lookup(name: str, about: object, kind: ImportKind, folder: Path | None) -> Lookup:
    parts = ("column", "file", "key", "value")
    if not isinstance(about, Mapping) or not all(isinstance(about.get(part), str) for part in parts):
        raise ImportRefused(lazy("The lookup %(name)s needs column, file, key and value. Complete the map.", name=name))
    if not kind.field(name):
        raise ImportRefused(lazy("There is no field %(key)s to look up. Correct the map.", key=name))
    path = (folder or Path()) / about["file"]
    if not path.is_file():
        raise ImportRefused(
            lazy("There is no file %(path)s for the lookup %(name)s. Correct the map.", path=path, name=name)
        )
    return make_lookup(read_table(path, str(path)), about["column"], about["key"], about["value"])
