"""The report *standards*: clients who wait too long for a word, interest nobody takes up, and too little of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Client, Report, User, fields, lazy
from core.api import gettext as _
from plugins.reports.document import Document, Note
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.models import Standard
from plugins.reports.people import standards_facts as facts
from plugins.reports.people.alarm import A_WEEK, WEEKS, Count, together, week_of
from plugins.reports.people.standards_counts import Line, client_lines, handling_lines, hours_of, median_hours
from plugins.reports.people.standards_facts import HOUR, IN_TIME, LATE, NEVER
from plugins.reports.people.standards_tables import (
    ANY,
    charts,
    contact_figures,
    contact_tables,
    figures,
    handling_table,
    week_table,
)
from plugins.reports.settings.parameters import REASONS, Settings

NAME = "standards"
TITLE = lazy("Standards of service")
USUAL_PERIOD = "last_30_days"
NOTHING = {
    **dict.fromkeys(("standard", "category", "owner", "day", "whole", IN_TIME, LATE, NEVER, "share")),
    **dict.fromkeys(("median_hours", "usual", "is_too_few")),
}


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    days = {row.category_id: row.days for row in Standard.select()}
    categories = client_lines(facts.category_counts(crm, user)) if days else []
    managers = client_lines(facts.manager_counts(crm, user)) if days else []
    handled = facts.handled_deals(scope, settings.period)
    hours = hours_of(settings)
    handling = handling_lines(handled, hours)
    week = week_of(crm.today(), facts.interests_by_day(scope, crm.today() - A_WEEK * (WEEKS + 1), crm.today()))
    whole = together(week)
    names = {
        "category": fields.titles(crm, "category", list(days)),
        "user": fields.titles(crm, "user", [one.key for one in (*managers, *handling) if one.key is not None]),
    }
    by_contact = contact_tables(settings, categories, managers, days, names) if days else []
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[*by_contact, handling_table(settings, handling, names["user"], hours), week_table(settings, week)],
        rows=_data(categories, managers, handling, week, names),
        totals={
            "clients_late": sum(one.counts[LATE] + one.counts[NEVER] for one in managers),
            "deals_opened": len(handled),
            "deals_handled_in_time": sum(one.counts[IN_TIME] for one in handling),
            "median_hours": median_hours(handled),
            "interests": whole.count,
            "usual_interests": whole.usual,
            "is_too_few": whole.is_too_few,
        },
        figures=[
            *(contact_figures(settings, managers) if days else ()),
            *figures(settings, handled, hours, whole, week),
        ],
        draw=partial(charts, settings, managers, names["user"]) if managers else tuple,
        notes=_notes(days),
        is_empty=not (managers or handled or whole.usual),
    )


def _notes(days: Mapping[int, int]) -> list[Note]:
    where = {"place": "reports_setup.standards", "place_words": _("Set the standards"), "right": "reports.set_up"}
    if days:
        first = Note(
            _("A client in several categories stands under each; by manager it counts once, by the strictest."),
            **where,
        )
    else:
        first = Note(
            _("No category of clients has a standard yet: how often do you want them to hear from you?"), **where
        )
    return [
        first,
        Note(_("The first step is the first talk about the deal, its first move to another stage, or its end.")),
        Note(_("Too few: judging by the eight weeks before, chance alone brings so few in less than 1 of 20 cases.")),
    ]


def _data(
    categories: Sequence[Line],
    managers: Sequence[Line],
    handling: Sequence[Line],
    week: Mapping[date, Count],
    names: Mapping[str, Mapping[int, str]],
) -> list[dict[str, Any]]:
    found = [{"standard": "contact", "category": names["category"].get(one.key), **one.values()} for one in categories]
    found += [{"standard": "contact", "owner": names["user"].get(one.key), **one.values()} for one in managers]
    for one in handling:
        owner = names["user"].get(one.key)
        found.append({"standard": "handling", "owner": owner, **one.values(), "median_hours": one.waited})
    for day, count in week.items():
        told = {"day": day.isoformat(), "whole": count.count, "usual": count.usual, "is_too_few": count.is_too_few}
        found.append({"standard": "interests", **told})
    return [NOTHING | row for row in found]


def _find_clients(crm: CRM, user: User | None, _settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    category = int(cell["category"]) if cell.get("category") else None
    query = facts.clients_of(crm, user, category, cell["state"])
    if cell.get("owner", ANY) != ANY:
        query = query.where(Client.owner == int(cell["owner"]) if cell["owner"] else Client.owner.is_null())
    return source.id << query


def _find_deals(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    within, owner = hours_of(settings) * HOUR, int(cell["owner"]) if cell["owner"] else None
    return fields.among(
        source.id,
        [
            one.id
            for one in facts.handled_deals(scope, settings.period)
            if one.owner_id == owner and cell["state"] in ("", one.state(within))
        ],
    )


def _words(_cell: Mapping[str, str]) -> str:
    return str(TITLE)


BEHIND = Behind(_find_deals, _words)
CLIENTS_BEHIND = Behind(_find_clients, _words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    (*REASONS, "within"),
    lazy("Which clients wait too long to hear from us, how soon interest is taken up, and whether enough comes in."),
    "alarm",
    "people",
    usual_period=USUAL_PERIOD,
)
