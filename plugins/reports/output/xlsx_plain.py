"""Excel's own chart of any table: columns for its names, a series for each group, live on the table's cells."""

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from plugins.reports.charts.funnels import PASSED
from plugins.reports.document import COUNT, MONEY, TEXT, Column, Table

SIZE = {"width": 760, "height": 340}
NO_SPACE = "\u200b"
MOST_NAMES, MOST_SERIES = 40, 8
COLOURS = (PASSED, "#F2983E", "#3F6FB5", "#B0518E", "#7A9C2F", "#8A6D3B", "#5F6B7A", "#D0514C")


def add_plain_chart(book: Workbook, sheet: Worksheet, table: Table, first: int, last: int) -> None:
    """Adds the chart of a table below it, if it has names and numbers; `first` is the line of its heads."""
    heading, begin, count = _names(table)
    series = _series(table)
    if not count or not series or table.columns[0].kind != TEXT:
        return
    begin, end = first + 1 + begin, first + begin + min(count, MOST_NAMES)
    chart = book.add_chart({"type": "column"})
    for number, place in enumerate(series):
        column = table.columns[place]
        chart.add_series(
            {
                "name": _as_words(str(column.group or column.title)),
                "categories": [sheet.name, begin, 0, end, 0],
                "values": [sheet.name, begin, place, end, place],
                "fill": {"color": COLOURS[number]},
                "gap": 60,
            }
        )
    title = ": ".join(filter(None, (heading, str(table.columns[series[0]].title))))
    chart.set_title({"name": _as_words(title), "name_font": {"size": 12}})
    chart.set_legend({"position": "top"} if len(series) > 1 else {"none": True})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#E3E8EF"}}, "num_format": "#,##0"})
    chart.set_size(SIZE)
    sheet.insert_chart(last + 1, 0, chart)


def _as_words(name: str) -> str:
    """Returns a name that xlsxwriter takes for no formula, as it would any with "!A1"; nobody sees the difference."""
    return name.replace("!", f"!{NO_SPACE}")


def _names(table: Table) -> tuple[str, int, int]:
    """Returns what stands over the first rows that are together, the place of the first of them and their number."""
    plain = [not (row.is_heading or row.is_total) for row in table.rows]
    if True not in plain:
        return "", 0, 0
    begin = plain.index(True)
    count = next((n for n, is_plain in enumerate(plain[begin:]) if not is_plain), len(plain) - begin)
    return str(table.rows[begin - 1].values[table.columns[0].key]) if begin else "", begin, count


def _series(table: Table) -> list[int]:
    """Returns the columns of the first number: of each group but that of all together, or its only one."""
    found = [(place, one) for place, one in enumerate(table.columns) if one.kind in (COUNT, MONEY)]
    if not found:
        return []
    alike = [place for place, one in found if _is_like(one, found[0][1])]
    return alike[:-1][:MOST_SERIES] if len(alike) > 1 else alike


def _is_like(one: Column, other: Column) -> bool:
    return (str(one.title), one.kind) == (str(other.title), other.kind)
