"""The present time comes from crm.clock alone, so that a test can stop it and a report can be of another day."""

import ast

import pytest

from tests.architecture.source import files, tree

NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "time.time"}
CLOCKS = {"core/clock.py"}


def reads_of_the_clock(module: ast.Module) -> list[int]:
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if ast.unparse(call.func) in NOW]


def test_nobody_asks_the_real_clock():
    found = {path: reads_of_the_clock(tree(path)) for path in files("core", "plugins") if path not in CLOCKS}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("sample", ["datetime.now(UTC)", "date.today()", "time.time()"])
def test_real_clock_would_be_found(sample):
    assert reads_of_the_clock(ast.parse(f"a = {sample}")) == [1]


def test_stopwatch_is_no_clock():
    assert reads_of_the_clock(ast.parse("a = time.monotonic(); b = crm.clock.now()")) == []
