"""Every public function of the core says what it returns, in words and in its signature."""

import ast
from collections.abc import Iterator

from tests.architecture.source import files, functions, tree


def undocumented(path: str, module: ast.Module) -> list[str]:
    return [
        f"{path}:{function.lineno} {function.name} has no docstring"
        for function in public_functions(module)
        if ast.get_docstring(function) is None
    ]


def unhinted(path: str, module: ast.Module) -> list[str]:
    return [
        f"{path}:{function.lineno} {function.name} does not say what it returns"
        for function in functions(module)
        if function.returns is None
    ]


def public_functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yields public functions of the module and public methods of its public classes, but for overridden ones."""
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (method for method in _public(node.body) if not _is_override(method))
    yield from _public(module.body)


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    )


def _is_override(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tells whether the method's contract is written elsewhere: it says so, or is a setter beside its getter."""
    marks = [ast.unparse(decorator) for decorator in method.decorator_list]
    return any(mark in ("override", "typing.override", "overload") or mark.endswith(".setter") for mark in marks)


def is_migration(path: str) -> bool:
    return "/migrations/" in path


def test_public_functions_have_docstrings():
    written = [path for path in files("core", "app.py") if not is_migration(path)]
    assert [complaint for path in written for complaint in undocumented(path, tree(path))] == []


def test_functions_have_return_hints():
    assert [complaint for path in files("core", "app.py") for complaint in unhinted(path, tree(path))] == []


def test_missing_docstring_and_hint_would_be_found():
    sample = ast.parse("class A:\n  def b(self): ...\n  def _c(self): ...\ndef d() -> int:\n  'Returns 1.'\n")
    assert undocumented("a.py", sample) == ["a.py:2 b has no docstring"]
    assert unhinted("a.py", sample) == [
        "a.py:2 b does not say what it returns",
        "a.py:3 _c does not say what it returns",
    ]
