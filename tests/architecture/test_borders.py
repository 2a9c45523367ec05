"""Any failure whatever is caught only at the few named borders where code of others is called."""

import ast

from tests.architecture.source import files, tree

# Where it is right, and how often: whoever adds a place says here what border it is.
BORDERS = {
    "core/hooks/dispatch.py": 1,  # every call of a plugin's code: its import, hooks, announcements, panels, live topics
    "core/jobs/queue.py": 1,  # the run of a job
    "core/serve/entry.py": 1,  # the making of the web application, which must never raise
    "core/serve/listeners.py": 1,  # a plugin's line to the outside world
    "core/web/health.py": 1,  # a health check
    "core/store/migrate.py": 1,  # a step of a migration, which is rolled back and told with its name
}
MOST = 6
BROAD = {"Exception", "BaseException"}


def broad_excepts(module: ast.Module) -> list[int]:
    """Returns the lines of handlers that stop any failure; one that cleans up and raises it again stops none."""
    handlers = (node for node in ast.walk(module) if isinstance(node, ast.ExceptHandler))
    return [handler.lineno for handler in handlers if _is_broad(handler.type) and not _raises_again(handler)]


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in names)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_broad_except_stands_only_at_named_borders():
    found = {path: broad_excepts(tree(path)) for path in files("core", "plugins", "app.py")}
    beyond = {path: lines for path, lines in found.items() if len(lines) > BORDERS.get(path, 0)}
    assert beyond == {}


def test_borders_are_few():
    assert sum(BORDERS.values()) <= MOST


def test_broad_except_would_be_found():
    sample = "try:\n  a()\nexcept {}:\n  pass"
    for caught in ("Exception", "(OSError, Exception)", "BaseException as error"):
        assert broad_excepts(ast.parse(sample.format(caught))) == [3]
    assert broad_excepts(ast.parse("try:\n  a()\nexcept:\n  pass")) == [3]
    assert broad_excepts(ast.parse(sample.format("(OSError, ValueError)"))) == []
    assert broad_excepts(ast.parse("try:\n  a()\nexcept BaseException:\n  b()\n  raise")) == []
