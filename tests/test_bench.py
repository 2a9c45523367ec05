"""The bench's own arithmetic, and that a small bench runs from end to end."""

import pytest

from tests.bench import __main__ as bench
from tests.bench.figures import Figure, number, percentile, table


def test_missed_bound_is_told():
    figures = [
        Figure("quick", 5, "ms", 10),
        Figure("slow", 11, "ms", 10),
        Figure("many", 5, "req/s", 10, is_least=True),
    ]
    said = table("pages", figures).splitlines()
    assert [line.endswith("**missed** |") for line in said[4:7]] == [False, True, True]
    assert "≥ 10 req/s" in said[6]


def test_percentile_is_one_of_the_values():
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0] * 95 + [9.0] * 5, 0.95) == 9.0


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (3, "3")])
def test_numbers_have_digits_worth_reading(value, text):
    assert number(value) == text


def test_tables_go_between_the_marks_and_nowhere_else(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(bench.BENCHES, "tiny", lambda bases, database: [Figure(database, 1, "ms", 2)])
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{bench.BEGIN}### tiny, sqlite\nstale\n\n### large, sqlite\nkept\n{bench.END}after\n")
    assert bench.main(["tiny", "--write", str(page)]) == 0
    text = page.read_text()
    assert "stale" not in text
    assert "### large, sqlite\nkept\n" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "tiny, sqlite" in text
    assert "tiny, postgres" in capsys.readouterr().out


def test_missed_bound_ends_with_1(monkeypatch):
    monkeypatch.setitem(bench.BENCHES, "tiny", lambda bases, database: [Figure(database, 3, "ms", 2)])
    assert bench.main(["tiny"]) == 1
