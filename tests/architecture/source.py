"""Finds the project's files and gives their syntax trees, for the tests of this folder."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {"dist", "__pycache__", "node_modules"}


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[str]:
    """Returns the paths, relative to the root, of the files below `folders` that people wrote."""
    found = []
    for folder in folders:
        start = ROOT / folder
        paths = [start] if start.is_file() else start.rglob("*")
        found += [path for path in paths if path.suffix in suffixes and path.is_file()]
    relative = (path.relative_to(ROOT) for path in found)
    return sorted(str(path) for path in relative if not GENERATED.intersection(path.parts))


def text(path: str) -> str:
    """Returns what the file says."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: str) -> ast.Module:
    """Returns the syntax tree of a Python file."""
    return ast.parse(text(path), path)


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yields every function of a module, methods and inner ones too."""
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imports(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Yields the dotted name and line of everything a module imports, wherever in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def committed() -> list[str]:
    """Returns the files that are in a commit or would be in the next one."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.splitlines() if (ROOT / path).is_file()]
