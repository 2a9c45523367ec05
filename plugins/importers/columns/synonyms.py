"""The titles that people give to columns, in English, Albanian and Russian, read from `synonyms.toml`."""

import tomllib
from functools import cache
from pathlib import Path

from plugins.importers.columns.titles import plain_header

_FILE = Path(__file__).with_name("synonyms.toml")


@cache
def synonyms() -> dict[str, dict[str, str]]:
    """Returns the field of each title, by kind of import; read when an import first asks, since a start needs none."""
    tables = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        kind: {plain_header(word): field for field, words in fields.items() for word in (field, *words)}
        for kind, fields in tables.items()
    }


@cache
def known_words() -> frozenset[str]:
    """Returns the titles of all kinds."""
    return frozenset(word for words in synonyms().values() for word in words)
