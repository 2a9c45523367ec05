"""A report as a PDF on A4: a page one would hand to a director."""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from core.api import CRMError, format_date, format_number, ngettext
from core.api import gettext as _
from plugins.reports.charts.funnels import on_paper
from plugins.reports.document import TEXT, Chart, Document, Figure, as_shown
from plugins.reports.output.paper import press
from plugins.reports.output.sheets import sheets_of

TEMPLATES = Path(__file__).parents[1] / "templates" / "reports"
FIGURES_ACROSS = 4
# Some 120 pages, which take the printer 12 s: nobody reads more on paper.
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
    charts = _charts_of(document)
    widths = [WIDTHS[name] for pair in pairs_of(charts) for _number, name in pair]
    drawn = [
        on_paper(chart.specification, width=width, labels=labels)
        for chart, (width, labels) in zip(charts, widths, strict=True)
    ]
    return press(drawn, partial(write_html, document))


def write_html(document: Document) -> str:
    """Returns the page that is printed; an image `chart:N` stands for each chart."""
    made_at = f"{format_date(document.made_at)} {document.made_at:%H:%M}"
    return (
        _environment()
        .get_template("paper.html")
        .render(
            document=document,
            made_at=made_at,
            pairs=pairs_of(_charts_of(document)),
            sheets=[sheet for table in document.tables for sheet in sheets_of(table, document.title)],
            figures_across=-(-len(document.figures) // max(-(-len(document.figures) // FIGURES_ACROSS), 1)) or 1,
            shown=as_shown,
            change=change_words,
            TEXT=TEXT,
            _=_,
            ngettext=ngettext,
        )
    )


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
        return _("%(points)s points", points=_signed(points, 1))
    if not figure.before:
        return ""
    return f"{_signed((float(figure.value) / float(figure.before) - 1) * 100)} %"


def _signed(number: float, digits: int = 0) -> str:
    """Returns a number with its sign, as the reader writes it."""
    return ("−" if number < 0 else "+") + format_number(abs(number), digits)


def _charts_of(document: Document) -> Sequence[Chart]:
    # A title above nothing tells less than the sentence that nothing matches.
    return () if document.is_empty else document.charts


@lru_cache(1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
