"""The door for plugins stays small: names that somebody needs, and groups of those that only some need."""

import ast
import re
from pathlib import Path

from core import api
from core.hooks import channels, contributions

ROOT = Path(__file__).parents[2]
MOST_NAMES = 120
# What no plugin of ours needs, but authors do: whom a hook or a call gives it, or what a page answers by.
FOR_AUTHORS = {"Attachment", "Hung", "format_money", "format_phone", "is_htmx", "propose_evidence", "toast"}


def test_names_are_few_and_there():
    assert len(api.__all__) <= MOST_NAMES
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


def test_names_of_groups_are_there():
    missing = [(group.__name__, name) for group in api.GROUPS for name in group.__all__ if not hasattr(group, name)]
    assert missing == []


def test_what_is_imported_from_the_door_is_there():
    """A name that moved into a group is imported as the group: `from core.api import bulk`, then `bulk.insert_rows`."""
    sources = [path for folder in ("plugins", "examples", "tests") for path in (ROOT / folder).rglob("*.py")]
    wrong = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources
        if "core.api import" in (source := path.read_text("utf-8"))
        for name in imports_in(source)
        if name not in api.__all__
    ]
    assert wrong == []


def test_each_name_is_needed_by_a_plugin_a_hook_or_an_author():
    given = {name for module in (contributions, channels) for name in vars(module)}
    assert set(api.__all__) - used() - given - FOR_AUTHORS == set()


def used() -> set[str]:
    """Returns the names that the plugins of the house, the examples, the guide and the kit import."""
    sources = [path.read_text("utf-8") for folder in ("plugins", "examples") for path in (ROOT / folder).rglob("*.py")]
    sources += re.findall(r"```python\n(.*?)```", (ROOT / "docs/plugin-guide.md").read_text("utf-8"), re.DOTALL)
    lines = [line for source in sources for line in imports_in(source)]
    for path in (ROOT / "core/kit/templates").rglob("*.*"):
        lines += re.findall(r"from core\.api import ([^\n(]+|\([^)]+\))", path.read_text("utf-8"))
    return {name for line in lines for name in re.findall(r"\w+", line)}


def imports_in(source: str) -> list[str]:
    """Returns what a source imports from core.api."""
    found = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ImportFrom) and one.module == "core.api"]
    return [name.name for one in found for name in one.names]
