"""The library of deal types that Hinka brings along, as TOML in each of its languages: <key>.<language>.toml."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFound
from core.i18n import _
from core.runtime import CRM
from core.stages.models import DealType
from core.stages.portable import import_type, read_toml
from core.stages.types import find_type

TYPICAL, RETAIL, TENDER = "typical-sale", "retail-sale", "tender"
KEYS = (TYPICAL, RETAIL, TENDER)
FALLBACK = "en"


@dataclass(frozen=True)
class LibraryType:
    """A deal type of the library, as its page shows it: `stages` has the name and task of each."""

    key: str
    name: str
    mode: str
    stages: tuple[tuple[str, str], ...]


def library(language: str) -> list[LibraryType]:
    """Returns what the library holds, in a language."""
    found = []
    for key in KEYS:
        values = read_toml(text_of(key, language))
        stages = tuple((one["name"], one.get("task_title", "")) for one in values["stages"])
        found.append(LibraryType(key, values["name"], values["mode"], stages))
    return found


def text_of(key: str, language: str) -> str:
    """Returns a type of the library as TOML, in English where the language is missing; raises NotFound."""
    if key not in KEYS:
        raise NotFound(_("There is no such deal type in the library."))
    folder = Path(__file__).parent
    path = folder / f"{key}.{language}.toml"
    return (path if path.exists() else folder / f"{key}.{FALLBACK}.toml").read_text("utf-8")


def name_of(key: str, language: str) -> str:
    """Returns what a type of the library is called in a language; raises NotFound."""
    return read_toml(text_of(key, language))["name"]


def add_from_library(crm: CRM, key: str, language: str) -> DealType:
    """Returns a new type made from the library; where its name is taken, it gets a number."""
    text = text_of(key, language)
    base = name = name_of(key, language)
    number = 2
    while find_type(name) is not None:
        name, number = f"{base} {number}", number + 1
    return import_type(crm, text, name=name)
