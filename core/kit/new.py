"""Writes a small plugin with tests that pass at once, for its author to change."""

import re
from pathlib import Path
from string import Template

from core import VERSION
from core.errors import CRMError

KINDS = {
    "blank": "A page of its own",
    "report": "A report of numbers: a page, files, REST and a command",
    "importer": "A command that brings clients in from a file",
    "channel": "Messages handed to a gateway",
}
TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")


def new_plugin(name: str, kind: str, into: Path) -> list[Path]:
    """Writes the plugin into the folder `into`/name and returns its files; raises CRMError if it is there already."""
    if not _NAME.fullmatch(name) or name == "core":
        raise CRMError(f"{name!r} can't be a plugin's name: use small letters, digits and _, e.g. my_channel.")
    folder = into / name
    if folder.exists():
        raise CRMError(f"{folder} is there already; choose another name.")
    facts = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "summary": KINDS[kind],
        "core": ".".join(VERSION.split(".")[:2]),
    }
    written: dict[Path, None] = {}
    for part in ("common", kind):  # a kind may have its own form of what all have
        for source in sorted((TEMPLATES / part).rglob("*.txt")):
            place = str(source.relative_to(TEMPLATES / part)).removesuffix(".txt").replace("NAME", name)
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(source.read_text("utf-8")).substitute(facts), "utf-8")
            written[target] = None
    return list(written)
