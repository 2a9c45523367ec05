"""Keeps the catalogs of the core and of each plugin: `extract` brings new words into them, `compile` makes them usable.

The core and every plugin own their catalogs (`<folder>/translations/<language>/LC_MESSAGES/messages.po`),
so a plugin's words come and go with its folder.
"""

import sys
import tomllib
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("sq", "ru")
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("kit/**", "ignore"),  # what `hinka plugin new` writes speaks for itself
    ("**.py", "python"),
    ("**/templates/**.*", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "lazy": None, "ngettext": (1, 2)}


def main(command: str) -> int:
    """Returns the exit status of `extract`, `compile` or `check` (are all words translated?)."""
    if command == "extract":
        for owner in owners():
            extract(owner)
    elif command == "compile":
        for path in catalogs():
            compile_catalog(path)
    elif command == "check":
        return check()
    else:
        print("Usage: python tools/translations.py extract|compile|check", file=sys.stderr)
        return 2
    return 0


def owners() -> list[Path]:
    """Returns the folders that have words of their own: the core, then each plugin by name."""
    plugins = sorted(manifest.parent for manifest in ROOT.glob("plugins/*/plugin.toml"))
    return [folder for folder in (ROOT / "core", *plugins) if folder.is_dir()]


def catalogs() -> list[Path]:
    """Returns every catalog of the core and the plugins."""
    return sorted(path for owner in owners() for path in owner.glob("translations/*/LC_MESSAGES/messages.po"))


def extract(owner: Path) -> None:
    """Brings the words now used below `owner` into its catalogs, keeping what is translated."""
    template = template_of(owner)
    if len(template):
        for language in LANGUAGES:
            update(owner / "translations" / language / "LC_MESSAGES" / "messages.po", language, template)


def template_of(owner: Path) -> Catalog:
    """Returns a catalog without translations: the words now used below `owner`."""
    template = Catalog(project="Hinka", charset="utf-8")
    found = extract_from_dir(owner, METHODS, {"**/templates/**.*": {"trimmed": "true"}}, keywords=KEYWORDS)
    for filename, line, message, comments, context in found:
        template.add(message, None, [(f"{owner.name}/{filename}", line)], auto_comments=comments, context=context)
    for words in manifest_words(owner / "plugin.toml"):
        template.add(words, None, [(f"{owner.name}/plugin.toml", 0)])
    return template


def manifest_words(path: Path) -> list[str]:
    """Returns what a plugin's manifest says to people: its title and summary."""
    if not path.exists():
        return []
    values = tomllib.loads(path.read_text("utf-8"))
    return [values[key] for key in ("title", "summary") if values.get(key)]


def update(path: Path, language: str, template: Catalog) -> None:
    """Writes the catalog at `path` with exactly the words of `template`; a guessed translation is never taken."""
    catalog = Catalog(locale=language, project="Hinka", charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
            template.creation_date = catalog.creation_date  # the day of the run is no news
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        # Without line numbers and dates a change of code changes a catalog only where words changed.
        write_po(file, catalog, width=120, include_lineno=False, omit_header=False, sort_output=True)


def compile_catalog(path: Path) -> None:
    """Writes the compiled twin beside the catalog at `path`."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)


def check() -> int:
    """Returns 1 and lists the words that have no translation, 0 if every catalog is complete."""
    missing = [f"{path.relative_to(ROOT)}: {words}" for path in catalogs() for words in untranslated(path)]
    print("\n".join(missing) or "Every word is translated.")
    return 1 if missing else 0


def untranslated(path: Path) -> list[str]:
    """Returns the words of the catalog at `path` that lack a translation or one of its plural forms."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    forms = {message.id: message.string for message in catalog if message.id}
    return [str(words) for words, said in forms.items() if not all(said if isinstance(said, tuple) else (said,))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
