"""Tables as files: csv that no spreadsheet runs, xlsx in constant memory."""

import csv
import errno
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from core import exports
from core.errors import Busy, InvalidInput


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_looks_like_a_formula_is_kept_from_running(text):
    line = "".join(exports.csv_lines([text], [[text]]))
    assert list(csv.reader(io.StringIO(line.removeprefix("\ufeff"), newline=""))) == [[f"'{text}"], [f"'{text}"]]


def test_numbers_stay_numbers_in_csv():
    lines = "".join(exports.csv_lines(["a"], [[-5], [Decimal("-1.50")], [None], [date(2026, 1, 2)]]))
    assert lines.removeprefix("\ufeff").splitlines() == ["a", "-5", "-1.50", '""', "2026-01-02"]


def test_csv_comes_in_pieces():
    pieces = list(exports.csv_lines(["a"], ([f"row {number}" * 10] for number in range(5_000))))
    assert len(pieces) > 3
    assert sum(piece.count("\r\n") for piece in pieces) == 5_001


def test_xlsx_keeps_types_and_writes_no_formula(tmp_path):
    path = tmp_path / "table.xlsx"
    row = [
        "=1+1",
        Decimal("2.5"),
        3,
        date(2026, 1, 2),
        datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        None,
        True,
        "x" * 40_000,
    ]
    assert exports.write_xlsx(path, "Deals: [all]?", list("abcdefgh"), [row]) == 1
    sheet = openpyxl.load_workbook(path).active
    assert sheet.title == "Deals   all"
    values = [cell.value for cell in sheet[2]]
    assert values[:3] == ["=1+1", 2.5, 3]
    assert sheet["A2"].data_type == "s"
    assert values[3:6] == [datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4), None]  # noqa: DTZ001 - a sheet has no zone
    assert values[6] == "True"
    assert len(values[7]) == 32_767


def test_sheet_that_would_be_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "MOST_XLSX_ROWS", 2)
    with pytest.raises(InvalidInput, match="csv"):
        exports.write_xlsx(tmp_path / "table.xlsx", "", ["a"], [["1"], ["2"], ["3"]])


def test_full_disk_is_one_clear_sentence_and_leaves_nothing(tmp_path):
    def rows():
        yield ["1"]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Busy, match="disk is full"):
        exports.write_xlsx(tmp_path / "table.xlsx", "", ["a"], rows())
    assert list(tmp_path.iterdir()) == []


def test_day_before_excels_first_stands_as_text(tmp_path):
    path = tmp_path / "table.xlsx"
    exports.write_xlsx(path, "", ["a"], [[date(24, 5, 1)], [date(1900, 3, 1)]])
    cells = [cell.value for cell in openpyxl.load_workbook(path).active["A"]]
    assert cells == ["a", "0024-05-01", datetime(1900, 3, 1)]  # noqa: DTZ001 - Excel knows no zones
