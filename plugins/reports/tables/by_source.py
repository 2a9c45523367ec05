"""The reports *sources* and *managers*: what the closed deals of each brought, the best on top."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from core.api import CRM, Report, User, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Row, Table
from plugins.reports.funnel import open_report
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import TABLE, Settings
from plugins.reports.tables.outcomes import Asked, Outcome, ask_outcomes
from plugins.reports.tables.writing import key_conditions, label_of, ranking, table_document, usual_figures
from plugins.reports.words import compact

SOURCES, MANAGERS = "sources", "managers"
TITLES = {SOURCES: lazy("Sources"), MANAGERS: lazy("Managers")}
MATRIX = ("deals", "expected_income", "probability")
# The cells that open a list, and the state of the deals in it.
STATES = {"closed": "", "won": "won", "lost": "lost", "won_amount": "won", "lost_potential": "lost"}
USUAL = {SOURCES: "source", MANAGERS: "owner"}


def make(name: str, crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report of this name."""
    asked = ask_outcomes(crm, user, settings, USUAL[name])
    rows = sorted(asked.rows, key=lambda row: (-row.won_amount, -row.won, label_of(asked, row)))
    linker = Linker(crm, settings)
    document = table_document(
        crm,
        user,
        settings,
        name=name,
        title=str(TITLES[name]),
        asked=asked,
        table=_table(asked, rows, linker),
        figures=usual_figures(asked, crm.currency, linker),
        draw=partial(_charts, asked, rows, linker, crm.currency),
        rows=[{settings.by or USUAL[name]: asked.dimension.label(row.key), **_values(asked, row)} for row in rows],
    )
    return _with_matrix(crm, user, settings, document) if name == MANAGERS else document


def _with_matrix(crm: CRM, user: User | None, settings: Settings, document: Document) -> Document:
    """Returns the ranking with what its people have open now, stage by stage."""
    now = replace(settings, report=open_report.NAME, by="", columns=settings.by or USUAL[MANAGERS], indicators=MATRIX)
    standing = open_report.make(crm, user, now)
    if standing.is_empty or "matrix" not in standing.data:
        return document
    matrix = replace(standing.tables[-1], key="matrix", title=_("What they have open now, stage by stage"))
    data = {**document.data, "matrix": standing.data["matrix"]}
    return replace(document, tables=(*document.tables, matrix), data=data, is_empty=False)


def _values(asked: Asked, row: Outcome) -> dict[str, Any]:
    whole = asked.whole.won_amount
    return {**row.data(), "share": row.won_amount / whole if whole else None}


def _table(asked: Asked, rows: Sequence[Outcome], linker: Linker) -> Table:
    columns = (
        Column("name", asked.dimension.title, TEXT),
        Column("closed", _("Closed"), COUNT),
        Column("won", _("Deals won"), COUNT),
        Column("lost", _("Deals lost"), COUNT),
        Column("win_rate", _("Win rate"), SHARE),
        Column("won_amount", _("Won amount"), MONEY),
        Column("share", _("Share of the money"), SHARE),
        Column("mean_amount", _("Mean of a won deal"), MONEY),
        Column("lost_potential", _("Potential lost"), MONEY),
    )

    def links(row: Outcome) -> dict[str, str]:
        found = {cell: key_conditions(linker, asked, row.key, state) for cell, state in STATES.items()}
        return {cell: query for cell, query in found.items() if query}

    def whole_links() -> dict[str, str]:
        return {cell: as_query(linker.closed_whole(state)) for cell, state in STATES.items()}

    lines = [Row({"name": label_of(asked, row), **_values(asked, row)}, partial(links, row)) for row in rows]
    whole = {"name": _("All together"), **_values(asked, asked.whole)}
    return Table("outcomes", "", columns, (*lines, Row(whole, whole_links, is_total=True)) if lines else ())


def _charts(asked: Asked, rows: Sequence[Outcome], linker: Linker, currency: str) -> tuple[Chart, ...]:
    def link(row: Outcome) -> str:
        return key_conditions(linker, asked, row.key, "won")

    by_count = sorted(rows, key=lambda row: -row.won)
    amounts = [Rank(label_of(asked, row), row.won_amount / 10_000, _amount(row), link(row)) for row in rows]
    counts = [Rank(label_of(asked, row), row.won, str(row.won), link(row)) for row in by_count]
    return (
        ranking("amounts", _("Won amount, %(currency)s", currency=currency), amounts),
        ranking("counts", _("Won deals"), counts),
    )


def _amount(row: Outcome) -> str:
    return compact(row.data()["won_amount"])


OF_MANAGERS = Report(
    MANAGERS,
    TITLES[MANAGERS],
    partial(make, MANAGERS),
    TABLE,
    lazy("Who won what, the best on top; and what everybody has open now, stage by stage."),
    "users",
    "people",
    USUAL[MANAGERS],
)
OF_SOURCES = Report(
    SOURCES,
    TITLES[SOURCES],
    partial(make, SOURCES),
    TABLE,
    lazy("Where the clients of won deals came from, and what each source brought."),
    "affiliate",
    "clients",
    USUAL[SOURCES],
)
