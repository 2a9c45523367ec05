"""The report *margin*: what was left of the money of won deals after what they cost."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from peewee import SQL, Case, Expression, Value, fn

from core.api import CRM, Deal, Report, User, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.clients.costs import GROUP, cost_field, cost_units
from plugins.reports.dimensions import Dimension, named
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.funnel.common import key_order, make_scope
from plugins.reports.funnel.data import money
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import Conditions, Linker, as_query
from plugins.reports.settings.parameters import FLOW, Settings
from plugins.reports.settings.periods import Period
from plugins.reports.tables.outcomes import dimension_of
from plugins.reports.tables.writing import ranking
from plugins.reports.words import compact

NAME = "margin"
TITLE = lazy("Margin")
WHOSE = lazy("Of deals whose cost is known")
USUAL_BY, USUAL_PERIOD = "type", "last_12_months"


@dataclass(frozen=True)
class Earned:
    """Won deals of one key: their amount, and of those whose cost is known the amount and the cost; units of money."""

    won: int = 0
    won_amount: int = 0
    costed: int = 0
    costed_amount: int = 0
    cost: int = 0
    unknown: int = 0

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def data(self) -> dict[str, Any]:
        """Returns the numbers by their names; cost and margin are None where no cost is known."""
        is_known = self.costed > 0
        margin = self.costed_amount - self.cost
        return {
            "won": self.won,
            "won_amount": money(self.won_amount),
            "costed": self.costed,
            "costed_amount": money(self.costed_amount),
            "cost": money(self.cost) if is_known else None,
            "margin": money(margin) if is_known else None,
            "margin_share": margin / self.costed_amount if self.costed_amount else None,
            "without_cost": self.unknown,
        }


@dataclass(frozen=True)
class Asked:
    """The answers by key and all together, by what they are parted, and the field that holds the cost."""

    dimension: Dimension
    rows: Mapping[Hashable, Earned]
    whole: Earned
    before: Earned | None
    field: Any
    linker: Linker

    def label(self, key: Hashable) -> str:
        """Returns what a key is called."""
        return self.dimension.label(key) or _("None")

    @property
    def order(self) -> list[Hashable]:
        """The keys: time as it runs, all else by margin, the greatest first."""
        if self.dimension.parts:
            return sorted(self.rows, key=lambda key: key_order(self.dimension, key))
        return sorted(self.rows, key=lambda key: (self.rows[key].cost - self.rows[key].costed_amount, self.label(key)))

    def links(self, key: Hashable, earned: Earned) -> dict[str, str]:
        """Returns the queries of the lists behind the numbers of a key."""
        return self._links(earned, lambda found: self.linker.with_key(found, key, self.dimension))

    def whole_links(self) -> dict[str, str]:
        """Returns the queries of the lists behind the numbers of all together."""
        return self._links(self.whole, lambda found: found)

    def _links(self, earned: Earned, narrow: Any) -> dict[str, str]:
        won: Conditions = self.linker.closed_whole("won")
        found = dict.fromkeys(("won", "won_amount"), won) if earned.won else {}
        if self.field is None:
            found |= {"without_cost": won} if earned.unknown else {}
        else:
            cost = self.field.name
            # That a foreign cost can be turned is no condition on one field, so the report finds these deals again.
            bare = replace(self.linker.settings, given={})
            known = [*won, *(conditions_of(bare, {"what": "costed"}) or ())]
            found |= dict.fromkeys(("costed", "costed_amount", "cost", "margin"), known) if earned.costed else {}
            found |= {"without_cost": [*won, {"field": cost, "op": "empty"}]} if earned.unknown else {}
        narrowed = {name: narrow(conditions) for name, conditions in found.items()}
        return {name: as_query(conditions) for name, conditions in narrowed.items() if conditions is not None}


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    settings = replace(settings, by=settings.by or USUAL_BY)
    asked = _ask(crm, user, settings)
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(asked)],
        rows=[{settings.by: asked.dimension.label(key), **asked.rows[key].data()} for key in asked.order],
        totals=asked.whole.data(),
        figures=_figures(asked, crm.currency),
        draw=partial(_charts, asked, crm.currency),
        notes=_notes(asked),
        is_empty=not asked.whole.won,
    )


def _ask(crm: CRM, user: User | None, settings: Settings) -> Asked:
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    dimension, field = dimension_of(scope, settings, USUAL_BY), cost_field(crm)
    rows = _counted(scope, settings.period, dimension, field)
    whole = _counted(scope, settings.period, None, field) if dimension.overlaps else rows
    before = _counted(scope, settings.compared, None, field) if settings.compared else None
    return Asked(
        dimension=named(crm, dimension, rows),
        rows=rows,
        whole=sum(whole.values(), Earned()),
        before=None if before is None else sum(before.values(), Earned()),
        field=field,
        linker=Linker(crm, settings),
    )


def _counted(scope: Scope, period: Period, dimension: Dimension | None, field: Any) -> dict[Hashable, Earned]:
    nothing = Value(None).cast("bigint")
    cost = nothing if field is None else cost_units(scope.crm, field)
    is_known = _is_known(cost, Deal)
    sums = (
        fn.COUNT(SQL("*")),
        total(Deal.amount_base),
        fn.SUM(Case(None, [(is_known, 1)], 0)),
        total(Case(None, [(is_known, Deal.amount_base)])),
        total(Case(None, [(is_known, cost)])),
        fn.COUNT(SQL("*")) if field is None else fn.SUM(Case(None, [(field.of(Deal).is_null(), 1)], 0)),
    )
    query = Deal.select(Deal.id).where(*in_period(scope, period), Deal.state == "won")
    found: dict[Hashable, Earned] = {}
    for _type_id, key, *numbers in keyed(
        scope.rows(grouped(query, [Deal.deal_type], sums, dimension, Deal)), 1, dimension
    ):
        found[key] = found.get(key, Earned()) + Earned(*(int(number or 0) for number in numbers))
    return found


def _is_known(cost: Any, deal: Any) -> Expression:
    return cost.is_null(False) & deal.amount_base.is_null(False)


def _find(crm: CRM, _user: User | None, _settings: Settings, _cell: Mapping[str, str], source: Any) -> Expression:
    field = cost_field(crm)
    return Value(1) == 0 if field is None else _is_known(cost_units(crm, field, source), source)


def _figures(asked: Asked, currency: str) -> list[Figure]:
    now, links = asked.whole.data(), asked.whole_links()
    before = {} if asked.before is None else asked.before.data()

    def figure(name: str, title: str, kind: str = MONEY) -> Figure:
        return Figure(name, title, now[name], kind, before.get(name), link=links.get(name, ""))

    return [
        figure("won", _("Won deals"), COUNT),
        figure("won_amount", _("Won amount, %(currency)s", currency=currency)),
        figure("cost", _("Cost, %(currency)s", currency=currency)),
        figure("margin", _("Margin, %(currency)s", currency=currency)),
        figure("margin_share", _("Margin of the amount"), SHARE),
    ]


def _table(asked: Asked) -> Table:
    known = str(WHOSE)
    columns = (
        Column("name", asked.dimension.title, TEXT),
        Column("won", _("Won deals"), COUNT),
        Column("won_amount", _("Won amount"), MONEY),
        Column("without_cost", _("Without a cost"), COUNT),
        Column("costed", _("Deals"), COUNT, known),
        Column("costed_amount", _("Amount"), MONEY, known),
        Column("cost", _("Cost"), MONEY, known),
        Column("margin", _("Margin"), MONEY, known, _("Their amount, less what they cost")),
        Column("margin_share", _("Margin of the amount"), SHARE, known),
    )
    rows = [
        Row({"name": asked.label(key), **asked.rows[key].data()}, partial(asked.links, key, asked.rows[key]))
        for key in asked.order
    ]
    if rows:
        whole = {"name": _("All together"), **asked.whole.data()}
        rows.append(Row(whole, asked.whole_links, is_total=True))
    return Table("margin", "", columns, tuple(rows))


def _charts(asked: Asked, currency: str) -> tuple[Chart, ...]:
    known = [key for key in asked.order if asked.rows[key].costed]
    told = {key: asked.rows[key].data() for key in known}

    def ranks(name: str, words: Any, keys: Sequence[Hashable]) -> list[Rank]:
        # A bar can't be shorter than nothing; what was lost is said in words.
        return [
            Rank(
                asked.label(key),
                max(float(told[key][name]), 0),
                words(told[key][name]),
                asked.links(key, asked.rows[key]).get("margin", ""),
            )
            for key in keys
        ]

    shares = [key for key in known if told[key]["margin_share"] is not None]
    if not asked.dimension.parts:
        shares.sort(key=lambda key: -told[key]["margin_share"])
    if not known:
        return ()
    return (
        ranking("margins", _("Margin, %(currency)s", currency=currency), ranks("margin", compact, known)),
        ranking("shares", _("Margin of the amount"), ranks("margin_share", format_percent, shares)),
    )


def _notes(asked: Asked) -> list[Note]:
    whole = asked.whole
    if asked.field is None:
        words = _(
            "No property of deals holds what they cost: add one of the kind “money”, and choose it in the settings of"
            " the reports."
        )
        place = {"place": "settings.edit", "place_words": _("To the settings"), "place_values": {"key": GROUP}}
        return [Note(words, right="admin.settings", **place)]
    notes = []
    if whole.unknown:
        link = asked.whole_links()["without_cost"]
        words = _("Won deals without a cost, which are in neither cost nor margin: %(n)s.", n=whole.unknown)
        notes.append(Note(words, link, _("Show them")))
    if lacking := whole.won - whole.costed - whole.unknown:
        words = _("Won deals with a cost, but without an amount or a rate to turn it by: %(n)s.", n=lacking)
        notes.append(Note(words))
    if asked.dimension.overlaps:
        notes.append(Note(_("A deal may count under several values here, so the parts add up to more than the whole.")))
    return notes


BEHIND = Behind(_find, lambda _cell: str(WHOSE))
REPORT = Report(
    NAME,
    TITLE,
    make,
    FLOW,
    lazy("What was left of the money of won deals after what they cost."),
    "report-money",
    "clients",
    USUAL_BY,
    usual_period=USUAL_PERIOD,
)
