"""The part of the contract that a plugin's files tell, read without running any of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.hooks.plugins import Manifest

HEADINGS = 5
SECRET = re.compile(r"password|token|secret|api_key")
_LOG_WORDS = ("debug", "info", "warning", "error", "exception", "critical")
_IMPORT_PARTS = ("core.api", "core.testing")


def look_at_files(manifest: Manifest) -> Iterator[str]:
    """Yields what is wrong in a plugin's folder, in sentences."""
    for look in (_readme, _names, _imports, _logs):
        yield from look(manifest)


def _readme(manifest: Manifest) -> Iterator[str]:
    """Yields what its page of instructions lacks."""
    path = manifest.folder / "README.md"
    headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE) if path.is_file() else []
    if len(headings) < HEADINGS:
        yield f"README.md needs {HEADINGS} headings (## What it does, …); it has {len(headings)}."


def _names(manifest: Manifest) -> Iterator[str]:
    """Yields files that hide those of others, and vendors that are named outside of `providers`."""
    for path in sorted(manifest.folder.glob("templates/*")):
        if path.name != manifest.name:
            yield f"templates/{path.name} must lie in templates/{manifest.name}/, or it hides another plugin's."
    vendors = {path.stem for path in manifest.folder.glob("providers/*.py")} - {"__init__", "fake", "gateway"}
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        if not {"providers", "tests"} & set(inner.parts):
            yield from (
                f"{inner} names {vendor}; that belongs into providers/." for vendor in sorted(vendors & _texts(path))
            )


def _texts(path: Path) -> set[str]:
    nodes = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {node.value.casefold() for node in nodes}


def _imports(manifest: Manifest) -> Iterator[str]:
    """Yields imports of what is no door."""
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        for name in _imported(_tree(path)):
            is_core = name.startswith("core.") and not name.startswith(_IMPORT_PARTS)
            if is_core and "tests" not in inner.parts:
                yield f"{inner} imports {name}; a plugin imports core.api alone."
            if "migrations" in inner.parts and name.partition(".")[0] in ("core", "plugins"):
                yield f"{inner} imports {name}; a migration is frozen and imports nothing of ours."


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _logs(manifest: Manifest) -> Iterator[str]:
    """Yields secrets that go into the log."""
    for path in sorted(manifest.folder.rglob("*.py")):
        inner = path.relative_to(manifest.folder)
        for node in ast.walk(_tree(path)) if "tests" not in inner.parts else ():
            if isinstance(node, ast.Call) and _is_log(node.func):
                told = {word for value in node.args + [one.value for one in node.keywords] for word in _read_in(value)}
                for word in sorted(word for word in told if SECRET.search(word)):
                    yield f"{inner}, line {node.lineno}, logs {word}: a secret belongs into no log."


def _is_log(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id == "print"
    return isinstance(called, ast.Attribute) and called.attr in _LOG_WORDS


def _read_in(value: ast.expr) -> Iterator[str]:
    """Yields the names that an expression reads: variables, attributes and keys."""
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except SyntaxError:
        return ast.parse("")  # that it is broken shows when it is switched on
