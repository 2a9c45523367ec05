"""The card of a client: its facts, contacts, consents, deals, tasks, files, all that happened, panels of plugins."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request
from peewee import JOIN, fn
from werkzeug.wrappers import Response

from core.clients.consent import consents_of, record_consent
from core.clients.contacts import contacts_of
from core.clients.models import Client, ContactPoint, Property
from core.clients.pages.blueprint import blueprint, shown_client
from core.clients.points import points_of
from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.clients.schemas import ConsentSchema
from core.clients.services import categories_of, delete_client
from core.clients.words import CHANNELS, KINDS, STATUS_COLOURS, STATUSES
from core.deals.models import Deal
from core.i18n import _
from core.process.services import proposed_on
from core.stages.models import Stage
from core.store.fields import money_sum
from core.tasks.reading import tasks_of_client
from core.users.access import visible_to
from core.users.models import User
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page
from core.web.panels import shown_actions, shown_panels, shown_tabs

MOST_DEALS = 30


@dataclass(frozen=True)
class Deals:
    """The client's deals, open ones first, with how many and how much of each state in the company's currency."""

    shown: list[Deal]
    counts: dict[str, int]
    sums: dict[str, Decimal | None]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.counts.values())


@blueprint.get("/<int:client_id>")
@needs("clients.read")
def card(client_id: int) -> str | Response:
    """Shows a client; one that was merged away leads to the one it is part of."""
    client = shown_client(client_id, with_deleted=True)
    if client.merged_into_id:
        message = _("%(name)s was merged into this client.", name=client.name)
        return go("clients.card", message, client_id=client.merged_into_id)
    properties, tasks = properties_of("client"), tasks_of_client(user(), client)
    return page(
        "clients/card.html",
        client=client,
        contacts=contacts_of(client),
        points=_points_by_owner(points_of([client.id])),
        categories=categories_of(client),
        consents=consents_of(client),
        deals=deals_of(user(), client),
        tasks=tasks,
        proofs=proposed_on(tasks),
        properties=_shown_properties(properties, client),
        panels=shown_panels("client_panels", client=client),
        actions=shown_actions("client", client),
        tabs=shown_tabs("client", client),
        today=crm().today(),
        now=crm().clock.now(),
        words={"kinds": KINDS, "statuses": STATUSES, "colours": STATUS_COLOURS, "channels": CHANNELS},
    )


@blueprint.post("/<int:client_id>/delete")
@needs("clients.delete")
def delete(client_id: int) -> Response:
    """Moves a client into the trash."""
    client = shown_client(client_id)
    delete_client(crm(), client)
    return go("clients.index", _("%(name)s is in the trash.", name=client.name))


@blueprint.post("/<int:client_id>/consents")
@needs("clients.write")
def consent(client_id: int) -> Response:
    """Notes what the client said about a channel."""
    client = shown_client(client_id)
    values = SchemaForm(ConsentSchema).read(request.form)
    record_consent(crm(), client, values["channel"], is_given=values["is_given"], how=values["how"])
    return go("clients.card", _("Noted."), client_id=client.id)


def deals_of(reader: User, client: Client) -> Deals:
    """Returns the deals of a client that the reader sees: in one query, or in two if there are very many."""
    seen = (Deal.client == client) & Deal.deleted_at.is_null() & visible_to(reader, Deal.owner)
    query = Deal.select(Deal, Stage, User).join(Stage, JOIN.LEFT_OUTER).join_from(Deal, User, JOIN.LEFT_OUTER)
    order = (Deal.closed_at.is_null().desc(), Deal.opened_at.desc(), Deal.id.desc())
    shown = list(query.where(seen).order_by(*order).limit(MOST_DEALS + 1))
    if len(shown) <= MOST_DEALS:
        rows = [(deal.state, 1, _worth(deal)) for deal in shown]
    else:
        worth = fn.COALESCE(Deal.amount_base, Deal.potential_base, coerce=False)
        found = Deal.select(Deal.state, fn.COUNT(Deal.id), money_sum(worth)).where(seen).group_by(Deal.state)
        rows = list(found.tuples())
    counts: dict[str, int] = {}
    sums: dict[str, Decimal | None] = {}
    for state, count, total in rows:
        counts[state] = counts.get(state, 0) + count
        # A sum of nothing known is not known either.
        sums[state] = sums.get(state) if total is None else (sums.get(state) or 0) + total
    return Deals(shown[:MOST_DEALS], counts, sums)


def _worth(deal: Deal) -> Decimal | None:
    return deal.potential_base if deal.amount_base is None else deal.amount_base


def _points_by_owner(points: list[ContactPoint]) -> dict[int | None, dict[str, list[ContactPoint]]]:
    """The points of the client itself (None) and of each contact, by kind."""
    found: dict[int | None, dict[str, list[ContactPoint]]] = {}
    for point in points:
        kinds = found.setdefault(point.contact_id, {"phone": [], "email": []})
        kinds[point.kind].append(point)
    return found


def _shown_properties(properties: list[Property], client: Client) -> list[tuple[Property, Any]]:
    """Each property with its value; a user with its name."""
    values = typed_values(properties, client.properties)
    wanted = [values[one.key] for one in properties if one.kind == "user" and one.key in values]
    names = dict(User.select(User.id, User.name).where(User.id.in_(wanted)).tuples()) if wanted else {}
    return [
        (one, names.get(values[one.key]) if one.kind == "user" else values[one.key])
        for one in properties
        if one.key in values
    ]
