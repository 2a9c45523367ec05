"""Writes docs/hooks.md from the hook specifications, so that the page can't go stale."""

import inspect

from core.hooks import contributions, specs

INTRODUCTION = """# Hooks

Generated from `core/hooks/specs.py` by `make docs`; a test checks that it is fresh.

A plugin answers a hook by a function of the same name in its `hooks.py`, marked with `@hook` from `core.api`; it
may leave out arguments that it doesn't need. Answers are frozen dataclasses, listed at the end.
"""


def hooks_page() -> str:
    """Returns the whole page as Markdown."""
    parts = [INTRODUCTION]
    for name, function in vars(specs).items():
        if inspect.isfunction(function) and function.__module__ == specs.__name__:
            signature = inspect.signature(function)
            parts.append(f"## {name}\n\n```python\n{name}{signature}\n```\n\n{inspect.getdoc(function)}\n")
    parts.append("# Contributions\n")
    for name, kind in vars(contributions).items():
        if inspect.isclass(kind) and kind.__module__ == contributions.__name__:
            parts.append(f"## {name}\n\n```python\n{name}{inspect.signature(kind)}\n```\n\n{inspect.getdoc(kind)}\n")
    return "\n".join(parts)
