"""Wide tables are laid on sheets that fit their page and show every column once."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.document import COUNT, MONEY, TEXT, Column, Row, Table
from plugins.reports.output.sheets import sheets_of

NAMES = st.text("abwЩщё ,Ëç", min_size=1, max_size=40)


def table_of(groups, *, columns=("Deals", "Potential"), rows=18, title="By manager"):
    """Returns a table with a column of names and these columns under the name of each group."""
    keys = [
        (f"{number}-{place}", group, name) for number, group in enumerate(groups) for place, name in enumerate(columns)
    ]
    heads = [Column("stage", "Stage", TEXT), *(Column(key, name, MONEY, group) for key, group, name in keys)]
    values = {"stage": "Contract", **dict.fromkeys((key for key, *_rest in keys), 123_456)}
    return Table("matrix", title, tuple(heads), (Row(values),) * rows, ("A note.",))


def test_a_narrow_table_stands_upright_on_one_sheet():
    (sheet,) = sheets_of(table_of(["Arta", "Besa"]))
    assert (sheet.page, sheet.begins_page, sheet.size.name) == ("", False, "")
    assert sheet.table.title == "By manager"


def test_a_wider_one_lies_on_its_side():
    (sheet,) = sheets_of(table_of([f"Manager {number}" for number in range(8)]))
    assert sheet.page == "lying"


def test_fifty_managers_take_numbered_sheets_of_about_as_many_and_notes_stand_on_the_last():
    sheets = sheets_of(table_of([f"Manager {number}" for number in range(50)]))
    last = len(sheets)
    assert [sheet.table.title for sheet in sheets] == [f"By manager ({n}/{last})" for n in range(1, last + 1)]
    counts = [len(sheet.table.headings) for sheet in sheets]
    assert max(counts) - min(counts) <= 1
    assert [bool(sheet.table.notes) for sheet in sheets] == [False] * (last - 1) + [True]
    assert all(sheet.begins_page for sheet in sheets)


def test_short_sheets_share_a_page():
    begun = [sheet.begins_page for sheet in sheets_of(table_of([f"Manager {number}" for number in range(50)], rows=4))]
    assert begun[:6] == [True, False, False, False, True, False]


@given(st.lists(NAMES, max_size=30, unique=True), st.lists(NAMES, min_size=1, max_size=3), st.integers(1, 40))
def test_every_column_stands_on_one_sheet_beside_the_first(groups, columns, rows):
    table = table_of(groups, columns=columns, rows=rows)
    sheets = sheets_of(table)
    assert [one for sheet in sheets for one in sheet.table.columns[1:]] == list(table.columns[1:])
    assert all(sheet.table.columns[0] == table.columns[0] for sheet in sheets)
    assert all(abs(sum(sheet.widths) - 100) < 0.5 for sheet in sheets)


def test_numbered_sheets_of_a_table_without_title_go_by_the_name_of_the_report():
    groups = [f"Manager {number}" for number in range(50)]
    assert sheets_of(table_of(groups, title=""), "Reasons of loss")[0].table.title.startswith("Reasons of loss (1/")
    assert sheets_of(table_of(groups[:2], title=""), "Reasons of loss")[0].table.title == ""


def test_a_heading_spans_its_line_and_what_is_worse_is_set_off():
    mark = SimpleNamespace(words="Few", is_worse=True)
    rows = (
        Row({"stage": "Sale"}, is_heading=True),
        Row({"stage": "Contract", "a": 1, "b": 2}, find_marks=lambda: {"b": mark}),
    )
    columns = (Column("stage", "Stage", TEXT), Column("a", "A", COUNT), Column("b", "B", COUNT))
    (sheet,) = sheets_of(Table("funnel", "", columns, rows))
    heading, line = sheet.lines
    assert [(cell.text, cell.span) for cell in heading.cells] == [("Sale", 3)]
    assert [(cell.text, cell.look) for cell in line.cells] == [("Contract", "text"), ("1", ""), ("2", "worse")]
