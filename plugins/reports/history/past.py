"""The deals that stood in the open funnel at a past moment, as a condition on the list of deals."""

from collections.abc import Mapping
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, User, format_moment, from_microseconds, lazy
from plugins.reports.dimensions import find_dimension
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import bounded_period, make_scope
from plugins.reports.funnel.open_facts import standing
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind
from plugins.reports.parameters import Settings
from plugins.reports.periods import Period

TITLE = lazy("Open deals as of")


def stood_then(
    crm: CRM, user: User | None, settings: Settings, at: int, cell: Mapping[str, str], source: Any
) -> Expression:
    """Returns the condition that a deal stood open at a moment: `cell` may name its type, its stage and its key."""
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    query, then = standing(scope, from_microseconds(at))
    query = query.where(~then.is_on_hold)
    if "type" in cell:
        stage = then.stage_id == int(cell["stage"]) if cell["stage"] else then.stage_id.is_null()
        query = query.where(Deal.deal_type == int(cell["type"]), stage)
    if "key" in cell:
        query = _of_key(crm, scope, settings, query, then, cell["key"])
    return source.id << query


def _of_key(crm: CRM, scope: Scope, settings: Settings, query: Any, then: Any, wanted: str) -> Any:
    """Returns the query of those whose key is written so: several values of the database may share a key."""
    period = bounded_period(crm, scope, settings.by, Period(), "opened_at")
    dimension = find_dimension(crm, scope.user, settings.by, period, "opened_at")
    if dimension is None:
        return query
    parted, key = dimension.apply(query, then)
    raws = [raw for (raw,) in scope.rows(parted.select(key).distinct()) if as_text(dimension.key(raw)) == wanted]
    found = key.is_null() if None in raws else None
    named = [raw for raw in raws if raw is not None]
    among = key << named
    return parted.where(among if found is None else (found | among if named else found))


def as_text(key: Any) -> str:
    """Returns a key as a cell of a link writes it."""
    return "" if key is None else str(key)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    return stood_then(crm, user, settings, int(cell["at"]), cell, source)


def _words(cell: Mapping[str, str]) -> str:
    return f"{TITLE}, {format_moment(from_microseconds(int(cell['at'])))}"


BEHIND = Behind(_find, _words)
