"""The report *primary-demand*: whether clients got what they wanted first, and if not, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from peewee import SQL, Expression, fn

from core.api import CRM, Deal, DemandLine, Report, User, fields, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank
from plugins.reports.document import COUNT, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.tables.writing import ranking

NAME = "primary-demand"
TITLE = lazy("Primary demand")
USUAL_PERIOD = "last_12_months"
SATISFIED, MISSED, OPEN = "satisfied", "missed", "unanswered"
STATES = (SATISFIED, MISSED, OPEN)


@dataclass(frozen=True)
class Group:
    """Lines of demand of one owner, outcome and reason, and of how many deals they are."""

    owner_id: int | None
    state: str
    reason: str
    lines: int
    deals: int


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    groups = _groups(scope, settings)
    names = fields.titles(crm, "user", [one.owner_id for one in groups if one.owner_id is not None])
    whole = _values(groups)
    reasons = _reasons(scope, settings)
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_reason_table(settings, reasons, whole[MISSED]), _manager_table(settings, groups, names)],
        rows=[{"reason": one.reason, "lines": one.lines, "deals": one.deals} for one in reasons],
        totals=whole,
        figures=[
            Figure("lines", _("What clients wanted"), whole["lines"], link=_link(settings, "")),
            *(Figure(name, words, whole[name], link=_link(settings, name)) for name, words in _state_words().items()),
            Figure("share", _("Satisfied of what is answered"), whole["share"], SHARE),
        ],
        draw=partial(_charts, settings, reasons),
        notes=[
            Note(_("Wishes of the deals closed in the period, as answered when the deals were closed.")),
            Note(_("The demand is registered for deal types that say so, when the company's settings allow it.")),
        ],
        is_empty=not groups,
    )  # fmt: skip


def _state_words() -> dict[str, str]:
    return {SATISFIED: _("Satisfied"), MISSED: _("Not satisfied"), OPEN: _("Not answered")}


def _query(scope: Scope, settings: Settings) -> Any:
    return DemandLine.select().join(Deal).where(*in_period(scope, settings.period))


def _groups(scope: Scope, settings: Settings) -> list[Group]:
    """Returns the lines by owner and outcome."""
    answer, lines = DemandLine.is_satisfied, fn.COUNT(SQL("*"))
    query = _query(scope, settings).select(Deal.owner_id, answer, lines, fn.COUNT(DemandLine.deal_id.distinct()))
    rows = scope.rows(query.group_by(Deal.owner_id, answer))
    return [Group(owner, _state(answer), "", *counts) for owner, answer, *counts in rows]


def _reasons(scope: Scope, settings: Settings) -> list[Group]:
    """Returns the reasons of lines that were not satisfied, the most frequent first."""
    counts = (fn.COUNT(SQL("*")), fn.COUNT(DemandLine.deal_id.distinct()))
    query = _query(scope, settings).select(DemandLine.reason, *counts).where(~DemandLine.is_satisfied)
    rows = scope.rows(query.group_by(DemandLine.reason))
    return sorted((Group(None, MISSED, *row) for row in rows), key=lambda one: (-one.lines, one.reason))


def _state(answer: Any) -> str:
    if answer is None:
        return OPEN
    return SATISFIED if answer else MISSED


def _values(groups: Sequence[Group]) -> dict[str, Any]:
    counts = {state: sum(one.lines for one in groups if one.state == state) for state in STATES}
    answered = counts[SATISFIED] + counts[MISSED]
    return {"lines": sum(counts.values()), **counts, "share": counts[SATISFIED] / answered if answered else None}


def _reason_table(settings: Settings, reasons: Sequence[Group], missed: int) -> Table:
    columns = (
        Column("reason", _("Why not"), TEXT),
        Column("lines", _("Wishes"), COUNT),
        Column("share", _("Share"), SHARE),
        Column("deals", _("Deals"), COUNT),
    )
    rows = [
        Row({"reason": one.reason or _("No reason given"), "lines": one.lines, "share": one.lines / missed,
             "deals": one.deals}, partial(_reason_links, settings, one))
        for one in reasons
    ]  # fmt: skip
    return Table("reasons", _("Why it was not satisfied"), columns, tuple(rows))


def _manager_table(settings: Settings, groups: Sequence[Group], names: Mapping[int, str]) -> Table:
    columns = (
        Column("name", _("Manager"), TEXT),
        Column("lines", _("Wishes"), COUNT),
        *(Column(state, words, COUNT) for state, words in _state_words().items()),
        Column("share", _("Satisfied of what is answered"), SHARE),
    )
    owners = sorted({one.owner_id for one in groups}, key=lambda key: (key is None, names.get(key, "")))
    rows = []
    for owner in owners:
        values = _values([one for one in groups if one.owner_id == owner])
        name = _("Nobody") if owner is None else names.get(owner, str(owner))
        rows.append(Row({"name": name, **values}, partial(_owner_links, settings, owner, values)))
    if rows:
        rows.append(Row({"name": _("All together"), **_values(groups)}, is_total=True))
    return Table("managers", _("By manager"), columns, tuple(rows))


def _link(settings: Settings, state: str, **more: Any) -> str:
    found = conditions_of(settings, {"state": state, **more})
    return as_query(found) if found else ""


def _reason_links(settings: Settings, one: Group) -> dict[str, str]:
    link = _link(settings, MISSED, reason=one.reason)
    return {"deals": link, "lines": link} if link else {}


def _owner_links(settings: Settings, owner: int | None, values: Mapping[str, Any]) -> dict[str, str]:
    told = "" if owner is None else owner
    found = {state: _link(settings, state, owner=told) for state in STATES if values[state]}
    found["lines"] = _link(settings, "", owner=told)
    return {name: link for name, link in found.items() if link}


def _charts(settings: Settings, reasons: Sequence[Group]) -> tuple[Chart, ...]:
    ranks = [
        Rank(one.reason or _("No reason given"), one.lines, format_number(one.lines),
             _link(settings, MISSED, reason=one.reason))
        for one in reasons
    ]  # fmt: skip
    return (ranking("reasons", _("Why it was not satisfied"), ranks),) if ranks else ()


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    query, answer = _query(scope, settings).select(DemandLine.deal_id), DemandLine.is_satisfied
    if cell["state"]:
        told = {SATISFIED: answer, MISSED: ~answer, OPEN: answer.is_null()}
        query = query.where(told[cell["state"]])
    if "reason" in cell:
        query = query.where(DemandLine.reason == cell["reason"])
    if "owner" in cell:
        query = query.where(Deal.owner == int(cell["owner"]) if cell["owner"] else Deal.owner.is_null())
    return source.id << query


def _words(cell: Mapping[str, str]) -> str:
    return ", ".join(filter(None, (str(TITLE), _state_words().get(cell["state"], ""), cell.get("reason", ""))))


BEHIND = Behind(_find, _words)
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("Whether clients got what they had wanted when the deal began, and if not, why."),
    "checklist",
    "clients",
    usual_period=USUAL_PERIOD,
)
