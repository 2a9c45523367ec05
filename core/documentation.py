"""Writes docs/hooks.md and docs/api.md from the code, so that the pages can't go stale."""

import inspect
import re
from typing import Any

from core import api
from core.hooks import channels, contributions, specs

PAGES = ("hooks", "api")
HOOKS_INTRODUCTION = """# Hooks

Generated from `core/hooks/specs.py` by `make docs`; a test checks that it is fresh.

A plugin answers a hook by a function of the same name in its `hooks.py`, marked with `@hook` from `core.api`; it
may leave out arguments that it doesn't need. Answers are frozen dataclasses, listed at the end.
"""
API_INTRODUCTION = """# What plugins import from the core

Generated from `core/api.py` by `make docs`; a test checks that it is fresh.

`from core.api import …` is a plugin's only door into the core; whatever is not listed here may change without notice.
"""


def page(name: str) -> str:
    """Returns the page `hooks` or `api` as Markdown."""
    return hooks_page() if name == "hooks" else api_page()


def hooks_page() -> str:
    """Returns the page about hooks and contributions."""
    parts = [HOOKS_INTRODUCTION]
    for name, function in _own(specs, inspect.isfunction):
        parts.append(_section(name, f"{name}{_signature(function)}", inspect.getdoc(function)))
    parts.append("# Contributions\n")
    for name, kind in (*_own(contributions, inspect.isclass), *_own(channels, inspect.isclass)):
        parts.append(_section(name, f"{name}{_signature(kind)}", inspect.getdoc(kind)))
    return "\n".join(parts)


def api_page() -> str:
    """Returns the page about the names of `core.api`."""
    rows = [API_INTRODUCTION, "| name | what it is |", "| --- | --- |"]
    for name in sorted(api.__all__, key=str.casefold):
        value = getattr(api, name)
        rows.append(f"| `{name}` | {_first_sentence(value)} |")
        rows += [f"| `{name}.{one}` | {_first_sentence(getattr(value, one))} |" for one in _inner(value)]
    return "\n".join(rows) + "\n"


def _inner(group: Any) -> list[str]:
    """Returns the names in a group of names that plugins import as one."""
    return sorted(group.__all__, key=str.casefold) if group in api.GROUPS else []


def _own(module: Any, is_kind: Any) -> list[tuple[str, Any]]:
    return [
        (name, value) for name, value in vars(module).items() if is_kind(value) and value.__module__ == module.__name__
    ]


def _section(name: str, signature: str, text: str | None) -> str:
    return f"## {name}\n\n```python\n{signature}\n```\n\n{text}\n"


def _signature(value: Any) -> str:
    return re.sub(r"core\.(hooks\.contributions|hooks\.channels|i18n)\.", "", str(inspect.signature(value)))


def _first_sentence(value: Any) -> str:
    if not (inspect.isclass(value) or callable(value) or inspect.ismodule(value)):
        return f"`{type(value).__name__}`"
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return text.replace("|", "\\|")
