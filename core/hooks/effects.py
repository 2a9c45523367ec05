"""What switching a plugin on brings along, read from its files without running any of them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.hooks import specs
from core.hooks.plugins import Manifest

HOOKS = {name for name, spec in vars(specs).items() if "Verb:" in (getattr(spec, "__doc__", None) or "")}


@dataclass(frozen=True)
class Effects:
    """Tables made, pages in the menu, rights, jobs, settings and hooks of one plugin."""

    tables: tuple[str, ...]
    pages: tuple[str, ...]
    rights: tuple[str, ...]
    jobs: tuple[str, ...]
    settings: tuple[str, ...]
    hooks: tuple[str, ...]


def effects(manifest: Manifest) -> Effects:
    """Returns what a plugin's code and migrations name; what it puts together while it runs is not seen."""
    trees = [tree for path in sorted(manifest.folder.glob("**/*.py")) if (tree := _parsed(path))]
    named = [call for tree in trees for call in _calls(tree)]
    return Effects(
        tables=_tables(manifest),
        pages=_second_texts(named, "MenuItem"),
        rights=_second_texts(named, "Permission"),
        jobs=_first_texts(named, "JobKind"),
        settings=_second_texts(named, "SettingsGroup"),
        hooks=_hooks(manifest.folder / "hooks.py"),
    )


def _tables(manifest: Manifest) -> tuple[str, ...]:
    pattern = re.compile(rf"[\"']({re.escape(manifest.name)}_\w+)[\"']")
    migrations = sorted((manifest.folder / "migrations").glob("m*.py"))
    return tuple(dict.fromkeys(name for path in migrations for name in pattern.findall(path.read_text("utf-8"))))


def _hooks(path: Path) -> tuple[str, ...]:
    tree = _parsed(path)
    found = tree.body if tree else []
    return tuple(node.name for node in found if isinstance(node, ast.FunctionDef) and node.name in HOOKS)


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_text("utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None  # that it can't be read shows when it is switched on


def _calls(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [_text(argument) for argument in node.args]
            yield node.func.id, texts


def _text(node: ast.expr) -> str:
    """Returns a written text, also one that is marked for translation; empty for anything else."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _first_texts(calls: list[tuple[str, list[str]]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts[0] for called, texts in calls if called == name and texts and texts[0]))


def _second_texts(calls: list[tuple[str, list[str]]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts[1] for called, texts in calls if called == name and texts[1:] and texts[1]))
