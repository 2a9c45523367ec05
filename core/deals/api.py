"""REST of deals: `/deals`, with the actions that move and close them, and their history."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema, fields
from peewee import Expression

from core.clients.contacts import get_contact
from core.clients.models import Source
from core.clients.properties import merged_values
from core.clients.services import get_client
from core.deals import services
from core.deals.demand_schemas import LineSchema, LoseDealSchema, WinDealSchema, answers, wishes
from core.deals.models import Closing, Deal, StageVisit
from core.deals.reading import visible_deals
from core.deals.schemas import HandOverSchema, HoldSchema, MoveSchema, ReopenSchema, deal_schema
from core.runtime import CRM
from core.stages.services import get_type
from core.users.access import require
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint
from core.web.rest.resources import schema_class

blueprint = rest_blueprint("deals", "Deals, their way through the stages and how they end")
blueprints = (blueprint,)


class VisitSchema(Schema):
    """A stay at a stage."""

    id = fields.Integer(dump_only=True)
    stage = fields.Integer(dump_only=True, attribute="stage_id")
    place = fields.Integer(dump_only=True)
    entered_at = fields.AwareDateTime(dump_only=True)
    left_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    outcome = fields.String(dump_only=True)
    responsible = fields.Integer(dump_only=True, attribute="responsible_id", allow_none=True)
    potential_base = fields.Decimal(dump_only=True, allow_none=True)


class ClosingSchema(Schema):
    """A time when the deal was won or lost, with what was frozen then."""

    id = fields.Integer(dump_only=True)
    state = fields.String(dump_only=True)
    closed_at = fields.AwareDateTime(dump_only=True)
    stage = fields.Integer(dump_only=True, attribute="stage_id", allow_none=True)
    place = fields.Integer(dump_only=True, allow_none=True)
    owner = fields.Integer(dump_only=True, attribute="owner_id", allow_none=True)
    currency = fields.String(dump_only=True)
    potential = fields.Decimal(dump_only=True, allow_none=True)
    amount = fields.Decimal(dump_only=True, allow_none=True)
    potential_base = fields.Decimal(dump_only=True, allow_none=True)
    amount_base = fields.Decimal(dump_only=True, allow_none=True)
    loss_reason = fields.Integer(dump_only=True, attribute="loss_reason_id", allow_none=True)
    loss_note = fields.String(dump_only=True)
    reopened_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    reopen_note = fields.String(dump_only=True)


def opening_schema(_crm: CRM) -> type[Schema]:
    """Returns the schema of a deal that is being opened, with the lines of its demand."""

    # As the API knows the schema of a deal, so that its description holds one of each.
    class DealToOpen(schema_class(deal_schema)):
        demand = fields.List(fields.Nested(LineSchema), load_default=list)

    return DealToOpen


def _search(text: str) -> Expression:
    return Deal.title.contains(text) | (Deal.number == text)


DEALS = Resource("deals", Deal, deal_schema, visible_deals, entity="deal", search=_search, order="-id")
VISITS = Resource("visits", StageVisit, VisitSchema, lambda _reader: StageVisit.select())
CLOSINGS = Resource("closings", Closing, ClosingSchema, lambda _reader: Closing.select())


@blueprint.list("/deals", DEALS)
@needs("deals.read")
def list_deals() -> Response:
    """Lists deals."""
    return listing(DEALS)


@blueprint.post("/deals", DEALS, opening_schema)
@needs("deals.write")
def add_deal(values: dict[str, Any]) -> Response:
    """Opens a deal at the first stage of its type, with what the client wants where the type asks for it."""
    return answer(DEALS, services.open_deal(crm(), **opening_facts(values)), 201)


@blueprint.get(f"/deals/<{ID}:deal_id>", DEALS)
@needs("deals.read")
def get_one_deal(deal_id: int) -> Response:
    """Shows a deal."""
    return answer(DEALS, services.get_deal(crm(), user(), deal_id))


@blueprint.change(f"/deals/<{ID}:deal_id>", DEALS)
@needs("deals.write")
def patch_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Changes the given facts of a deal; its stage and state change by the actions."""
    deal = services.get_deal(crm(), user(), deal_id)
    if values.get("owner_id", deal.owner_id) not in (deal.owner_id, user().id):
        require(user(), "deals.hand_over")
    if "properties" in values:
        values["properties"] = merged_values("deal", deal.properties, values["properties"])
    values.update(_links(values))
    with guard(DEALS, deal):
        deal = services.change_deal(crm(), deal, _renamed(values), version=deal.version)
    return answer(DEALS, deal)


@blueprint.delete(f"/deals/<{ID}:deal_id>")
@needs("deals.delete")
def remove_deal(deal_id: int) -> Response:
    """Puts a deal into the trash."""
    deal = services.get_deal(crm(), user(), deal_id)
    with guard(DEALS, deal):
        services.delete_deal(crm(), deal, version=deal.version)
    return gone()


@blueprint.act(f"/deals/<{ID}:deal_id>/move", DEALS, MoveSchema)
@needs("deals.write")
def move_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Moves a deal to another stage of its type."""
    return act(deal_id, lambda deal: services.move(crm(), deal, values["stage"], version=deal.version))


@blueprint.act(f"/deals/<{ID}:deal_id>/win", DEALS, WinDealSchema)
@needs("deals.write")
def win_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Marks a deal as won; without an amount it brought its potential."""
    facts = {"amount": values.get("amount"), "demand": answers(values["demand"])}
    return act(deal_id, lambda deal: services.win(crm(), deal, version=deal.version, **facts))


@blueprint.act(f"/deals/<{ID}:deal_id>/lose", DEALS, LoseDealSchema)
@needs("deals.write")
def lose_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Marks a deal as lost, with its reason."""
    facts = {"note": values["note"], "demand": answers(values["demand"])}
    return act(deal_id, lambda deal: services.lose(crm(), deal, values["reason"], version=deal.version, **facts))


@blueprint.act(f"/deals/<{ID}:deal_id>/reopen", DEALS, ReopenSchema)
@needs("deals.write")
def reopen_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Opens a closed deal again where it stood."""
    return act(deal_id, lambda deal: services.reopen(crm(), deal, values["note"], version=deal.version))


@blueprint.act(f"/deals/<{ID}:deal_id>/hold", DEALS, HoldSchema)
@needs("deals.write")
def hold_deal(values: dict[str, Any], deal_id: int) -> Response:
    """Puts an open deal aside until a day."""
    return act(deal_id, lambda deal: services.hold(crm(), deal, values["until"], version=deal.version))


@blueprint.act(f"/deals/<{ID}:deal_id>/resume", DEALS)
@needs("deals.write")
def resume_deal(deal_id: int) -> Response:
    """Ends the hold of a deal."""
    return act(deal_id, lambda deal: services.resume(crm(), deal, version=deal.version))


@blueprint.act(f"/deals/<{ID}:deal_id>/hand-over", DEALS, HandOverSchema)
@needs("deals.hand_over")
def hand_deal_over(values: dict[str, Any], deal_id: int) -> Response:
    """Gives an open deal to another owner."""
    owner = get_user(values["owner"])
    return act(deal_id, lambda deal: services.hand_over(crm(), deal, owner, version=deal.version))


@blueprint.list(f"/deals/<{ID}:deal_id>/visits", VISITS)
@needs("deals.read")
def list_visits(deal_id: int) -> Response:
    """Lists the stages at which a deal stood, in order."""
    deal = services.get_deal(crm(), user(), deal_id)
    return listing(VISITS, StageVisit.select().where(StageVisit.deal == deal.id))


@blueprint.list(f"/deals/<{ID}:deal_id>/closings", CLOSINGS)
@needs("deals.read")
def list_closings(deal_id: int) -> Response:
    """Lists when a deal was won or lost; a re-opened deal has several."""
    deal = services.get_deal(crm(), user(), deal_id)
    return listing(CLOSINGS, Closing.select().where(Closing.deal == deal.id))


def opening_facts(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what was sent as `open_deal` takes it; raises NotAllowed for an owner whom the user may not choose."""
    facts = {**_links(values), "deal_type": get_type(values.pop("deal_type_id"))}
    facts["wishes"] = wishes(values.pop("demand"))
    owner = facts.get("owner")
    if owner is not None and owner.id != user().id:
        require(user(), "deals.hand_over")
    properties = merged_values("deal", {}, values.pop("properties", {}))
    return {**values, **facts, "properties": properties}


def act(deal_id: int, action: Callable[[Deal], Deal]) -> Response:
    """Returns the answer of a guarded action on a deal that the user sees."""
    deal = services.get_deal(crm(), user(), deal_id)
    with guard(DEALS, deal):
        deal = action(deal)
    return answer(DEALS, deal)


def _links(values: dict[str, Any]) -> dict[str, Any]:
    """Takes the ids of links out of the values and returns their records; those that the user sees, or NotFound."""
    readers: dict[str, Callable[[int], Any]] = {
        "client": lambda one: get_client(crm(), user(), one),
        "contact": lambda one: get_contact(crm(), user(), one),
        "owner": get_user,
        "source": Source.get_by_id,
    }
    found = {}
    for name, read in readers.items():
        if f"{name}_id" in values:
            record_id = values.pop(f"{name}_id")
            found[name] = None if record_id is None else read(record_id)
    return found


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    if "deal_type_id" in values:
        values["type"] = values.pop("deal_type_id")
    return values
