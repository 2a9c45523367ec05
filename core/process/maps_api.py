"""REST of the process's pictures: the route of a deal, the live map of a type, and the deals that hang."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from core.deals.api import DEALS
from core.deals.services import get_deal
from core.fields.periods import period_days
from core.money import as_text
from core.process.hanging import Hung, hanging
from core.process.picture import Picture, picture_of
from core.process.typemap import MapStage, type_map
from core.process.usual import ladder_with_usual
from core.stages.services import get_type
from core.web.context import crm, needs, user
from core.web.rest import ID, listed, narrowing, rest_blueprint
from core.web.rest.answers import written

blueprint = rest_blueprint("process maps", "The way of deals through their process, in numbers")
blueprints = (blueprint,)
USUAL_PERIOD = "last_90_days"


class StopSchema(Schema):
    """A stage on a deal's way; `look` is done, here, skipped or ahead, times are in seconds."""

    place = fields.Integer()
    stage = fields.Integer()
    name = fields.String()
    look = fields.String()
    visits = fields.Integer()
    stay_s = fields.Integer(allow_none=True)
    usual_s = fields.Integer(allow_none=True)
    entered_at = fields.AwareDateTime(allow_none=True)
    left_at = fields.AwareDateTime(allow_none=True)
    user = fields.Integer(allow_none=True)


class ReturnSchema(Schema):
    """A way back that the deal took `times` times, the last time at `at`."""

    from_place = fields.Integer()
    to_place = fields.Integer()
    times = fields.Integer()
    at = fields.AwareDateTime()
    user = fields.Integer(allow_none=True)


class ExitSchema(Schema):
    """Where the deal was lost."""

    place = fields.Integer()
    at = fields.AwareDateTime()
    reason = fields.Integer(allow_none=True)
    note = fields.String()
    user = fields.Integer(allow_none=True)
    reopened_at = fields.AwareDateTime(allow_none=True)


class RouteSchema(Schema):
    """A deal's way: its stages, ways back and losses; `late_s` is counted in working time."""

    stops = fields.List(fields.Nested(StopSchema))
    returns = fields.List(fields.Nested(ReturnSchema))
    exits = fields.List(fields.Nested(ExitSchema))
    state = fields.String()
    late_at = fields.AwareDateTime(allow_none=True)
    is_late = fields.Boolean()
    late_s = fields.Integer(allow_none=True)
    rest_s = fields.Integer(allow_none=True)


class MapStageSchema(Schema):
    """A stage of a type: its open deals now, and of the deals closed in the period how many passed it or were lost."""

    place = fields.Integer(allow_none=True)
    stage = fields.Integer()
    name = fields.String()
    count = fields.Integer()
    potential = fields.String()
    late = fields.Integer()
    passed = fields.Integer()
    lost = fields.Integer()
    drop_off = fields.Float(allow_none=True)
    usual_s = fields.Integer(allow_none=True)


class MapSchema(Schema):
    """The live map of a type; `learned_at` is when the usual stays were learned."""

    stages = fields.List(fields.Nested(MapStageSchema))
    won = fields.Integer()
    lost = fields.Integer()
    on_hold = fields.Integer()
    learned_at = fields.AwareDateTime(allow_none=True)


class HungSchema(Schema):
    """A deal that hangs; `reasons` are of late, old, idle."""

    deal = fields.Integer()
    owner = fields.Integer(allow_none=True)
    potential_base = fields.String()
    reasons = fields.List(fields.String())
    late_at = fields.AwareDateTime(allow_none=True)
    old_at = fields.AwareDateTime(allow_none=True)


class ManagerSchema(Schema):
    """One manager's number of deals that hang, by reason, and of those on hold."""

    owner = fields.Integer(allow_none=True)
    count = fields.Integer()
    potential_base = fields.String()
    late = fields.Integer()
    old = fields.Integer()
    idle = fields.Integer()
    on_hold = fields.Integer()


@blueprint.shows(f"/deals/<{ID}:deal_id>/route", RouteSchema)
@needs("deals.read")
def get_route(deal_id: int) -> Response:
    """Shows the way of a deal through its stages; one without stages has no stops."""
    deal = get_deal(crm(), user(), deal_id)
    picture = picture_of(crm(), deal, *ladder_with_usual(deal))
    return _answer(RouteSchema(), _route(picture) if picture else {"stops": [], "returns": [], "exits": []})


@blueprint.shows(f"/deal-types/<{ID}:type_id>/map", MapSchema)
@needs("deals.read")
def get_map(type_id: int) -> Response:
    """Shows the live map of a deal type; `period`, such as this_month, says which closed deals are counted."""
    days = period_days(request.args.get("period", USUAL_PERIOD), crm().today())
    found = type_map(crm(), user(), get_type(type_id), days)
    shown = {"won": found.won, "lost": found.lost, "on_hold": found.on_hold, "learned_at": found.learned_at}
    return _answer(MapSchema(), {**shown, "stages": [_map_stage(one) for one in found.stages]})


@blueprint.shows("/deals/hanging", HungSchema, many=True)
@needs("deals.read")
def list_hanging() -> Response:
    """Lists the deals that hang, the gravest first, with the filters and the paging of the list of deals."""
    found = hanging(crm(), user(), narrowing(DEALS))
    return listed(range(found.count), lambda page: _hung(found.part(page.start, page.stop)))


@blueprint.shows("/deals/hanging/managers", ManagerSchema, many=True)
@needs("deals.read")
def list_hanging_by_manager() -> Response:
    """Lists how many deals hang of each manager, with the filters of the list of deals."""
    return listed(
        hanging(crm(), user(), narrowing(DEALS)).shares,
        lambda shares: [
            {
                "owner": one.owner_id,
                "count": one.count,
                "potential_base": as_text(one.potential, crm().currency),
                **one.by_reason,
                "on_hold": one.on_hold,
            }
            for one in shares
        ],
    )


def _answer(schema: Schema, found: dict[str, Any]) -> Response:
    return Response(written(schema.dump(found)), mimetype="application/json")


def _route(picture: Picture) -> dict[str, Any]:
    drawn = picture.route
    return {
        "stops": [
            {**vars(one), "stage": one.stage_id, "stay_s": _s(one.stay), "usual_s": _s(one.usual), "user": one.user_id}
            for one in drawn.stops
        ],
        "returns": [{**vars(one), "user": one.user_id} for one in drawn.returns],
        "exits": [{**vars(one), "reason": one.reason_id, "user": one.user_id} for one in drawn.exits],
        "state": drawn.state,
        "late_at": drawn.late_at,
        "is_late": drawn.is_late,
        "late_s": _s(picture.late),
        "rest_s": _s(drawn.rest),
    }


def _map_stage(one: MapStage) -> dict[str, Any]:
    money = as_text(one.potential, crm().currency)
    shown = {"stage": one.stage_id, "potential": money, "drop_off": one.drop_off, "usual_s": _s(one.usual)}
    return {**vars(one), **shown}


def _hung(found: Sequence[Hung]) -> list[dict[str, Any]]:
    rows = [
        {
            "deal": one.deal_id,
            "owner": one.owner_id,
            "potential_base": as_text(one.potential, crm().currency),
            "reasons": one.mark.reasons,
            "late_at": one.mark.late_at,
            "old_at": one.mark.old_at,
        }
        for one in found
    ]
    return HungSchema(many=True).dump(rows)


def _s(length: Any) -> int | None:
    return None if length is None else int(length.total_seconds())
