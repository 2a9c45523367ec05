"""The titles that people give to columns, in English, Albanian and Russian, read from `synonyms.toml`."""

import tomllib
from pathlib import Path

from .titles import plain_header

_FILE = Path(__file__).with_name("synonyms.toml")


def _load() -> dict[str, dict[str, str]]:
    tables = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        kind: {plain_header(word): field for field, words in fields.items() for word in (field, *words)}
        for kind, fields in tables.items()
    }


SYNONYMS = _load()
KNOWN_WORDS = frozenset(word for words in SYNONYMS.values() for word in words)
