"""The card of a deal: where it stands, its facts, its client, what happened, its tasks and files, panels of plugins."""

from flask import request
from werkzeug.wrappers import Response

from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.deals.columns import chances_from
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.reading import closings_of, visits_of
from core.deals.route import Stop, stops
from core.interactions.panels import part_of_timeline, shown_kinds
from core.stages.models import TypeStage
from core.stages.types import ladders
from core.tasks.services import tasks_of
from core.web.context import crm, needs, user
from core.web.pages import page
from core.web.panels import shown_panels


@blueprint.get("/<int:deal_id>")
@needs("deals.read")
def card(deal_id: int) -> str | Response:
    """Shows a deal."""
    deal = shown_deal(deal_id)
    properties = properties_of("deal")
    steps = ladders([deal.version_id])[deal.version_id]
    return page(
        "deals/card.html",
        deal=deal,
        stops=_stops(deal, steps),
        chance=chances_from(steps)[deal.place] if steps and deal.is_open else None,
        properties=properties,
        property_values=typed_values(properties, deal.properties),
        tasks=tasks_of(deal),
        panels=shown_panels("deal_panels", deal=deal),
        **part_of_timeline(crm(), user(), "deal", deal, shown_kinds(request.args.get("show", ""))),
        today=crm().today(),
        now=crm().clock.now(),
    )


def _stops(deal: Deal, steps: list[TypeStage]) -> list[Stop]:
    if not steps:
        return []
    closed = [(one.closed_at, one.reopened_at) for one in closings_of(deal) if one.reopened_at]
    return stops(steps, visits_of(deal), deal.place, crm().clock.now(), closed, deal.state == "won")
