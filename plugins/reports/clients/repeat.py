"""The report *repeat-clients*: what was won from new clients, and what from those who came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from peewee import SQL, Case, Expression, fn

from core.api import CRM, Deal, Report, User, fields, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.clients.firsts import owner_is, won_deals
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope, total
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.clients_of import clients_link
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.tables.writing import ranking
from plugins.reports.words import compact

NAME = "repeat-clients"
TITLE = lazy("New and repeat clients")
USUAL_PERIOD = "last_12_months"
NEW, REPEAT = "new", "repeat"
NUMBERS = ("new", "new_amount", "repeat", "repeat_amount")


@dataclass(frozen=True)
class Counted:
    """What each manager won from new and from repeat clients, and what managers are called."""

    settings: Settings
    rows: Mapping[int | None, dict[str, Any]]
    clients: Mapping[str, int]
    names: Mapping[int, str]

    def name(self, key: int | None) -> str:
        """Returns what a manager is called."""
        return _("Nobody") if key is None else self.names.get(key, str(key))

    @property
    def whole(self) -> dict[str, Any]:
        """The numbers of all managers together."""
        found = {name: sum((row[name] for row in self.rows.values()), Decimal(0)) for name in NUMBERS}
        return _with_shares({name: value if "amount" in name else int(value) for name, value in found.items()})


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    counted = _count(scope, settings)
    whole = counted.whole
    order = sorted(counted.rows, key=lambda key: (-counted.rows[key]["repeat_amount"], counted.name(key)))
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, order, whole)],
        rows=[{"owner": None if key is None else counted.name(key), **counted.rows[key]} for key in order],
        totals={**whole, **{f"{kind}_clients": count for kind, count in counted.clients.items()}},
        figures=[
            Figure("new_clients", _("New clients"), counted.clients[NEW], link=_clients(settings, NEW)),
            Figure("repeat_clients", _("Clients who came back"), counted.clients[REPEAT],
                   link=_clients(settings, REPEAT)),
            Figure("new_amount", _("From new ones, %(currency)s", currency=crm.currency), whole["new_amount"], MONEY,
                   link=_link(settings, NEW)),
            Figure("repeat_amount", _("From repeat ones, %(currency)s", currency=crm.currency),
                   whole["repeat_amount"], MONEY, link=_link(settings, REPEAT)),
            Figure("share", _("Share of repeat money"), whole["share"], SHARE),
        ],
        draw=partial(_charts, counted, order, crm.currency),
        notes=[
            Note(_("A client is new with its first deal won ever, whoever won it; every later one is a repeat.")),
            Note(_("Figures count clients, the table counts deals.")),
        ],
        is_empty=not counted.rows,
    )  # fmt: skip


def _count(scope: Scope, settings: Settings) -> Counted:
    query, first = won_deals(scope, settings.period)
    is_new = first.c.first_at == Deal.closed_at
    counts = [
        part
        for test, otherwise in ((1, 0), (0, 1))
        for part in (
            fn.SUM(Case(None, [(is_new, test)], otherwise)),
            total(Case(None, [(is_new, Deal.amount_base if test else None)], None if test else Deal.amount_base)),
        )
    ]
    rows = {
        owner: _with_shares({"new": int(new), "new_amount": money(of_new or 0), "repeat": int(again),
                             "repeat_amount": money(of_repeat or 0)})
        for owner, new, of_new, again, of_repeat in scope.rows(
            query.select(Deal.owner_id, *counts).group_by(Deal.owner_id)
        )
    }  # fmt: skip
    kind = Case(None, [(is_new, NEW)], REPEAT)
    clients = dict(scope.rows(query.select(kind, fn.COUNT(Deal.client_id.distinct())).group_by(SQL("1"))))
    names = fields.titles(scope.crm, "user", [key for key in rows if key is not None])
    return Counted(settings, rows, {one: clients.get(one, 0) for one in (NEW, REPEAT)}, names)


def _with_shares(row: dict[str, Any]) -> dict[str, Any]:
    whole = row["new_amount"] + row["repeat_amount"]
    return {**row, "share": float(row["repeat_amount"] / whole) if whole else None}


def _table(counted: Counted, order: list[int | None], whole: Mapping[str, Any]) -> Table:
    new, again = _("New clients"), _("Repeat clients")
    columns = (
        Column("name", _("Manager"), TEXT),
        Column("new", _("Won deals"), COUNT, new),
        Column("new_amount", _("Won amount"), MONEY, new),
        Column("repeat", _("Won deals"), COUNT, again),
        Column("repeat_amount", _("Won amount"), MONEY, again),
        Column("share", _("Share of repeat money"), SHARE),
    )
    rows = [Row({"name": counted.name(key), **counted.rows[key]}, partial(_links, counted, key)) for key in order]
    if rows:
        rows.append(Row({"name": _("All together"), **whole}, partial(_whole_links, counted), is_total=True))
    return Table("managers", "", columns, tuple(rows))


def _link(settings: Settings, kind: str, **more: Any) -> str:
    found = conditions_of(settings, {"kind": kind, **more})
    return as_query(found) if found else ""


def _clients(settings: Settings, kind: str) -> str:
    return clients_link(conditions_of(settings, {"kind": kind}))


def _whole_links(counted: Counted) -> dict[str, str]:
    found = {kind: _link(counted.settings, kind) for kind in (NEW, REPEAT)}
    return {name: link for kind, link in found.items() if link for name in (kind, f"{kind}_amount")}


def _links(counted: Counted, key: int | None) -> dict[str, str]:
    found = {}
    for kind in (NEW, REPEAT):
        link = _link(counted.settings, kind, owner="" if key is None else key)
        if counted.rows[key][kind] and link:
            found[kind] = found[f"{kind}_amount"] = link
    return found


def _charts(counted: Counted, order: list[int | None], currency: str) -> tuple[Chart, ...]:
    def ranks(name: str) -> list[Rank]:
        keys = sorted(order, key=lambda key: -counted.rows[key][name])
        values = [(key, counted.rows[key][name]) for key in keys]
        return [
            Rank(counted.name(key), float(value), compact(value) if "amount" in name else format_number(value),
                 _links(counted, key).get(name, ""))
            for key, value in values
        ]  # fmt: skip

    return (
        ranking("repeat", _("Won from repeat clients, %(currency)s", currency=currency), ranks("repeat_amount")),
        ranking("new", _("Deals won from new clients"), ranks("new")),
    )


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    query, first = won_deals(scope, settings.period)
    is_new = first.c.first_at == Deal.closed_at
    query = query.select(Deal.id).where(is_new if cell["kind"] == NEW else first.c.first_at < Deal.closed_at)
    return source.id << (query.where(owner_is(cell["owner"])) if "owner" in cell else query)


def _words(cell: Mapping[str, str]) -> str:
    return _("Deals of new clients") if cell["kind"] == NEW else _("Deals of repeat clients")


BEHIND = Behind(_find, _words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("What was won from clients who bought for the first time, and from those who came back."),
    "user-heart",
    "clients",
    usual_period=USUAL_PERIOD,
)
