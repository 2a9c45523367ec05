"""The report *funnel-open*: where open deals stand at a moment, what they are worth, and what they will bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from core.api import CRM, Report, User, format_date, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.funnels import LIGHT, PASSED, Bar, funnel_chart
from plugins.reports.dimensions import Dimension, find_dimension, named
from plugins.reports.document import COUNT, MONEY, NUMBER, SHARE, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import (
    MOST_CHARTS,
    bounded_period,
    choose_frames,
    grouped_rows,
    head,
    in_order,
    make_scope,
    settings_words,
    stage_column,
    stage_words,
    type_words,
)
from plugins.reports.funnel.data import money, open_row, open_totals, share
from plugins.reports.funnel.ladders import Frame, Ladder
from plugins.reports.funnel.matrix import INDICATORS, Matrix, Reader, make_matrix
from plugins.reports.funnel.notes import money_notes
from plugins.reports.funnel.open import Group, OpenFunnel, OpenRow, count_open
from plugins.reports.funnel.open_facts import count_without_rate, open_clients, open_groups
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.clients_of import clients_link
from plugins.reports.links import Linker, as_links, as_query
from plugins.reports.settings.parameters import OPEN, Settings
from plugins.reports.settings.periods import Period
from plugins.reports.words import compact

TITLE = lazy("Funnel of open deals")
NAME = "funnel-open"
DEFAULT = ("deals", "expected_income")
# The indicators that stand for the deals of a cell, or for their clients.
LISTED = ("deals", "clients", "potential", "expected_income")
BLUE = (PASSED, LIGHT)


@dataclass(frozen=True)
class Standing:
    """The open deals as the database counts them, by one dimension, and whose they are."""

    groups: list[Group]
    clients: list[tuple]

    def whole(self) -> "Standing":
        """Returns the same without the dimension; a client of several keys counts once where sets are made of them."""
        return Standing([group._replace(key=None) for group in self.groups], [(*row[:3], None) for row in self.clients])


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    parts = {name: _dimension(crm, scope, name) for name in (settings.by, settings.columns) if name}
    stands = {name: _ask(scope, settings.as_of, dimension, ladders) for name, dimension in parts.items()}
    whole = _ask_whole(scope, settings.as_of, parts, stands, ladders)
    frames = choose_frames(settings, ladders, published, {group.version_id for group in whole.groups})
    company, clients = _funnel(frames, whole)
    shown, dimension = company, parts.get(settings.by)
    if dimension is not None:
        shown, _clients = _funnel(frames, stands[settings.by])
        dimension = named(crm, dimension, shown.by_key)
    rows = in_order(shown.rows, frames, dimension)
    linker = Linker(crm, settings)
    no_rate = count_without_rate(scope, settings.as_of) if company.totals.no_potential else 0
    data = {
        "report": NAME,
        "params": dict(settings.given),
        "rows": [_with_key(open_row(row), row, settings.by, dimension) for row in rows],
        "totals": open_totals(company.totals, clients),
        "no_rate": no_rate,
    }
    tables = [_table(rows, dimension, len(frames) > 1, linker)]
    if across := parts.get(settings.columns):
        matrix = _matrix(crm, settings, frames, company, across, stands[settings.columns])
        tables.append(matrix.table)
        data["matrix"] = matrix.data
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=_("As of %(day)s", day=format_date(settings.as_of_on or crm.today())),
        settings=tuple(
            settings_words(crm, user, settings, {ladder.type_id: ladder.type for ladder in ladders.values()})
        ),
        figures=_figures(company, clients, crm.currency, linker),
        tables=tuple(tables),
        draw=partial(_charts, frames, company.rows, crm.currency, linker),
        notes=(*_moment_notes(crm, settings), *_notes(company, no_rate, linker)),
        data=data,
        is_empty=not (company.totals.count or company.totals.on_hold),
        **head(crm, user),
    )


def _dimension(crm: CRM, scope: Scope, name: str) -> Dimension | None:
    period = bounded_period(crm, scope, name, Period(), "opened_at")
    return find_dimension(crm, scope.user, name, period, "opened_at")


def _ask(scope: Scope, at: datetime | None, dimension: Dimension | None, ladders: Mapping[int, Ladder]) -> Standing:
    return Standing(open_groups(scope, at, dimension, ladders), open_clients(scope, at, dimension, ladders))


def _ask_whole(
    scope: Scope,
    at: datetime | None,
    parts: Mapping[str, Any],
    stands: Mapping[str, Standing],
    ladders: Mapping[int, Ladder],
) -> Standing:
    """Returns the company's own answers: those of a dimension whose parts don't overlap hold them already."""
    for name, dimension in parts.items():
        if dimension is not None and not dimension.overlaps:
            return stands[name].whole()
    return _ask(scope, at, None, ladders)


def _funnel(frames: Sequence[Frame], standing: Standing) -> tuple[OpenFunnel, int]:
    """Returns the counted funnel and the number of distinct clients in all of it."""
    ladders = {ladder.version_id: (frame, ladder) for frame in frames for ladder in frame.ladders}
    seen: dict[tuple, set[int]] = {}
    everybody = set()
    for version_id, place, client_id, key in standing.clients:
        frame, ladder = ladders[version_id]
        stage_id = ladder.steps[ladder.within(place)].stage_id if ladder.steps else None
        seen.setdefault((frame.type_ids, stage_id, key), set()).add(client_id)
        everybody.add(client_id)
    clients = {cell: len(found) for cell, found in seen.items()}
    return count_open(frames, standing.groups, clients), len(everybody)


def _with_key(values: dict[str, Any], row: OpenRow, by: str, dimension: Dimension | None) -> dict[str, Any]:
    if dimension is None:
        return values
    return {"type": values.pop("type"), by: dimension.label(row.key), **values}


def _table(rows: Sequence[OpenRow], dimension: Dimension | None, is_many: bool, linker: Linker) -> Table:
    columns = (
        stage_column(),
        Column("count", _("Deals"), COUNT),
        Column("clients", _("Clients"), COUNT),
        Column("potential", _("Potential"), MONEY),
        Column("probability", _("Probability"), SHARE, hint=_("The chance to pass this stage")),
        Column("expected_wins", _("Expected wins"), NUMBER),
        Column("expected_income", _("Expected income"), MONEY),
    )

    def make_row(row: OpenRow) -> Row:
        return Row(open_row(row) | {"stage": stage_words(row.stage)}, partial(_links, row, linker, dimension))

    return Table("funnel", "", columns, grouped_rows(rows, dimension, is_many, make_row))


def _matrix(
    crm: CRM,
    settings: Settings,
    frames: list[Frame],
    company: OpenFunnel,
    dimension: Dimension,
    standing: Standing,
) -> Matrix:
    funnel, _clients = _funnel(frames, standing)
    dimension = named(crm, dimension, funnel.by_key)
    linker = Linker(crm, settings)
    reader = Reader(
        value=lambda indicator, row, _has_key: _value(indicator, row),
        mark=lambda _indicator, _row: None,
        link=lambda indicator, row, has_key: _link(linker, indicator, row, dimension if has_key else None),
    )
    indicators = settings.indicators or DEFAULT
    return make_matrix(settings, dimension, company.rows, funnel.rows, indicators, reader)


def _links(row: OpenRow, linker: Linker, dimension: Dimension | None) -> dict[str, str]:
    conditions = linker.open(row, dimension)
    found = as_links(dict.fromkeys(("count", "potential", "expected_income"), conditions))
    clients = clients_link(conditions)
    return found | ({"clients": clients} if clients else {})


def _link(linker: Linker, indicator: str, row: OpenRow, dimension: Dimension | None) -> str:
    conditions = linker.open(row, dimension) if indicator in LISTED else None
    if indicator == "clients":
        return clients_link(conditions)
    return as_query(conditions) if conditions is not None else ""


def _value(indicator: str, row: OpenRow) -> Any:
    if indicator == "deals":
        return row.count
    if indicator == "clients":
        return row.clients
    if indicator == "potential":
        return money(row.potential)
    if indicator == "expected_income":
        return None if row.expected_income is None else money(row.expected_income)
    return share(row.probability)


def _figures(funnel: OpenFunnel, clients: int, currency: str, linker: Linker) -> tuple[Figure, ...]:
    totals = funnel.totals
    told = open_totals(totals, clients)
    links = {held: as_query(found) for held in (False, True) if (found := linker.stood_whole(is_on_hold=held))}
    link, potential = links.get(False, ""), _("Potential, %(currency)s", currency=currency)
    income = _("Expected income, %(currency)s", currency=currency)
    return (
        Figure("count", _("Open deals"), totals.count, link=link),
        Figure("potential", potential, money(totals.potential), MONEY, link=link),
        Figure("expected_wins", _("Expected wins"), told["expected_wins"], NUMBER),
        Figure("expected_income", income, told["expected_income"], MONEY, link=link),
        Figure("clients", _("Distinct clients"), clients, link=clients_link(linker.stood_whole())),
        Figure("on_hold", _("On hold, apart"), totals.on_hold, link=links.get(True, "")),
    )


def _charts(frames: Sequence[Frame], rows: Sequence[OpenRow], currency: str, linker: Linker) -> tuple[Chart, ...]:
    charts = []
    for frame in frames[: MOST_CHARTS // 2 if len(frames) > 1 else 1]:
        own = [row for row in rows if row.frame == frame]
        name = f"{type_words(frame)}: " if len(frames) > 1 else ""
        words = "; ".join(f"{stage_words(row.stage)}: {row.count}" for row in own)
        deals = funnel_chart(
            [_bar(row, linker, by_money=False) for row in own], _("Expected to be won"), _("Open"), colours=BLUE
        )
        sums = funnel_chart(
            [_bar(row, linker, by_money=True) for row in own], _("Expected income"), _("Potential"), colours=BLUE
        )
        charts.append(Chart(f"deals-{frame.type_ids[0]}", name + _("Number of deals"), deals, words))
        title = name + _("Potential, %(currency)s", currency=currency)
        charts.append(Chart(f"potential-{frame.type_ids[0]}", title, sums, words))
    return tuple(charts)


def _bar(row: OpenRow, linker: Linker, *, by_money: bool) -> Bar:
    whole = money(row.potential) if by_money else row.count
    core = (money(row.expected_income or 0) if by_money else share(row.expected_wins)) or 0
    stage = stage_words(row.stage)
    chance = format_percent(share(row.win_chance))
    link = _link(linker, "deals", row, None)
    return Bar(
        is_core_said=False,
        core_link=link,
        flank_link=link,
        stage=stage,
        whole=float(whole),
        core=float(core),
        core_words=compact(core),
        side_words=f"{compact(whole)} · {chance}" if whole else "",
        core_hint=_("%(stage)s: %(n)s expected (%(share)s)", stage=stage, n=format_number(core, 1), share=chance),
        flank_hint=_("%(stage)s: %(n)s open", stage=stage, n=format_number(whole)),
    )


def _moment_notes(crm: CRM, settings: Settings) -> list[Note]:
    if settings.as_of_on is None or settings.as_of_on <= crm.today():
        return []
    return [Note(_("This day is still to come: these are the deals that are open now."))]


def _notes(funnel: OpenFunnel, no_rate: int, linker: Linker) -> tuple[Note, ...]:
    notes = [Note(_("This is the whole pipeline, not the forecast of one month."))]
    totals = funnel.totals
    if totals.unstaged:
        words = _("Deals without stages have no probability: %(n)s of them add nothing to what is expected.",
                  n=format_number(totals.unstaged))  # fmt: skip
        notes.append(Note(words))
    notes += money_notes(totals.no_potential, no_rate, linker.open_whole())
    if totals.on_hold:
        held = format_number(money(totals.on_hold_potential), 0)
        notes.append(Note(_("On hold, not counted above: %(n)s deals worth %(sum)s.", n=totals.on_hold, sum=held)))
    return tuple(notes)


REPORT = Report(
    NAME,
    TITLE,
    make,
    OPEN,
    lazy("Where open deals stand, what they are worth, and what they will bring."),
    "chart-funnel",
    "funnels",
    indicators=tuple(name for name in INDICATORS if name not in ("lost", "conversion")),
    usual_indicators=DEFAULT,
)
