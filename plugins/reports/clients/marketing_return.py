"""The report *marketing-return*: what each source of clients cost, and what it brought."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from peewee import SQL, fn

from core.api import CRM, Deal, Report, User, fields, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.models import Cost
from plugins.reports.people.talks import within
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.settings.periods import Period
from plugins.reports.tables.outcomes import Asked, Outcome, ask_outcomes
from plugins.reports.tables.writing import key_conditions, ranking
from plugins.reports.words import compact

NAME = "marketing-return"
TITLE = lazy("Return of marketing")
USUAL_PERIOD = "last_12_months"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Counted:
    """The numbers of each source by its id (None: no source), and what sources are called."""

    asked: Asked
    rows: Mapping[Hashable, dict[str, Any]]
    whole: Mapping[str, Any]
    names: Mapping[int, str]
    linker: Linker

    def name(self, key: Hashable) -> str:
        """Returns what a source is called."""
        return _("No source") if key is None else self.names.get(key, str(key))


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = replace(in_usual_period(crm, settings, USUAL_PERIOD), by="source")
    counted = _count(crm, user, settings)
    order = sorted(counted.rows, key=lambda key: (-counted.rows[key]["won_amount"], counted.name(key)))
    whole, links, currency = counted.whole, _whole_links(counted), crm.currency
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, order)],
        rows=[{"source": None if key is None else counted.name(key), **counted.rows[key]} for key in order],
        totals=whole,
        figures=[
            Figure("cost", _("Cost, %(currency)s", currency=currency), whole["cost"], MONEY),
            Figure("leads", _("Leads"), whole["leads"], link=links["leads"]),
            Figure("won", _("Deals won"), whole["won"], link=links["won"]),
            Figure("won_amount", _("Won amount, %(currency)s", currency=currency), whole["won_amount"], MONEY,
                   link=links["won"]),
            Figure("roi", _("Return on what was spent"), whole["roi"], SHARE),
        ],
        draw=partial(_charts, counted, order, currency),
        notes=_notes(counted),
        is_empty=not counted.rows,
    )  # fmt: skip


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    asked = ask_outcomes(crm, user, settings, "source")
    outcomes = {row.key: row for row in asked.rows}
    leads, costs = _leads(asked.scope, settings.period), _costs(settings.period)
    rows = {
        key: _values(costs.get(key), leads.get(key, 0), outcomes.get(key, Outcome(key)))
        for key in {*outcomes, *leads, *costs}
    }
    whole = _together(rows, leads, asked.whole)
    names = fields.titles(crm, "source", [key for key in rows if key is not None])
    return Counted(asked, rows, whole, names, Linker(crm, settings))


def _leads(scope: Scope, period: Period) -> dict[int | None, int]:
    query = Deal.select(Deal.source_id, fn.COUNT(SQL("*"))).where(
        Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal),
        *within(scope.crm, Deal.opened_at, period),
    )  # fmt: skip
    return dict(scope.rows(query.group_by(Deal.source_id)))


def _costs(period: Period) -> dict[int, Decimal]:
    """Returns what each source cost in the months that begin within the period."""
    query = Cost.select()
    if period.first:
        query = query.where(Cost.month_on >= period.first)
    if period.until:
        query = query.where(Cost.month_on < period.until)
    found: dict[int, Decimal] = {}
    for row in query:
        found[row.source_id] = found.get(row.source_id, Decimal(0)) + row.amount
    return found


def _values(cost: Decimal | None, leads: int, outcome: Outcome) -> dict[str, Any]:
    told = outcome.data()
    won_amount = told["won_amount"]
    return {
        "cost": cost if cost is None else cost.quantize(CENT),
        "leads": leads,
        "cost_per_lead": _per(cost, leads),
        "won": outcome.won,
        "won_amount": won_amount,
        "cost_per_won": _per(cost, outcome.won),
        "roi": float((won_amount - cost) / cost) if cost else None,
    }


def _together(
    rows: Mapping[Hashable, dict[str, Any]], leads: Mapping[int | None, int], outcome: Outcome
) -> dict[str, Any]:
    """Returns the numbers of all sources; what is reckoned with the cost only of those whose cost is known."""
    known = [row for row in rows.values() if row["cost"] is not None]
    cost = sum((row["cost"] for row in known), Decimal(0)) if known else None
    back = sum((row["won_amount"] for row in known), Decimal(0))
    return {
        **_values(cost, sum(leads.values()), outcome),
        "cost_per_lead": _per(cost, sum(row["leads"] for row in known)),
        "cost_per_won": _per(cost, sum(row["won"] for row in known)),
        "roi": float((back - cost) / cost) if cost else None,
    }


def _per(cost: Decimal | None, count: int) -> Decimal | None:
    return (cost / count).quantize(CENT) if cost is not None and count else None


def _table(counted: Counted, order: Sequence[Hashable]) -> Table:
    columns = (
        Column("name", _("Source"), TEXT),
        Column("cost", _("Cost"), MONEY),
        Column("leads", _("Leads"), COUNT, hint=_("Deals opened in the period")),
        Column("cost_per_lead", _("Cost per lead"), MONEY),
        Column("won", _("Deals won"), COUNT, hint=_("Deals won in the period, whenever they were opened")),
        Column("won_amount", _("Won amount"), MONEY),
        Column("cost_per_won", _("Cost per won deal"), MONEY),
        Column("roi", _("Return"), SHARE, hint=_("What was won, less the cost, by the cost")),
    )
    rows = [Row({"name": counted.name(key), **counted.rows[key]}, partial(_links, counted, key)) for key in order]
    if rows:
        rows.append(Row({"name": _("All together"), **counted.whole}, partial(_whole_links, counted), is_total=True))
    return Table("sources", "", columns, tuple(rows))


def _links(counted: Counted, key: Hashable) -> dict[str, str]:
    values, linker = counted.rows[key], counted.linker
    found = {}
    opened = linker.with_key(linker.opened_whole(), key, counted.asked.dimension)
    if values["leads"] and opened is not None:
        found["leads"] = as_query(opened)
    if values["won"]:
        found["won"] = found["won_amount"] = key_conditions(linker, counted.asked, key, "won")
    return found


def _whole_links(counted: Counted) -> dict[str, str]:
    opened, won = counted.linker.opened_whole(), as_query(counted.linker.closed_whole("won"))
    return {"leads": as_query(opened), "won": won, "won_amount": won}


def _charts(counted: Counted, order: Sequence[Hashable], currency: str) -> tuple[Chart, ...]:
    amounts = [
        Rank(counted.name(key), float(counted.rows[key]["won_amount"]), compact(counted.rows[key]["won_amount"]),
             _links(counted, key).get("won", ""))
        for key in order
    ]  # fmt: skip
    returns = sorted((key for key in order if counted.rows[key]["roi"] is not None),
                     key=lambda key: -counted.rows[key]["roi"])  # fmt: skip
    ranks = [
        Rank(counted.name(key), max(counted.rows[key]["roi"], 0), format_percent(counted.rows[key]["roi"]))
        for key in returns
    ]
    charts = (ranking("amounts", _("Won amount, %(currency)s", currency=currency), amounts),)
    return (*charts, ranking("returns", _("Return on what was spent"), ranks)) if ranks else charts


def _notes(counted: Counted) -> list[Note]:
    where = {"place": "reports_setup.costs", "place_words": _("Type the costs"), "right": "reports.set_up"}
    if counted.whole["cost"] is None:
        first = Note(
            _("No costs are known for this period, so there is no return: type what each source cost."), **where
        )
    else:
        first = Note(
            _(
                "Costs are those typed for the months that begin within the period; the total compares them only "
                "with the sources whose cost is known."
            ),
            **where,
        )
    return [first, Note(_("Costs of single campaigns will come with the plugin of campaigns."))]


REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("What each source of clients cost, how many leads and won deals it brought, and what came back."),
    "coins",
    "clients",
    usual_period=USUAL_PERIOD,
)
