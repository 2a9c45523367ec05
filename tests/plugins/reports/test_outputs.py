"""Every form in which a report leaves the house shows the same cells, and nothing in it can run."""

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from core.api import CRMError, speaking
from plugins.reports.document import COUNT, SHARE, TEXT, Column, Figure, Row, Table
from plugins.reports.output import paper
from plugins.reports.output.csv import harmless
from plugins.reports.output.forms import write
from plugins.reports.output.pdf import MOST_CELLS, change_words, write_html

PARAMS = {"from_": "2025-03-01", "to": "2025-09-01", "by": "owner"}
NAMES = ("reached", "passed", "lost", "skipped", "reached_potential", "passed_potential", "lost_potential")


@pytest.fixture
def document(base, report):
    return report("funnel-closed", **PARAMS)


def as_json(document) -> list[dict]:
    return json.loads(write(document, "json").content)["rows"]


def test_json_has_the_shape_of_the_contract(document):
    data = json.loads(write(document, "json").content)
    assert {"report", "params", "rows", "totals"} <= set(data)
    assert data["report"] == "funnel-closed"
    assert data["params"] == {"from": "2025-03-01", "to": "2025-09-01", "by": "owner"}
    assert set(data["rows"][0]) == {"type", "stage", "owner", "conversion", *NAMES}
    names = {"closed", "won", "lost", "win_rate", "won_amount", "lost_potential", "no_potential", "clients"}
    assert set(data["totals"]) == names
    for row in data["rows"]:
        assert isinstance(row["reached_potential"], str)
        assert re.fullmatch(r"\d+\.\d\d", row["reached_potential"])
        assert row["conversion"] is None or 0 <= row["conversion"] <= 1


def test_csv_has_the_cells_of_json(document):
    text = write(document, "csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    expected = as_json(document)
    assert len(rows) == len(expected)
    for row, other in zip(rows, expected, strict=True):
        assert {name: row[name] for name in row} == {k: "" if v is None else str(v) for k, v in other.items()}


def test_xlsx_has_the_cells_of_json_as_numbers(document):
    sheet = openpyxl.load_workbook(io.BytesIO(write(document, "xlsx").content)).worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(number for number, line in enumerate(lines) if line[0] == "Stage")
    found = [line for line in lines[head + 1 :] if isinstance(line[1], int)]
    expected = as_json(document)
    assert len(found) == len(expected)
    for line, row in zip(found, expected, strict=True):
        assert line[1:5] == [row["reached"], row["passed"], row["lost"], row["skipped"]]
        assert [Decimal(str(value)) for value in line[6:9]] == [Decimal(row[name]) for name in NAMES[4:]]


def test_terminal_and_paper_have_the_cells_of_json(document):
    lines = write(document, "table").content.decode().splitlines()
    shown = [re.split(r" {2,}", line.strip()) for line in lines]
    numbers = [line[1:5] for line in shown if len(line) == 9 and line[1].replace(",", "").isdigit()]
    page = write_html(document)
    lines = [re.findall(r"<td[^>]*>([^<]*)</td>", line) for line in re.findall(r"<tr.*?</tr>", page)]
    expected = [[f"{row[name]:,}" for name in NAMES[:4]] for row in as_json(document)]
    assert numbers == expected
    assert [line[1:5] for line in lines if len(line) == 9] == expected


def test_xlsx_takes_no_text_for_a_formula(crm, base, report):
    crm.database.execute_sql("UPDATE core_stage SET name = '=cmd|''/C calc''!A0' WHERE name = 'Qualify'")
    crm.database.execute_sql("UPDATE core_user SET name = '@SUM(1+1)' WHERE name = 'Arta'")
    document = report("funnel-closed", columns="owner")
    book = openpyxl.load_workbook(io.BytesIO(write(document, "xlsx").content))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    text = write(report("funnel-closed", by="owner"), "csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert "'@SUM(1+1)" in cells
    assert not any(cell.startswith(("=", "@")) for cell in cells)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1"])
def test_what_looks_like_a_formula_is_made_harmless(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("name", ["funnel-closed", "funnel-open"])
def test_excels_own_charts_are_centred_and_narrow_from_top_to_bottom(base, report, name):
    book = openpyxl.load_workbook(io.BytesIO(write(report(name, type="Sale"), "xlsx").content))
    charts = book.worksheets[0]._charts
    assert [chart.grouping for chart in charts] == ["stacked", "stacked"]
    for chart in charts:
        assert len(chart.ser) == 3
        gap, core, flank = chart.ser
        assert gap.spPr.noFill
        assert core.spPr.solidFill.srgbClr != flank.spPr.solidFill.srgbClr
        assert chart.y_axis.scaling.orientation == "maxMin" or chart.x_axis.scaling.orientation == "maxMin"


@pytest.mark.parametrize("name", ["funnel-closed", "funnel-open"])
def test_pieces_of_excels_bars_add_up(base, report, name):
    file = io.BytesIO(
        write(report(name, type="Sale", from_="2025-03-01") if "closed" in name else report(name), "xlsx").content
    )
    pieces = openpyxl.load_workbook(file, data_only=True)["Charts"]
    assert pieces.sheet_state == "hidden"
    rows = list(pieces.iter_rows(min_row=2, values_only=True))
    widest = max(core + flank for _stage, _gap, core, flank, *_rest in rows)
    assert widest > 0
    for _stage, gap, core, flank, *_rest in rows:
        assert gap == pytest.approx((widest - core - flank) / 2)


@pytest.mark.parametrize("language", ["en", "sq", "ru"])
def test_pdf_is_made_in_each_language(base, report, language):
    with speaking(language):
        file = write(report("funnel-closed", columns="owner", type="Sale"), "pdf")
    assert file.content.startswith(b"%PDF")
    assert file.media_type == "application/pdf"
    assert len(file.content) > 10_000


def test_svg_has_both_charts(document):
    drawing = write(document, "svg").content.decode()
    assert drawing.startswith("<svg")
    assert "Number of deals" in drawing
    assert "Potential, EUR" in drawing


def test_press_fetches_nothing(tmp_path):
    picture = tmp_path / "picture.svg"
    picture.write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'><rect width='50' height='50' fill='red'/></svg>"
    )
    plain = paper.press([], lambda: "<p>a</p>")
    fetched = paper.press([], lambda: f'<p>a</p><img src="file://{picture}"><img src="http://127.0.0.1:9/x.png">')
    drawn = paper.press([{"mark": "bar", "data": {"values": [{"a": 1}]}}], lambda: '<p>a</p><img src="chart:0">')
    assert abs(len(fetched) - len(plain)) < 30
    assert len(drawn) > len(plain) + 30


@pytest.mark.parametrize("write", [None, lambda: '<p>a</p><img src="chart:0">'], ids=["picture", "page"])
def test_a_chart_that_cannot_be_drawn_is_one_clear_sentence(write):
    with pytest.raises(CRMError, match="could not be drawn"):
        paper.press([{"mark": "no such mark"}], write)


def test_paper_without_deals_has_a_sentence_in_place_of_charts(document):
    page = write_html(replace(document, is_empty=True))
    assert ("No deals match these settings." in page, "<figure" in page) == (True, False)


def test_a_table_that_nobody_would_read_on_paper_is_refused_with_the_way_out(document):
    table = Table("t", "", (Column("name", "Name", TEXT),), (Row({"name": "a"}),) * (MOST_CELLS + 1))
    with pytest.raises(CRMError, match=r"20,001 cells, and paper takes at most 20,000.*Excel"):
        write(replace(document, tables=(table,)), "pdf")


def test_press_is_stopped_when_it_takes_too_long():
    with pytest.raises(CRMError, match="too long"):
        paper.press([], lambda: "<p>a</p>", seconds=0)


def test_one_who_draws_and_does_not_even_read_is_not_waited_for(tmp_path, monkeypatch):
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import signal; signal.pause()")
    monkeypatch.setattr(paper, "PRESS", stuck)
    long = {"mark": "bar", "data": {"values": [{"a": "x" * (1 << 20)}]}}
    with pytest.raises(CRMError, match="too long"):
        paper.press([long], lambda: "<p>a</p>", seconds=1)


def test_unknown_form_is_refused_with_the_known_ones(document):
    with pytest.raises(CRMError, match="json, csv, xlsx"):
        write(document, "docx")


def test_a_heading_stands_above_its_own_columns():
    columns = tuple(
        Column(key, key, group=group) for key, group in zip("abcde", ("", "on", "on", "", "back"), strict=True)
    )
    assert Table("t", "", columns, ()).headings == [("", 1), ("on", 2), ("", 1), ("back", 1)]
    assert Table("t", "", columns[:1], ()).headings == []


def test_what_changed_is_written_as_the_reader_writes_numbers():
    with speaking("sq"):
        assert change_words(Figure("rate", "", 0.264, SHARE, before=0.241)) == "+2,3 pikë"
        assert change_words(Figure("deals", "", 25, COUNT, before=10_000)) == "−100 %"
        assert change_words(Figure("deals", "", 90_000, COUNT, before=10)) == "+899\xa0900 %"
