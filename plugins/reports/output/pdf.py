"""A report as a PDF on A4: what `paper.typ` prints, as plain data in the reader's words."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core.api import CRMError, format_date, format_number
from core.api import gettext as _
from plugins.reports.charts import on_paper
from plugins.reports.document import TEXT, Chart, Document, Figure, as_shown
from plugins.reports.output.paper import press
from plugins.reports.output.sheets import Sheet, sheets_of

FIGURES_ACROSS = 4
# Some 120 pages: nobody reads more on paper, and what is printed takes less than three seconds and 400 MB.
MOST_CELLS = 20_000
# How wide a chart is, and the names of its bars: with the names of its stages and one without beside it, two alike, or
# all across the page.
WIDTHS = {"labelled": (430, 170), "beside": (300, 0), "half": (365, 150), "alone": (745, 190)}


def write_pdf(document: Document) -> bytes:
    """Returns the PDF: title, settings, figures, charts side by side, tables; wide ones lie on their side.

    Raises CRMError for tables that nobody would read on paper.
    """
    cells = sum(len(table.rows) * len(table.columns) for table in document.tables)
    if cells > MOST_CELLS:
        words = _(
            "This report has %(cells)s cells, and paper takes at most %(most)s. "
            "Choose fewer rows or columns, or take the Excel form.",
            cells=format_number(cells),
            most=format_number(MOST_CELLS),
        )
        raise CRMError(words)
    widths = [WIDTHS[name] for pair in pairs_of(document.charts) for _number, name in pair]
    charts = [
        on_paper(chart.specification, width=width, labels=labels)
        for chart, (width, labels) in zip(document.charts, widths, strict=True)
    ]
    return press(charts, print_of(document))


def print_of(document: Document) -> dict[str, Any]:
    """Returns what is printed, as `paper.typ` reads it; its charts are numbers of the drawings."""
    sheets = [sheet for table in document.tables for sheet in sheets_of(table, document.title) if sheet.lines]
    runs = [(lies, list(run)) for lies, run in groupby(sheets, key=lambda sheet: sheet.lies)]
    return {
        "language": document.language,
        "title": document.title,
        "subtitle": document.subtitle,
        "company": document.company,
        "made_at": f"{format_date(document.made_at)} {document.made_at:%H:%M}",
        "made_by": [document.made_by] if document.made_by else [],
        "settings": document.settings,
        "summary": document.summary,
        "figures": _by_lines([_figure(figure) for figure in document.figures]),
        "nothing": _("No deals match these settings.") if document.is_empty else "",
        "charts": [[_chart(document, *place) for place in pair] for pair in pairs_of(document.charts)],
        # Without charts above it, a wide table needs no page of its own after the head.
        "lies": bool(runs) and runs[0][0] and not document.charts,
        "runs": [{"lies": lies, "sheets": [_sheet(sheet) for sheet in run]} for lies, run in runs],
        "notes": [str(note) for note in document.notes],
    }


def pairs_of(charts: Sequence[Chart]) -> list[list[tuple[int, str]]]:
    """Returns the charts by twos, each as its number and its place in the line: a name of `WIDTHS`."""
    pairs = []
    for first in range(0, len(charts), 2):
        if first + 1 == len(charts):
            names = ("alone",)
        elif charts[first + 1].has_own_axis:
            names = ("half", "half")
        else:
            names = ("labelled", "beside")
        pairs.append(list(enumerate(names, first)))
    return pairs


def change_words(figure: Figure) -> str:
    """Returns how a figure differs from the period compared, such as "+12 %", or an empty text."""
    if figure.before is None or figure.value is None:
        return ""
    if figure.kind == "share":
        points = (float(figure.value) - float(figure.before)) * 100
        return _("%(points)s points", points=f"{points:+.1f}".replace("-", "−"))
    if not figure.before:
        return ""
    return f"{(float(figure.value) / float(figure.before) - 1) * 100:+.0f} %".replace("-", "−")


def _by_lines(figures: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Returns figures in lines of about as many."""
    lines = -(-len(figures) // FIGURES_ACROSS)
    across = -(-len(figures) // max(lines, 1))
    return [figures[first : first + across] for first in range(0, len(figures), across or 1)]


def _figure(figure: Figure) -> dict[str, str]:
    before = "" if figure.before is None else f"{_('before')} {as_shown(figure.before, figure.kind)}"
    return {
        "title": str(figure.title),
        "value": as_shown(figure.value, figure.kind),
        "change": " · ".join(filter(None, (change_words(figure), before))),
    }


def _chart(document: Document, number: int, place: str) -> dict[str, Any]:
    chart = document.charts[number]
    return {"number": number, "place": place, **{key: getattr(chart, key) for key in ("title", "note", "description")}}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    table = sheet.table
    return {
        "title": table.title,
        "is_dense": sheet.size.name == "dense",
        "begins_page": sheet.begins_page,
        "widths": sheet.widths,
        "headings": [{"text": str(text), "span": span} for text, span in table.headings],
        "columns": [{"title": str(column.title), "is_text": column.kind == TEXT} for column in table.columns],
        "lines": [
            {"look": line.look, "cells": [{"text": cell.text, "worse": cell.is_worse} for cell in line.cells]}
            for line in sheet.lines
        ],
        "notes": table.notes,
    }
