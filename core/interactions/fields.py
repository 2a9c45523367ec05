"""The fields of interactions, for lists, filters, groups and reports."""

from typing import Any

from peewee import Expression

from core.clients.models import Client
from core.deals.models import Deal
from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.interactions.models import Interaction
from core.interactions.words import DIRECTIONS, KINDS
from core.runtime import CRM
from core.users.access import visible_to

_FACTS = (
    Field("kind", lazy("Kind"), "choice", Interaction.kind, choices=tuple(KINDS.items())),
    Field("direction", lazy("Direction"), "choice", Interaction.direction, choices=tuple(DIRECTIONS.items())),
    Field("subject", lazy("Subject"), "text", Interaction.subject),
    Field("client", lazy("Client"), "link", Interaction.client, target="client"),
    Field("contact", lazy("Contact"), "link", Interaction.contact, target="contact"),
    Field("deal", lazy("Deal"), "link", Interaction.deal, target="deal"),
    Field("user", lazy("By whom"), "user", Interaction.user, target="user"),
    Field("at", lazy("When"), "moment", Interaction.at),
    Field("is_planned", lazy("Planned"), "bool", Interaction.is_planned),
    Field("minutes", lazy("Minutes"), "number", lambda source: source.duration_s / 60.0),
    Field("created_at", lazy("Noted"), "moment", Interaction.created_at),
)


def interaction_entity(crm: CRM) -> Entity:
    """Returns what can be asked of interactions; one is seen by who sees its client or its deal."""
    return Entity("interaction", lazy("Interaction"), Interaction, _FACTS, title="subject", there=_is_there, seen=_seen)


def _is_there(source: Any) -> Expression:
    return source.client << Client.select(Client.id).where(Client.deleted_at.is_null())


def _seen(user: Any, source: Any) -> Expression | None:
    if user.role.scope == "all":
        return None
    clients = Client.select(Client.id).where(visible_to(user, Client.owner))
    deals = Deal.select(Deal.id).where(visible_to(user, Deal.owner), Deal.deleted_at.is_null())
    return (source.client << clients) | (source.deal << deals)
