"""The report *client-cohorts*: clients by the month of their first won deal, and how they bought from then on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, Report, User, fields, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.clients.firsts import won_deals
from plugins.reports.document import COUNT, MONEY, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.clients_of import clients_link
from plugins.reports.history.writing import make_document
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.settings.periods import Period, add_months
from plugins.reports.tables.writing import ranking
from plugins.reports.words import compact

NAME = "client-cohorts"
TITLE = lazy("Cohorts of new clients")
MOST_MONTHS = 12
LATER = "later"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Cell:
    """The deals that clients of one month won in one of the months after it; month 0 is that of the first."""

    deals: list[int]
    clients: set[int]
    amount: int = 0


Cells = dict[tuple[date, int], Cell]


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = _settled(crm, settings)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    cells = _cells(scope, settings)
    cohorts = sorted({cohort for cohort, _after in cells})
    last = max((after for _cohort, after in cells), default=0)
    clients = {cohort: _clients(cells, cohort) for cohort in cohorts}
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[
            _table(crm, settings, cells, cohorts, last, is_money=False),
            _table(crm, settings, cells, cohorts, last, is_money=True),
        ],
        rows=[_data(cohort, after, cells[cohort, after], clients[cohort]) for cohort, after in sorted(cells)],
        totals={
            "clients": sum(map(len, clients.values())),
            "came_back": len(_came_back(cells)),
            "won_amount": money(sum(cell.amount for cell in cells.values())),
        },
        figures=[
            Figure("clients", _("New clients"), sum(map(len, clients.values())), link=_link(settings, of_clients=True)),
            Figure("came_back", _("Came back in a later month"), len(_came_back(cells)),
                   link=_link(settings, of_clients=True, after=LATER)),
            Figure("amount", _("Won amount, %(currency)s", currency=crm.currency),
                   money(sum(cell.amount for cell in cells.values())), MONEY, link=_link(settings)),
        ],
        draw=partial(_charts, crm, cells, cohorts),
        notes=[Note(_("A row holds the clients whose first deal was won in that month."))],
        is_empty=not cells,
    )  # fmt: skip


def _settled(crm: CRM, settings: Settings) -> Settings:
    """Returns the settings; without a period the clients of the last twelve months, this one included."""
    if settings.period.first or "period" in settings.given:
        return settings
    first = add_months(crm.today().replace(day=1), 1 - MOST_MONTHS)
    return replace(settings, period=Period(first, settings.period.until))


def _cells(scope: Scope, settings: Settings) -> Cells:
    """Returns the cells of the clients whose first deal was won within the period, with what they bought in it."""
    query, first = won_deals(scope, settings.period)
    query = query.select(Deal.id, Deal.client_id, first.c.first_at, Deal.closed_at, Deal.amount_base)
    if settings.period.first:
        query = query.where(first.c.first_at >= scope.moment(settings.period.first))
    cells: Cells = defaultdict(lambda: Cell([], set()))
    months: dict[int, date] = {}
    for deal_id, client_id, first_at, closed_at, amount in scope.rows(query):
        cohort, month = _month(scope, months, first_at), _month(scope, months, closed_at)
        cell = cells[cohort, (month.year - cohort.year) * 12 + month.month - cohort.month]
        cell.deals.append(deal_id)
        cell.clients.add(client_id)
        cell.amount += amount or 0
    return dict(cells)


def _month(scope: Scope, known: dict[int, date], moment: int) -> date:
    """Returns the first day of the month of a moment; known by the hour, since there are few."""
    hour = moment // 3_600_000_000
    if hour not in known:
        at = (EPOCH + timedelta(hours=hour)).astimezone(scope.crm.config.zone)
        known[hour] = at.date().replace(day=1)
    return known[hour]


def _clients(cells: Cells, cohort: date) -> set[int]:
    return {client for (of, _after), cell in cells.items() if of == cohort for client in cell.clients}


def _came_back(cells: Cells) -> set[int]:
    return {client for (_cohort, after), cell in cells.items() if after for client in cell.clients}


def _data(cohort: date, after: int, cell: Cell, clients: set[int]) -> dict[str, Any]:
    return {
        "month": f"{cohort:%Y-%m}",
        "months_since": after,
        "clients": len(cell.clients),
        "share": len(cell.clients) / len(clients),
        "deals": len(cell.deals),
        "won_amount": money(cell.amount),
    }


def _table(crm: CRM, settings: Settings, cells: Cells, cohorts: list[date], last: int, *, is_money: bool) -> Table:
    kind, group = (MONEY if is_money else COUNT), _("Months since the first deal")
    columns = [Column("month", _("First deal in"), TEXT), Column("whole", _("All together"), kind)]
    columns += [Column(f"m{after}", f"{after}", kind, group) for after in range(last + 1)]
    rows = []
    for cohort in cohorts:
        own = {after: cells[cohort, after] for after in range(last + 1) if (cohort, after) in cells}
        values = {f"m{after}": money(cell.amount) if is_money else len(cell.clients) for after, cell in own.items()}
        whole = money(sum(cell.amount for cell in own.values())) if is_money else len(_clients(cells, cohort))
        words = Period(cohort, add_months(cohort, 1)).words()
        rows.append(Row({"month": words, "whole": whole, **values}, partial(_links, settings, cohort, own, is_money)))
    title = _("What they bought, %(currency)s", currency=crm.currency) if is_money else _("How many of them bought")
    return Table("money" if is_money else "clients", title, tuple(columns), tuple(rows))


def _links(settings: Settings, cohort: date, own: Mapping[int, Cell], is_money: bool) -> dict[str, str]:
    """Returns the lists behind a row: clients where clients are counted, else what they bought."""
    cells = {"whole": {}, **{f"m{after}": {"after": after} for after in own}}
    links = {name: _link(settings, of_clients=not is_money, month=cohort, **cell) for name, cell in cells.items()}
    return {name: link for name, link in links.items() if link}


def _link(settings: Settings, *, of_clients: bool = False, **cell: Any) -> str:
    """Returns the link to the deals of a month of first deals, of a month after it, or of all, or to their clients."""
    found = conditions_of(settings, {"what": NAME, **cell})
    if of_clients:
        return clients_link(found)
    return as_query(found) if found else ""


def _charts(crm: CRM, cells: Cells, cohorts: list[date]) -> tuple[Chart, ...]:
    ranks = []
    for cohort in cohorts:
        amount = money(sum(cell.amount for (of, _after), cell in cells.items() if of == cohort))
        ranks.append(Rank(Period(cohort, add_months(cohort, 1)).words(), float(amount), compact(amount)))
    return (ranking("cohorts", _("What the clients of each month bought, %(currency)s", currency=crm.currency), ranks),)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = _settled(crm, settings)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    ids = [
        deal_id
        for (cohort, after), one in _cells(scope, settings).items()
        if cell.get("month", cohort.isoformat()) == cohort.isoformat()
        and cell.get("after", str(after)) in (str(after), LATER if after else "")
        for deal_id in one.deals
    ]
    return fields.among(source.id, ids)


def _words(cell: Mapping[str, str]) -> str:
    if "month" not in cell:
        return str(TITLE)
    month = date.fromisoformat(cell["month"])
    after = f" + {cell['after']}" if "after" in cell else ""
    return f"{TITLE}, {Period(month, add_months(month, 1)).words()}{after}"


BEHIND = Behind(_find, _words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("Clients by the month of their first deal: how many of them bought again, and for how much."),
    "chart-grid-dots",
    "clients",
    usual_period="last_12_months",
)
