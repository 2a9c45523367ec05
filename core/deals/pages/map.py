"""The live route map of a deal type: what stands at each stage now, and what becomes of it."""

from typing import Any

from flask import request, session
from werkzeug.wrappers import Response

from core.deals.pages.blueprint import blueprint
from core.deals.pages.last_type import chosen_type
from core.deals.pages.lists import asked, in_list, part_of_bar, view_of
from core.fields.periods import PERIODS, period_days
from core.process.typemap import MapStage, type_map
from core.stages.models import DealType
from core.stages.types import NO_STAGES, all_types
from core.web.context import crm, needs, user
from core.web.pages import page

# Those of the past: nothing is closed in the future.
MAP_PERIODS = {key: label for key, label in PERIODS.items() if key.startswith(("last_", "this_"))}
USUAL_PERIOD = "last_90_days"
LAST_PERIOD = "map_period"


@blueprint.route("/map", methods=["GET", "POST"])
@needs("deals.read")
def type_map_page() -> str | Response:
    """Shows the map of one type; `period` says which closed deals its arrows tell of."""
    if (part := part_of_bar()) is not None:
        return part
    types = [one for one in all_types(only_used=True) if one.mode != NO_STAGES]
    deal_type = chosen_type(types)
    if deal_type is None:
        return page("deals/no_types.html")
    period = _period()
    days = period_days(period, crm().today())
    search = asked()
    found = type_map(crm(), user(), deal_type, days, search.where)
    return view_of(
        "map",
        search,
        types=types,
        deal_type=deal_type,
        map=found,
        links={stage.stage_id: _links(deal_type, stage, period) for stage in found.stages},
        whole=_whole(deal_type, period),
        period=period,
        periods=MAP_PERIODS,
    )


def _period() -> str:
    """Returns the period asked for, else the one that the user looked at last."""
    period = request.args.get("period") or session.get(LAST_PERIOD, USUAL_PERIOD)
    if period in MAP_PERIODS and session.get(LAST_PERIOD) != period:
        session[LAST_PERIOD] = period
    return period


def _links(deal_type: DealType, stage: MapStage, period: str) -> dict[str, str]:
    """Returns the addresses of the lists behind a stage's numbers."""
    standing = (*_standing(deal_type), _is("stage", stage.stage_id))
    closed = _closed(deal_type, period)
    return {
        "count": in_list(standing),
        "late": in_list((*standing, _is("is_late", True))),
        "passed": in_list((*closed, _is("passed", stage.stage_id))),
        "lost": in_list((*closed, _is("lost_at", stage.stage_id))),
        "usual": in_list((_is("type", deal_type.id), _is("state", "won"), _is("stood_at", stage.stage_id))),
    }


def _whole(deal_type: DealType, period: str) -> dict[str, str]:
    """Returns the addresses of the lists behind the numbers of the whole map."""
    closed, standing = _closed(deal_type, period), _standing(deal_type)
    return {
        "count": in_list(standing),
        "late": in_list((*standing, _is("is_late", True))),
        "on_hold": in_list((_is("type", deal_type.id), _is("is_on_hold", True))),
        "won": in_list((*closed, _is("state", "won"))),
        "lost": in_list((*closed, _is("state", "lost"))),
    }


def _standing(deal_type: DealType) -> tuple[dict[str, Any], ...]:
    return (_is("type", deal_type.id), _is("state", "open"), _is("is_on_hold", False))


def _closed(deal_type: DealType, period: str) -> tuple[dict[str, Any], ...]:
    return (_is("type", deal_type.id), _is("closed_at", {"period": period}))


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "equal", "value": value}
