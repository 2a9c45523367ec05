"""The list of clients, and the trash."""

from typing import Any

from peewee import JOIN, Expression
from werkzeug.wrappers import Response

from core.clients.bulk import change_clients, delete_clients
from core.clients.models import Client
from core.clients.pages.blueprint import blueprint, shown_client
from core.clients.search import matches
from core.clients.services import restore_client
from core.clients.words import STATUS_COLOURS
from core.contacts import format_phone
from core.i18n import _, lazy
from core.users.access import visible_to
from core.users.models import User
from core.web.asked import page_number
from core.web.context import crm, needs, user
from core.web.lists.definition import Empty, ListPage, quick_filters
from core.web.lists.show import show
from core.web.pages import go, page

TRASH_PAGE = 50


def search(source: Any, text: str) -> Expression:
    """Returns the condition of a search, phones being read in the way of the company's country."""
    return matches(source, text, crm().config.country)


CLIENTS = ListPage(
    name="clients",
    entity="client",
    title=lazy("Clients"),
    columns=("name", "status", "city", "phone", "owner", "next_contact_on", "changed_at"),
    title_column="name",
    search=search,
    search_hint=lazy("Name, contact, phone, e-mail or tax number"),
    card="clients.card",
    card_argument="client_id",
    new="clients.new",
    new_label=lazy("New client"),
    sort="name",
    sorts={"name": "name_key", "changed_at": "changed_at"},
    colours={"status": STATUS_COLOURS},
    written={"phone": format_phone},
    quick=quick_filters(
        ("mine", lazy("My clients"), {"field": "owner", "op": "equal", "value": "me"}),
        ("companies", lazy("Companies"), {"field": "kind", "op": "equal", "value": "company"}),
        ("persons", lazy("Persons"), {"field": "kind", "op": "equal", "value": "person"}),
        (
            "due",
            lazy("To contact now"),
            {"field": "next_contact_on", "op": "less_equal", "value": {"period": "today"}},
        ),
        ("with_deals", lazy("With open deals"), {"field": "deals.state", "op": "equal", "value": "open"}),
        ("ownerless", lazy("Without owner"), {"field": "owner", "op": "empty"}),
    ),
    groups=("status", "owner", "owner.team", "region", "city", "source", "categories", "kind", "created_at:month"),
    mass_edit=("status", "owner", "source", "region", "city", "country", "next_contact_on", "next_need_on"),
    change=change_clients,
    delete=delete_clients,
    permissions={
        "read": "clients.read",
        "write": "clients.write",
        "delete": "clients.delete",
        "export": "clients.export",
    },
    empty=Empty(
        "building",
        lazy("No clients yet"),
        lazy("Clients are the companies and persons you sell to. Type the first one, or bring in a list from Excel."),
        "clients.new",
        lazy("Make the first client"),
    ),
)


@blueprint.route("/", methods=["GET", "POST"])
@needs("clients.read")
def index() -> Response | str:
    """Shows the list of clients."""
    return show(CLIENTS)


@blueprint.get("/trash")
@needs("clients.delete")
def trash() -> str:
    """Shows what was deleted, the newest first, without those that were merged into others."""
    number = page_number()
    query = Client.select(Client, User).join(User, JOIN.LEFT_OUTER)
    query = query.where(
        Client.deleted_at.is_null(False), Client.merged_into_id.is_null(), visible_to(user(), Client.owner)
    )
    rows = list(query.order_by(Client.deleted_at.desc()).offset((number - 1) * TRASH_PAGE).limit(TRASH_PAGE + 1))
    return page("clients/trash.html", clients=rows[:TRASH_PAGE], has_more=len(rows) > TRASH_PAGE, number=number)


@blueprint.post("/<int:client_id>/restore")
@needs("clients.delete")
def restore(client_id: int) -> Response:
    """Takes a client out of the trash."""
    client = shown_client(client_id, with_deleted=True)
    restore_client(crm(), client)
    return go("clients.card", _("%(name)s is back.", name=client.name), client_id=client.id)
