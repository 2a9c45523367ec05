"""The report *activity*: what each manager does beside what comes of it: "how many calls to the offer?"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from peewee import SQL, Expression, fn

from core.api import CRM, Deal, Report, StageVisit, User, fields, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, MONEY, NUMBER, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope, total
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.offers import offer_stages
from plugins.reports.people.talks import ANYBODY, COUNTED, about_deals, count_talks, talks_link, within
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.tables.writing import ranking

NAME = "activity"
TITLE = lazy("Activity and result")
USUAL_PERIOD = "last_30_days"
COLUMN_WORDS = {
    "calls": lazy("Calls"),
    "letters": lazy("Letters"),
    "messages": lazy("SMS and messages"),
    "meetings": lazy("Meetings held"),
    "meetings_planned": lazy("Meetings planned"),
}
RATIOS = {
    "calls_per_offer": ("calls", "offers"),
    "calls_per_won": ("calls", "won"),
    "meetings_per_won": ("meetings", "won"),
}


@dataclass(frozen=True)
class Counted:
    """What each manager did and won, by the manager's id, and what managers are called."""

    settings: Settings
    rows: Mapping[int | None, dict[str, Any]]
    names: Mapping[int, str]
    offers: Mapping[int, str]
    linker: Linker

    def name(self, key: int | None) -> str:
        """Returns what a manager is called."""
        return _("Nobody") if key is None else self.names.get(key, str(key))


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    counted = _count(crm, user, settings)
    order = sorted(counted.rows, key=lambda key: (-counted.rows[key]["won"], key is None, counted.name(key)))
    whole = _with_ratios(_sum(counted.rows.values()))
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, order, whole)],
        rows=[{"owner": None if key is None else counted.name(key), **counted.rows[key]} for key in order],
        totals=whole,
        figures=_figures(counted, whole, crm.currency),
        draw=partial(_charts, counted, order),
        notes=_notes(counted, whole),
        is_empty=not counted.rows,
    )


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    offers = offer_stages(ladders)
    parts = [
        count_talks(scope, settings.period, is_about_deals=settings.is_narrowed),
        _offered(scope, settings, list(offers)),
        _won(scope, settings),
    ]
    nothing = {**dict.fromkeys(COUNTED, 0), "offers": 0, "won": 0, "won_amount": Decimal("0.00")}
    keys = {key for part in parts for key in part}
    rows = {key: nothing | {name: value for part in parts for name, value in part.get(key, {}).items()} for key in keys}
    names = fields.titles(crm, "user", [key for key in keys if key is not None])
    return Counted(settings, {k: _with_ratios(row) for k, row in rows.items()}, names, offers, Linker(crm, settings))


def _offered(scope: Scope, settings: Settings, stages: Sequence[int]) -> dict[int | None, dict[str, int]]:
    if not stages:
        return {}
    query = _came_to_offer(scope, settings, stages).select(
        StageVisit.responsible_id, fn.COUNT(StageVisit.deal_id.distinct())
    )
    return {key: {"offers": count} for key, count in scope.rows(query.group_by(StageVisit.responsible_id))}


def _came_to_offer(scope: Scope, settings: Settings, stages: Sequence[int]) -> Any:
    """Returns the query of the visits of stages of offers that began within the period."""
    query = StageVisit.select(StageVisit.deal_id).join(Deal).where(StageVisit.stage << stages)
    query = query.where(*within(scope.crm, StageVisit.entered_at, settings.period))
    return query.where(Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal))


def _won(scope: Scope, settings: Settings) -> dict[int | None, dict[str, Any]]:
    query = Deal.select(Deal.owner_id, fn.COUNT(SQL("*")), total(Deal.amount_base))
    query = query.where(*in_period(scope, settings.period), Deal.state == "won").group_by(Deal.owner_id)
    return {key: {"won": count, "won_amount": money(amount or 0)} for key, count, amount in scope.rows(query)}


def _sum(rows: Any) -> dict[str, Any]:
    found: dict[str, Any] = {**dict.fromkeys(COUNTED, 0), "offers": 0, "won": 0, "won_amount": Decimal("0.00")}
    for row in rows:
        for name in found:
            found[name] += row[name]
    return found


def _with_ratios(row: dict[str, Any]) -> dict[str, Any]:
    ratios = {name: row[top] / row[bottom] if row[bottom] else None for name, (top, bottom) in RATIOS.items()}
    return {**row, **ratios}


def _table(counted: Counted, order: Sequence[int | None], whole: Mapping[str, Any]) -> Table:
    done, came, per = _("Done"), _("What came of it"), _("How many it takes")
    columns = (
        Column("name", _("Manager"), TEXT),
        *(Column(name, words, COUNT, done) for name, words in COLUMN_WORDS.items()),
        Column("offers", _("Offers"), COUNT, came, _("Deals that came to the stage of the offer")),
        Column("won", _("Deals won"), COUNT, came),
        Column("won_amount", _("Won amount"), MONEY, came),
        Column("calls_per_offer", _("Calls to an offer"), NUMBER, per),
        Column("calls_per_won", _("Calls to a won deal"), NUMBER, per),
        Column("meetings_per_won", _("Meetings to a won deal"), NUMBER, per),
    )
    rows = [
        Row(
            {"name": counted.name(key), **counted.rows[key]},
            partial(_links, counted, str(key or ""), counted.rows[key]),
        )
        for key in order
    ]
    if rows:
        rows.append(Row({"name": _("All together"), **whole}, partial(_links, counted, ANYBODY, whole), is_total=True))
    return Table("activity", "", columns, tuple(rows))


def _links(counted: Counted, of: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Returns where the numbers of a manager (empty: of nobody, ANYBODY: of all) lead."""
    settings = counted.settings
    about = about_deals(counted.linker.crm, settings)
    found = {name: talks_link(name, of, settings.period, about) for name in COUNTED if values[name]}
    offered = conditions_of(settings, {"of": of})
    if values["offers"] and offered:
        found["offers"] = as_query(offered)
    if values["won"]:
        owner = [] if of == ANYBODY else [_owner_is(of)]
        found["won"] = found["won_amount"] = as_query([*counted.linker.closed_whole("won"), *owner])
    return found


def _owner_is(of: str) -> dict[str, Any]:
    return {"field": "owner", "op": "equal", "value": int(of)} if of else {"field": "owner", "op": "empty"}


def _figures(counted: Counted, whole: Mapping[str, Any], currency: str) -> list[Figure]:
    links = _links(counted, ANYBODY, whole)
    return [
        Figure("calls", COLUMN_WORDS["calls"], whole["calls"], link=links.get("calls", "")),
        Figure("meetings", COLUMN_WORDS["meetings"], whole["meetings"], link=links.get("meetings", "")),
        Figure("offers", _("Offers"), whole["offers"], link=links.get("offers", "")),
        Figure("won", _("Deals won"), whole["won"], link=links.get("won", "")),
        Figure("won_amount", _("Won amount, %(currency)s", currency=currency), whole["won_amount"], MONEY,
               link=links.get("won", "")),
        Figure("calls_per_won", _("Calls to a won deal"), whole["calls_per_won"], NUMBER),
    ]  # fmt: skip


def _charts(counted: Counted, order: Sequence[int | None]) -> tuple[Chart, ...]:
    calls = [_rank(counted, key, "calls") for key in sorted(order, key=lambda key: -counted.rows[key]["calls"])]
    return (
        ranking("calls", _("Calls"), calls),
        ranking("won", _("Won deals"), [_rank(counted, key, "won") for key in order]),
    )


def _rank(counted: Counted, key: int | None, name: str) -> Rank:
    value = counted.rows[key][name]
    link = _links(counted, str(key or ""), counted.rows[key]).get(name, "")
    return Rank(counted.name(key), value, format_number(value), link)


def _notes(counted: Counted, whole: Mapping[str, Any]) -> list[Note]:
    found = []
    if counted.offers:
        stages = ", ".join(dict.fromkeys(counted.offers.values()))
        found.append(Note(_("An offer is counted when a deal comes to the stage %(stages)s.", stages=stages)))
    else:
        found.append(Note(_("No stage is one of an offer by its name, so offers are not counted.")))
    if not (whole["letters"] or whole["messages"]):
        found.append(Note(_("Letters are counted as soon as they are noted, or a plugin sends and receives them.")))
    if counted.settings.is_narrowed:
        found.append(Note(_("With a deal type or a filter, only talks about these deals count.")))
    return found


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    ladders, _published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    query = _came_to_offer(scope, settings, list(offer_stages(ladders)))
    if cell["of"] != ANYBODY:
        mine = StageVisit.responsible_id
        query = query.where(mine == int(cell["of"]) if cell["of"] else mine.is_null())
    return source.id << query


def _words(_cell: Mapping[str, str]) -> str:
    return _("Offers of a manager")


BEHIND = Behind(_find, _words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("Calls, letters, meetings and offers of each manager beside what was won: how many calls to the offer?"),
    "phone-call",
    "people",
    usual_period=USUAL_PERIOD,
)
