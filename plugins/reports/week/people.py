"""Who needs help, and where deals hang: managers with the signs of trouble, stages with the potential that waits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from core.api import CRM, Text, User, format_number, lazy
from core.api import gettext as _
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Mark, Note, Row, Table
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history import hanging
from plugins.reports.history.past import as_text
from plugins.reports.links import Linker
from plugins.reports.people.talks import ALL_TALKS, about_deals, count_talks, talks_link
from plugins.reports.settings.parameters import Settings
from plugins.reports.settings.periods import Period
from plugins.reports.tables.outcomes import Asked, Outcome, ask_outcomes
from plugins.reports.tables.writing import key_conditions
from plugins.reports.week.helping import HANG, IDLE, LOSE, Helped, Standing, who_needs_help

LATELY_DAYS = 90
TALK_DAYS = 7
TALKS = ("calls", "letters", "messages", "meetings")
MOST_STAGES = 8
MOST_NAMED = 3
SIGNS = {
    HANG: lazy("much hangs"),
    LOSE: lazy("loses more than the others"),
    IDLE: lazy("few talks"),
}


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns who needs help and where deals hang."""
    of_hanging = replace(settings, report=hanging.NAME)
    counted = hanging.count(crm, user, of_hanging)
    hung = hanging.write(crm, user, of_hanging, counted)
    lately = replace(settings, period=Period(crm.today() - timedelta(days=LATELY_DAYS)))
    outcomes = ask_outcomes(crm, user, lately, "owner")
    talks = _talks(crm, user, settings)
    helped = who_needs_help(_standings(counted, outcomes, talks))
    linker = Linker(crm, lately)
    tables = (_help_table(helped, counted, outcomes, linker), _hanging_table(hung))
    figures = {figure.key: figure for figure in hung.figures}
    return replace(
        hung,
        summary=_words(crm, helped, {key: figure.value for key, figure in figures.items()}),
        figures=(
            replace(figures["count"], key="hanging"),
            replace(
                figures["potential"],
                key="hanging_potential",
                title=_("Potential hanging, %(currency)s", currency=crm.currency),
            ),
        ),
        tables=tuple(table for table in tables if table.rows),
        draw=lambda: _charts(hung),
        notes=_notes(),
        is_empty=hung.is_empty and not helped,
        data={**hung.data, "rows": [{**_values(one), "signs": list(one.signs)} for one in helped]},
    )


def _talks(crm: CRM, user: User | None, settings: Settings) -> dict[int | None, int]:
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    found = count_talks(scope, _talk_days(crm), is_about_deals=settings.is_narrowed)
    return {key: sum(counts[name] for name in TALKS) for key, counts in found.items()}


def _talk_days(crm: CRM) -> Period:
    return Period(crm.today() - timedelta(days=TALK_DAYS))


def _standings(counted: hanging.Counted, outcomes: Asked, talks: Mapping[int | None, int]) -> list[Standing]:
    """Returns the managers who have deals that hang, or closed some lately."""
    hung = counted.by(lambda one: one.hung.owner_id)
    closed = {row.key: row for row in outcomes.rows}
    return [
        _standing(key, counted, outcomes, hung.get(key, ()), closed.get(key), talks.get(key, 0))
        for key in dict.fromkeys((*hung, *closed))
        if key is not None
    ]


def _standing(
    key: int, counted: hanging.Counted, outcomes: Asked, hung: Sequence[Any], row: Outcome | None, talks: int
) -> Standing:
    name = counted.names.get(key) or outcomes.dimension.label(key)
    potential = sum((one.hung.potential for one in hung), Decimal(0))
    closed, lost = (row.closed, row.lost) if row else (0, 0)
    return Standing(str(name), len(hung), potential, closed, lost, talks, key)


def _words(crm: CRM, helped: Sequence[Helped], hung: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    named = [one for one in helped if one.signs][:MOST_NAMED]
    if named:
        names = ", ".join(f"{one.standing.name} ({_signs(one)})" for one in named)
        found.append(_("Look here first: %(names)s.", names=names))
    if hung["count"]:
        money = f"{format_number(hung['potential'], 0)} {crm.currency}"
        count = format_number(hung["count"])
        found.append(_("%(count)s deals hang, with a potential of %(money)s.", count=count, money=money))
    return tuple(found)


def _help_table(helped: Sequence[Helped], counted: hanging.Counted, outcomes: Asked, linker: Linker) -> Table:
    columns = (
        Column("name", _("Manager"), TEXT),
        Column("hanging", _("Hanging"), COUNT),
        Column("hanging_potential", _("Potential hanging"), MONEY),
        Column("closed", _("Closed in 90 days"), COUNT),
        Column("win_rate", _("Win rate"), SHARE),
        Column("talks", _("Talks in 7 days"), COUNT),
        Column("signs", _("Signs"), TEXT),
    )

    def links(standing: Standing) -> dict[str, str]:
        hung = counted.asked.link("count", owner=as_text(standing.id)) if standing.hanging else ""
        closed = key_conditions(linker, outcomes, standing.id) if standing.closed else ""
        found = {"hanging": hung, "hanging_potential": hung, "closed": closed, "win_rate": closed}
        if standing.talks:
            about = about_deals(linker.crm, linker.settings)
            found["talks"] = talks_link(ALL_TALKS, standing.id, _talk_days(linker.crm), about)
        return {key: query for key, query in found.items() if query}

    rows = [Row(_values(one), partial(links, one.standing), partial(_marks, one)) for one in helped]
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
        "signs": _signs(one),
    }


def _signs(one: Helped) -> str:
    return ", ".join(str(SIGNS[sign]) for sign in one.signs)


def _marks(one: Helped) -> dict[str, Mark]:
    columns: dict[str, Text] = {HANG: "hanging_potential", LOSE: "win_rate", IDLE: "talks"}
    return {str(columns[sign]): Mark(str(SIGNS[sign]), is_worse=True) for sign in one.signs}


def _hanging_table(hung: Document) -> Table:
    """Returns the stages where most potential hangs; a stage says its type where there are several."""
    table = next(one for one in hung.tables if one.key == "stages")
    rows, heading = [], ""
    for row in table.rows:
        if row.is_heading:
            heading = str(row.values["stage"])
        elif row.values.get("count"):
            name = f"{heading} · {row.values['stage']}" if heading else str(row.values["stage"])
            rows.append(replace(row, values={**row.values, "stage": name}))
    rows.sort(key=lambda row: (-(row.values["potential"] or 0), str(row.values["stage"])))
    return replace(table, key="hanging", title=_("Where most hangs"), rows=tuple(rows[:MOST_STAGES]))


def _charts(hung: Document) -> tuple[Chart, ...]:
    """Returns who has what hangs."""
    return tuple(replace(chart, key="hanging", has_own_axis=True) for chart in hung.charts[:1])


def _notes() -> tuple[Note, ...]:
    return (
        Note(_("Signs: much hangs – twice the potential of the median manager; loses more – clearly and not by chance,"
               " of the deals closed in 90 days; few talks – less than half of the median manager's in 7 days.")),
    )  # fmt: skip
