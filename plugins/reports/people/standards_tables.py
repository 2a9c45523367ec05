"""The tables, figures and charts of the report *standards*, and where their numbers lead."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from core.api import format_date, format_number
from core.api import gettext as _
from plugins.reports.addresses import CLIENTS, to_list
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, NUMBER, SHARE, TEXT, Chart, Column, Figure, Mark, Row, Table
from plugins.reports.history.behind import conditions_of
from plugins.reports.links import as_query
from plugins.reports.people.alarm import Count, together
from plugins.reports.people.standards_counts import STATES, Line, median_hours
from plugins.reports.people.standards_facts import HOUR, IN_TIME, LATE, NEVER, Handled
from plugins.reports.settings.parameters import Settings
from plugins.reports.tables.writing import ranking

ANY = "*"


def contact_tables(
    settings: Settings,
    categories: Sequence[Line],
    managers: Sequence[Line],
    days: Mapping[int, int],
    names: Mapping[str, Mapping[int, str]],
) -> list[Table]:
    """Returns the clients by category and by manager."""
    columns = (
        Column("whole", _("Clients"), COUNT),
        Column(IN_TIME, _("Heard from us in time"), COUNT),
        Column(LATE, _("Too long ago"), COUNT),
        Column(NEVER, _("Never"), COUNT),
        Column("share", _("Kept"), SHARE),
    )
    by_category = [
        Row({"name": names["category"].get(one.key, "—"), "days": days[one.key], **one.values()},
            partial(_client_links, settings, one, category=one.key))
        for one in categories
    ]  # fmt: skip
    by_manager = [
        Row({"name": _named(names["user"], one.key), **one.values()},
            partial(_client_links, settings, one, owner=_text(one.key)))
        for one in managers
    ]  # fmt: skip
    first = (Column("name", _("Category"), TEXT), Column("days", _("Every so many days"), COUNT))
    return [
        Table("contact", _("Every client hears from us in time"), (*first, *columns), tuple(by_category)),
        Table("contact_managers", _("In time, by manager"), (Column("name", _("Manager"), TEXT), *columns),
              tuple(by_manager)),
    ]  # fmt: skip


def handling_table(settings: Settings, lines: Sequence[Line], names: Mapping[int, str], hours: int) -> Table:
    """Returns the deals opened by manager: how soon somebody took them up."""
    columns = (
        Column("name", _("Manager"), TEXT),
        Column("whole", _("Deals opened"), COUNT),
        Column(IN_TIME, _("Taken up within %(n)s hours", n=hours), COUNT),
        Column(LATE, _("Later"), COUNT),
        Column(NEVER, _("Not yet"), COUNT),
        Column("share", _("Kept"), SHARE),
        Column("hours", _("Half within, hours"), NUMBER),
    )
    rows = [
        Row({"name": _named(names, one.key), **one.values(), "hours": one.waited}, partial(_deal_links, settings, one))
        for one in lines
    ]
    return Table("handling", _("From interest to the first step"), columns, tuple(rows))


def week_table(settings: Settings, week: Mapping[date, Count]) -> Table:
    """Returns the interests of the last seven days beside the usual."""
    columns = (
        Column("day", _("Day"), TEXT),
        Column("count", _("Interests"), COUNT),
        Column("usual", _("Usual for this weekday"), NUMBER),
        Column("difference", _("More or fewer"), NUMBER),
    )
    days = [*week.items(), (None, together(week))]
    rows = [
        Row(
            {
                "day": format_date(day) if day else _("The seven days"),
                "count": one.count,
                "usual": one.usual,
                "difference": one.count - one.usual,
            },
            partial(_day_link, settings, day or min(week), day or max(week), one),
            partial(_marks, one),
            is_total=day is None,
        )
        for day, one in days
    ]
    return Table("interests", _("Enough interest?"), columns, tuple(rows))


def _marks(one: Count) -> dict[str, Mark]:
    if not one.is_too_few:
        return {}
    return {"count": Mark(_("Too few: chance alone brings so few in less than 1 of 20 cases."), is_worse=True)}


def _client_links(settings: Settings, line: Line, **cell: Any) -> dict[str, str]:
    found = {}
    for name in ("whole", *STATES):
        count = line.whole if name == "whole" else line.counts[name]
        conditions = conditions_of(settings, {"state": "" if name == "whole" else name, **cell}) if count else None
        if conditions:
            found[name] = to_list(CLIENTS, as_query(conditions))
    return found


def _deal_links(settings: Settings, line: Line) -> dict[str, str]:
    found = {}
    for name in ("whole", *STATES):
        count = line.whole if name == "whole" else line.counts[name]
        cell = {"state": "" if name == "whole" else name, "owner": _text(line.key)}
        conditions = conditions_of(settings, cell) if count else None
        if conditions:
            found[name] = as_query(conditions)
    return found


def _day_link(settings: Settings, first: date, last: date, one: Count) -> dict[str, str]:
    if not one.count:
        return {}
    types = [{"field": "type", "op": "in", "value": list(settings.type_ids)}] if settings.type_ids else []
    opened = {"field": "opened_at", "op": "between", "value": [str(first), str(last)]}
    return {"count": as_query([*settings.conditions, *types, opened])}


def contact_figures(settings: Settings, managers: Sequence[Line]) -> list[Figure]:
    """Returns how many clients wait for a word."""
    late = Line(None, {name: sum(one.counts[name] for one in managers) for name in STATES})
    links = _client_links(settings, late, owner=ANY)
    return [
        Figure("late", _("Clients not contacted for too long"), late.counts[LATE], link=links.get(LATE, "")),
        Figure("never", _("Never contacted"), late.counts[NEVER], link=links.get(NEVER, "")),
    ]


def figures(
    settings: Settings, handled: Sequence[Handled], hours: int, whole: Count, week: Mapping[date, Count]
) -> list[Figure]:
    """Returns how soon interest was taken up, and how much of it came."""
    in_time = sum(one.state(hours * HOUR) == IN_TIME for one in handled)
    taken_up = in_time / len(handled) if handled else None
    return [
        Figure("taken_up", _("Taken up within %(n)s hours", n=hours), taken_up, SHARE),
        Figure("median", _("To the first step, hours"), median_hours(handled), NUMBER),
        Figure("interests", _("Interests in seven days, and usual"), whole.count, before=round(whole.usual),
               link=_day_link(settings, min(week), max(week), whole).get("count", "")),
    ]  # fmt: skip


def charts(settings: Settings, managers: Sequence[Line], names: Mapping[int, str]) -> tuple[Chart, ...]:
    """Returns the ranking of those whose clients wait."""

    def late(line: Line) -> int:
        return line.counts[LATE] + line.counts[NEVER]

    ranks = [
        Rank(_named(names, line.key), late(line), format_number(late(line)),
             _client_links(settings, line, owner=_text(line.key)).get(LATE, ""))
        for line in sorted(managers, key=late, reverse=True)
    ]  # fmt: skip
    return (ranking("late", _("Clients who wait to hear from us"), ranks),)


def _named(names: Mapping[int, str], key: int | None) -> str:
    return _("Nobody") if key is None else names.get(key, str(key))


def _text(key: int | None) -> str:
    return "" if key is None else str(key)
