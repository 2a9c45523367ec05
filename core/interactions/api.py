"""REST of interactions: calls, letters, meetings, notes and SMS."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.clients.services import get_client
from core.deals.api import DEALS, opening_facts, opening_schema
from core.interactions import services
from core.interactions.models import Interaction
from core.interactions.schemas import InteractionSchema
from core.runtime import CRM
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint
from core.web.rest.resources import schema_class

blueprint = rest_blueprint("interactions", "What passed between us and clients")
blueprints = (blueprint,)


def deal_of_interaction(_crm: CRM) -> type[Schema]:
    """Returns the schema of a deal made from an interaction: the client is known, and the title may follow from it."""

    class DealOfInteraction(schema_class(opening_schema)):
        title = fields.String(load_default="", validate=validate.Length(max=300))

        class Meta:
            exclude = ("client",)

    return DealOfInteraction


class HeldSchema(Schema):
    """What holding a planned interaction asks."""

    result = fields.String(load_default="", validate=validate.Length(max=20_000))


INTERACTIONS = Resource(
    "interactions",
    Interaction,
    InteractionSchema,
    services.visible_interactions,
    search=lambda text: Interaction.subject.contains(text),
    order="-at",
)


@blueprint.list("/interactions", INTERACTIONS)
@needs("clients.read")
def list_interactions() -> Response:
    """Lists interactions, the newest first."""
    return listing(INTERACTIONS)


@blueprint.post("/interactions", INTERACTIONS, InteractionSchema)
@needs("clients.write")
def add_interaction(values: dict[str, Any]) -> Response:
    """Notes an interaction with a client, held now unless told otherwise."""
    client = get_client(crm(), user(), values.pop("client_id"))
    return answer(INTERACTIONS, services.log_interaction(crm(), client, **values), 201)


@blueprint.get(f"/interactions/<{ID}:interaction_id>", INTERACTIONS)
@needs("clients.read")
def get_one_interaction(interaction_id: int) -> Response:
    """Shows an interaction."""
    return answer(INTERACTIONS, services.get_interaction(crm(), user(), interaction_id))


@blueprint.change(f"/interactions/<{ID}:interaction_id>", INTERACTIONS)
@needs("clients.write")
def patch_interaction(values: dict[str, Any], interaction_id: int) -> Response:
    """Changes the given fields of an interaction."""
    found = services.get_interaction(crm(), user(), interaction_id)
    with guard(INTERACTIONS, found):
        found = services.change_interaction(crm(), found, values)
    return answer(INTERACTIONS, found)


@blueprint.act(f"/interactions/<{ID}:interaction_id>/hold", INTERACTIONS, HeldSchema)
@needs("clients.write")
def hold_interaction(values: dict[str, Any], interaction_id: int) -> Response:
    """Marks a planned interaction as held, now if it was planned for later; what came of it is added to its text."""
    found = services.get_interaction(crm(), user(), interaction_id)
    with guard(INTERACTIONS, found):
        found = services.hold(crm(), found, values["result"])
    return answer(INTERACTIONS, found)


@blueprint.post(f"/interactions/<{ID}:interaction_id>/deal", DEALS, deal_of_interaction)
@needs("deals.write")
def make_deal_of_interaction(values: dict[str, Any], interaction_id: int) -> Response:
    """Opens a deal with the client, contact and subject of an interaction, which belongs to it from then on."""
    found = services.get_interaction(crm(), user(), interaction_id)
    return answer(DEALS, services.make_deal(crm(), found, **opening_facts(values)), 201)


@blueprint.delete(f"/interactions/<{ID}:interaction_id>")
@needs("clients.write")
def remove_interaction(interaction_id: int) -> Response:
    """Deletes an interaction; the history of changes keeps what it said."""
    found = services.get_interaction(crm(), user(), interaction_id)
    with guard(INTERACTIONS, found):
        services.delete_interaction(crm(), found)
    return gone()
