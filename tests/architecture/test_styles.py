"""Every class and every variable of our style sheets is used by a page: no rule is left behind when a page changes."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEETS = sorted([*ROOT.glob("core/web/static/css/*.css"), *ROOT.glob("plugins/*/static/*.css")])
# After a beginning to which the page adds the rest: `todo-{{ task.state }}`, `board-${state}`, "avatar-tone-{}".
JOINS = ("{", "${")


def plain(sheet: Path) -> str:
    """Returns a style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


@cache
def pages() -> str:
    """Returns everything that gives elements their classes: templates, scripts and the Python that makes HTML."""
    files = (file for top in ("core", "plugins") for file in sorted((ROOT / top).rglob("*")))
    kept = (file for file in files if file.suffix in (".html", ".js", ".py") and "dist" not in file.parts)
    return "\n".join(file.read_text() for file in kept)


@cache
def words() -> set[str]:
    """Returns the words of the pages that may be classes."""
    return set(re.findall(r"(?<![\w-])[a-zA-Z][\w-]*", pages()))


def is_used(name: str) -> bool:
    """Tells whether a page gives this class, by its name or by a beginning to which it adds the rest."""
    begins = [name[: place + 1] for place, sign in enumerate(name) if sign == "-"]
    return name in words() or any(begin + join in pages() for begin in begins for join in JOINS)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_class_is_given_by_a_page(sheet):
    selectors = re.findall(r"([^{};]+)\{", plain(sheet))
    names = {
        name for one in selectors if not one.strip().startswith("@") for name in re.findall(r"\.([a-z][\w-]*)", one)
    }
    # htmx gives its own while it waits.
    assert [name for name in sorted(names) if not name.startswith("htmx-") and not is_used(name)] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_variable_of_ours_is_set_and_read(sheet):
    everywhere = "".join(map(plain, SHEETS)) + pages()
    own = {name for name in re.findall(r"(--[\w-]+)", plain(sheet)) if not name.startswith("--tblr-")}
    unset = [name for name in sorted(own) if not re.search(rf"{name}\s*[:\"'=]", everywhere)]
    unread = [name for name in sorted(own) if f"var({name}" not in everywhere]
    assert (unset, unread) == ([], [])
