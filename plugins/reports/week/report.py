"""The report *week*: what changed since Monday, where deals hang, who needs help, and what the month will bring.

It is put together from the documents of other reports, so each number says and opens what it does there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from core.api import CRM, Report, Text, User, format_number, lazy
from core.api import gettext as _
from plugins.reports.conditions import PARAMETER
from plugins.reports.document import (
    COUNT,
    MONEY,
    SHARE,
    TEXT,
    Chart,
    Column,
    Document,
    Figure,
    Mark,
    Note,
    Row,
    Table,
)  # fmt: skip
from plugins.reports.parameters import STANDING, Settings
from plugins.reports.registry import make_report
from plugins.reports.week.helping import HANG, IDLE, LOSE, Helped, Standing, who_needs_help

NAME = "week"
TITLE = lazy("The week")
LATELY_DAYS = 90
MOST_STAGES = 8
SIGNS = {
    HANG: lazy("much hangs"),
    LOSE: lazy("loses more than the others"),
    IDLE: lazy("few talks"),
}
# Which columns of the reports stand behind the columns of the table of managers.
_HANGING = {"hanging": "count", "hanging_potential": "potential"}


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    ask = partial(_part, crm, user, settings)
    today = crm.today()
    bridge, hanging, forecast = ask("bridge"), ask("hanging"), ask("forecast")
    lately = ask("managers", ("from", (today - timedelta(days=LATELY_DAYS)).isoformat()))
    talks = ask("activity", ("from", (today - timedelta(days=7)).isoformat()))
    helped = who_needs_help(_standings(hanging, lately, talks))
    tables = [
        replace(bridge.tables[0], title=_("What changed since Monday")),
        _help_table(helped, hanging, lately),
        _hanging_table(hanging),
    ]
    return replace(
        bridge,
        name=NAME,
        title=str(TITLE),
        figures=_figures(crm, bridge, hanging, forecast),
        tables=tuple(table for table in tables if table.rows),
        draw=lambda: _charts(bridge, hanging),
        notes=_notes(),
        summary=(*_said(crm, bridge, hanging), *forecast.summary[:2]),
        is_empty=bridge.is_empty and hanging.is_empty,
        data=_data(settings, bridge, helped, hanging, forecast),
    )


def _part(crm: CRM, user: User | None, settings: Settings, name: str, *more: tuple[str, str]) -> Document:
    """Returns the document of another report about the same deals."""
    pairs = [
        (key, one)
        for key, value in settings.given.items()
        for one in (value if isinstance(value, list) else [value])
        if key in ("type", PARAMETER) or key not in STANDING
    ]
    return make_report(crm, user, name, [*pairs, *more])


def _said(crm: CRM, bridge: Document, hanging: Document) -> list[str]:
    whole = {row.values["part"]: row for row in bridge.tables[0].rows}
    count = {figure.key: figure.value for figure in bridge.figures}
    said = _(
        "Since Monday %(came)s deals came, %(won)s were won and %(lost)s lost; %(open)s are open now.",
        came=format_number(count["came"]),
        won=format_number(count["won"]),
        lost=format_number(count["lost"]),
        open=format_number(count["closing"]),
    )
    figures = {figure.key: figure.value for figure in hanging.figures}
    if not whole or not figures.get("count"):
        return [said] if whole else []
    hangs = _(
        "%(count)s deals hang, with a potential of %(money)s.",
        count=format_number(figures["count"]),
        money=f"{format_number(figures['potential'], 0)} {crm.currency}",
    )
    return [said, hangs]


def _figures(crm: CRM, bridge: Document, hanging: Document, forecast: Document) -> tuple[Figure, ...]:
    known = {figure.key: figure for figure in (*bridge.figures, *forecast.figures)}
    hangs = {figure.key: figure for figure in hanging.figures}
    chosen = [known[key] for key in ("closing", "closing_potential", "won", "lost") if key in known]
    if "count" in hangs:
        chosen.append(replace(hangs["count"], key="hanging"))
    if "expected_income" in known:
        words = _("This month will bring, %(currency)s", currency=crm.currency)
        chosen.append(replace(known["expected_income"], title=words))
    return tuple(chosen)


def _charts(bridge: Document, hanging: Document) -> tuple[Chart, ...]:
    """Returns the potential from Monday to now, and beside it who has what hangs."""
    found = [document.charts[0] for document in (bridge, hanging) if document.charts]
    return tuple(replace(chart, key=f"week-{place}", has_own_axis=True) for place, chart in enumerate(found))


def _standings(hanging: Document, lately: Document, talks: Document) -> list[Standing]:
    hung, closed = _by_name(hanging, "managers"), _by_name(lately, "outcomes")
    talked = _by_name(talks, "activity")
    names = [name for name in dict.fromkeys((*hung, *closed, *talked)) if name in closed or name in hung]
    return [
        Standing(
            name,
            hung.get(name, {}).get("count") or 0,
            hung.get(name, {}).get("potential") or 0,
            closed.get(name, {}).get("closed") or 0,
            closed.get(name, {}).get("lost") or 0,
            sum(talked.get(name, {}).get(kind) or 0 for kind in ("calls", "letters", "messages", "meetings")),
        )
        for name in names
    ]


def _by_name(document: Document, key: str) -> dict[str, Mapping[str, Any]]:
    """Returns the rows of managers of a table by their names; the sum of all is no manager."""
    table = next((one for one in document.tables if one.key == key), None)
    rows = table.rows if table else ()
    sums = (_("All together"), _("Nobody"), _("None"), "—")
    return {str(row.values["name"]): row.values for row in rows if str(row.values.get("name")) not in sums}


def _help_table(helped: Sequence[Helped], hanging: Document, lately: Document) -> Table:
    columns = (
        Column("name", _("Manager"), TEXT),
        Column("hanging", _("Hanging"), COUNT),
        Column("hanging_potential", _("Potential hanging"), MONEY),
        Column("closed", _("Closed in 90 days"), COUNT),
        Column("win_rate", _("Win rate"), SHARE),
        Column("talks", _("Talks in 7 days"), COUNT),
        Column("signs", _("Signs"), TEXT),
    )
    links = {
        "hanging": _links(hanging, "managers", "count"),
        "hanging_potential": _links(hanging, "managers", "potential"),
        "closed": _links(lately, "outcomes", "closed"),
    }
    rows = [
        Row(
            _values(one),
            partial(
                lambda name: {key: found[name] for key, found in links.items() if found.get(name)}, one.standing.name
            ),
            partial(_marks, one),
        )
        for one in helped
    ]
    return Table("help", _("Who needs help"), columns, tuple(rows))


def _values(one: Helped) -> dict[str, Any]:
    standing = one.standing
    return {
        "name": standing.name,
        "hanging": standing.hanging,
        "hanging_potential": standing.hanging_potential,
        "closed": standing.closed,
        "win_rate": standing.win_rate,
        "talks": standing.talks,
        "signs": ", ".join(str(SIGNS[sign]) for sign in one.signs),
    }


def _marks(one: Helped) -> dict[str, Mark]:
    columns: dict[str, Text] = {HANG: "hanging_potential", LOSE: "win_rate", IDLE: "talks"}
    return {str(columns[sign]): Mark(str(SIGNS[sign]), is_worse=True) for sign in one.signs}


def _links(document: Document, key: str, column: str) -> dict[str, str]:
    table = next((one for one in document.tables if one.key == key), None)
    return {str(row.values.get("name")): row.links.get(column, "") for row in table.rows} if table else {}


def _hanging_table(hanging: Document) -> Table:
    """Returns the stages where most potential hangs; a stage says its type where there are several."""
    table = next((one for one in hanging.tables if one.key == "stages"), None)
    if table is None:
        return Table("hanging", "", (), ())
    rows, heading = [], ""
    for row in table.rows:
        if row.is_heading:
            heading = str(row.values["stage"])
        elif row.values.get("count"):
            name = f"{heading} · {row.values['stage']}" if heading else str(row.values["stage"])
            rows.append(replace(row, values={**row.values, "stage": name}))
    rows.sort(key=lambda row: (-(row.values["potential"] or 0), str(row.values["stage"])))
    return replace(table, key="hanging", title=_("Where most hangs"), rows=tuple(rows[:MOST_STAGES]))


def _notes() -> tuple[Note, ...]:
    return (
        Note(_("Signs: much hangs – twice the potential of the middle manager; loses more – clearly and not by chance,"
               " of the deals closed in 90 days; few talks – less than half of the middle manager's in 7 days.")),
        Note(_("Each number opens its deals. The reports “Bridge”, “Where deals hang” and “Forecast” tell more.")),
    )  # fmt: skip


def _data(
    settings: Settings, bridge: Document, helped: Sequence[Helped], hanging: Document, forecast: Document
) -> dict[str, Any]:
    return {
        "report": NAME,
        "params": dict(settings.given),
        "rows": [{**_values(one), "signs": list(one.signs)} for one in helped],
        "totals": {
            "bridge": bridge.data["totals"],
            "hanging": hanging.data["totals"],
            "forecast": forecast.data["totals"],
        },
    }


REPORT = Report(
    NAME,
    TITLE,
    make,
    STANDING,
    lazy("What changed since Monday, where deals hang, who needs help, and what the month will bring."),
    "calendar-week",
    "funnels",
)
