"""A workbook is pleasant to work in: names are whole, heads stay in sight, the chart is of the first rows."""

import io
from dataclasses import replace

import openpyxl
import pytest

from plugins.reports.document import TEXT, Column, Row, Table
from plugins.reports.output.forms import write

COLUMNS = (Column("stage", "Stage", TEXT), Column("deals", "Deals"))


@pytest.fixture
def book(base, report):
    """Returns the workbook of a report with these tables."""

    def made(*tables):
        document = replace(report("funnel-closed"), tables=tables, settings=(), figures=())
        return openpyxl.load_workbook(io.BytesIO(write(document, "xlsx").content))

    return made


def rows(*names, **options):
    return tuple(Row({"stage": name, "deals": 7}, **options) for name in names)


def test_a_long_title_is_cut_between_words_and_said_once_per_sheet(book):
    table = Table("open", "What they have open now, stage by stage", COLUMNS, rows("Contract"))
    names = [sheet.title for sheet in book(table, table)]
    assert names == ["What they have open now", "What they have open now 2"]


def test_heads_and_names_stay_in_sight_and_are_printed_on_each_page(book):
    sheet = book(
        Table("t", "Stages", COLUMNS, rows("Contract")), Table("u", "More", COLUMNS, rows("Offer"))
    ).worksheets[1]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")


def test_a_column_of_names_is_as_wide_as_the_longest(book):
    sheet = book(Table("t", "Stages", COLUMNS, rows("Typical sale: Preparation for the meeting"))).worksheets[0]
    assert sheet.column_dimensions["A"].width > 40


def test_the_chart_of_a_table_with_headings_is_that_of_its_first_rows(book):
    parts = (
        rows("Retail sale", is_heading=True) + rows("Offer", "Payment") + rows("Tender", is_heading=True) + rows("Bid")
    )
    (chart,) = book(Table("t", "Stages", COLUMNS, parts)).worksheets[0]._charts
    (series,) = chart.ser
    head = series.val.numRef.f.rsplit("!")[1]
    first, last = (int(cell.rsplit("$")[-1]) for cell in head.split(":"))
    assert last - first == 1
    assert "".join(run.t for part in chart.title.tx.rich.p for run in part.r) == "Retail sale: Deals"


def test_a_name_that_looks_like_a_formula_is_none_in_the_chart(book):
    name = "=cmd|' /C calc'!A0"
    columns = (COLUMNS[0], Column("deals", "Deals", group=name), Column("more", "Deals", group="Company"))
    table = Table("t", "Stages", columns, rows(name, is_heading=True) + rows("Offer"))
    (chart,) = book(table).worksheets[0]._charts
    (series,) = chart.ser
    title = "".join(run.t for part in chart.title.tx.rich.p for run in part.r)
    shown = [words.replace("\u200b", "") for words in (series.tx.v, title)]
    assert (series.tx.strRef, shown) == (None, [name, f"{name}: Deals"])
