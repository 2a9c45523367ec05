"""REST of what clients want: the lines of a deal's demand, and how they were answered."""

import json
from typing import Any

from flask import Response

from core.deals import demand
from core.deals.api import DEALS, act
from core.deals.demand_schemas import AnswersSchema, LineSchema, LinesSchema, answers, wishes
from core.deals.services import get_deal
from core.web.context import crm, needs, user
from core.web.rest import ID, rest_blueprint

blueprint = rest_blueprint("demand", "What the clients of deals want")
blueprints = (blueprint,)


@blueprint.shows(f"/deals/<{ID}:deal_id>/demand", LineSchema, many=True)
@needs("deals.read")
def list_demand(deal_id: int) -> Response:
    """Lists what the client of a deal wants, in order, and how it was answered."""
    deal = get_deal(crm(), user(), deal_id)
    found = LineSchema(many=True).dump(demand.lines_of(deal))
    return Response(json.dumps(found, ensure_ascii=False, default=str), mimetype="application/json")


@blueprint.act(f"/deals/<{ID}:deal_id>/demand", DEALS, LinesSchema)
@needs("deals.write")
def set_deal_demand(values: dict[str, Any], deal_id: int) -> Response:
    """Gives a deal these lines of demand in the place of those it has; its potential follows unless typed."""
    return act(deal_id, lambda deal: demand.set_demand(crm(), deal, wishes(values["lines"]), version=deal.version))


@blueprint.act(f"/deals/<{ID}:deal_id>/demand/answer", DEALS, AnswersSchema)
@needs("deals.write")
def answer_deal_demand(values: dict[str, Any], deal_id: int) -> Response:
    """Notes which lines of an open deal's demand were satisfied."""
    return act(deal_id, lambda deal: demand.answer(crm(), deal, answers(values["demand"]), version=deal.version))
