"""No file is longer than 400 lines and no function than 50."""

import ast

from tests.architecture.source import files, functions, text, tree

FILE_WALL = 400
FUNCTION_WALL = 50
WRITTEN = (".py", ".js", ".css", ".html", ".mjs")


def too_long(path: str, source: str) -> list[str]:
    lines = source.count("\n")
    return [f"{path} has {lines} lines"] if lines > FILE_WALL else []


def too_long_functions(path: str, module: ast.Module) -> list[str]:
    return [
        f"{path}:{function.lineno} {function.name} has {length} lines"
        for function in functions(module)
        if (length := function.end_lineno - function.lineno + 1) > FUNCTION_WALL
    ]


def test_no_file_is_longer_than_the_wall():
    # A migration is a frozen list of tables: it is read as one, and cutting it in two would help nobody.
    written = [
        path
        for path in files("core", "plugins", "app.py", "tests", "tools", suffixes=WRITTEN)
        if "/migrations/" not in path
    ]
    assert [complaint for path in written for complaint in too_long(path, text(path))] == []


def test_no_function_is_longer_than_the_wall():
    written = files("core", "plugins", "app.py")
    assert [complaint for path in written for complaint in too_long_functions(path, tree(path))] == []


def test_long_file_would_be_found():
    assert too_long("a.py", "\n" * 401) == ["a.py has 401 lines"]
    assert too_long("a.py", "\n" * 400) == []


def test_long_function_would_be_found():
    body = "    pass\n" * 50
    assert too_long_functions("a.py", ast.parse(f"class A:\n  def b():\n{body}")) == ["a.py:2 b has 51 lines"]
