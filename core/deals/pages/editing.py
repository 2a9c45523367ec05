"""Making a deal, and changing its facts."""

import re
from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.clients.models import Client, Contact, Source
from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.deals import services
from core.deals.changes import FROZEN
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.schemas import deal_form
from core.errors import Conflict
from core.i18n import Text, _
from core.stages.services import all_types, get_type
from core.users.access import visible_to
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page

SUGGESTIONS = 12
# A client chosen from the suggestions: its name and number.
_CHOSEN = re.compile(r"^.*\s·\s(\d+)$")


@blueprint.route("/new", methods=["GET", "POST"])
@needs("deals.write")
def new() -> str | Response:
    """Makes a deal; `client` and `type` of the address are filled in."""
    client = _client(request.args.get("client", ""))
    values = {"type": request.args.get("type", type=int) or _usual_type(), "owner": user().id, "currency": ""}
    if client is not None:
        values |= {"client": client_label(client), "title": request.args.get("title", "")}
    form = _form(deal_form(crm()), values, client, exclude=() if client else ("contact",))
    if request.method == "POST":
        with form.catching():
            deal = _open(form.read(_sent()))
            return go("deals.card", _("The deal is made."), deal_id=deal.id)
        form.rewrite("client", request.form.get("client", ""))
    return page("deals/edit.html", deal=None, form=form, typed_client=request.form.get("client"))


@blueprint.route("/<int:deal_id>/edit", methods=["GET", "POST"])
@needs("deals.write")
def edit(deal_id: int) -> str | Response:
    """Shows and changes the facts of a deal; what a closing has frozen is left out."""
    deal = shown_deal(deal_id)
    frozen = () if deal.is_open else [name.removesuffix("_id") for name in FROZEN]
    form = _form(deal_form(crm()), _values(deal), deal.client, exclude=("type", *frozen))
    version = request.form.get("version", type=int, default=deal.version)
    if request.method == "POST":
        with form.catching():
            try:
                services.change_deal(crm(), deal, form.read(_sent()), version=version)
                return go("deals.card", _("Saved."), deal_id=deal.id)
            except Conflict as conflict:
                form.errors, form.sentence = _both_values(conflict), str(conflict)
                version = deal.version
        form.rewrite("client", request.form.get("client", ""))
    return page("deals/edit.html", deal=deal, form=form, version=version, typed_client=request.form.get("client"))


@blueprint.get("/clients")
@needs("deals.write")
def client_options() -> str:
    """Shows the clients whose name holds what was typed, as suggestions."""
    text = request.args.get("client", "").strip()
    query = Client.select().where(Client.deleted_at.is_null(), visible_to(user(), Client.owner))
    found = query.where(Client.name.contains(text)).order_by(Client.name_key).limit(SUGGESTIONS) if text else ()
    return page("deals/_clients.html", labels=[client_label(client) for client in found])


def client_label(client: Client) -> str:
    """Returns how a client stands in the suggestions: by name and number, since names repeat."""
    return f"{client.name} · {client.id}"


def _form(schema: type[Schema], values: dict[str, Any], client: Client | None, exclude: tuple[str, ...]) -> SchemaForm:
    contacts: list[tuple[int, Text]] = []
    if client is not None:
        found = Contact.select().where(Contact.client == client.id, Contact.deleted_at.is_null())
        contacts = [(one.id, one.name) for one in found.order_by(Contact.name)]
    return SchemaForm(schema(exclude=exclude), values, choices={"contact": contacts})


def _sent() -> MultiDict:
    """Returns the sent form with the client by its number; a name that fits nobody stays and is refused."""
    sent = request.form.copy()
    if "client" in sent:
        client = _client(sent["client"])
        sent["client"] = str(client.id) if client else "0" if sent["client"].strip() else ""
    return sent


def _usual_type() -> int | None:
    """Returns the type of the deal that the user owns and opened last, else the first that may be used."""
    used = {one.id for one in all_types(only_used=True)}
    last = Deal.select(Deal.deal_type).where(Deal.owner == user().id, Deal.deal_type.in_(used)).order_by(Deal.id.desc())
    return next((row[0] for row in last.limit(1).tuples()), min(used, default=None))


def _client(text: str) -> Client | None:
    """Returns the visible client that was chosen by number, by suggestion, or by its whole name."""
    text = text.strip()
    chosen = _CHOSEN.match(text)
    number = chosen[1] if chosen else text if text.isdecimal() else ""
    visible = Client.select().where(Client.deleted_at.is_null(), visible_to(user(), Client.owner))
    if number:
        return visible.where(Client.id == int(number)).first()
    found = list(visible.where(Client.name == text).limit(2)) if text else []
    return found[0] if len(found) == 1 else None


def _open(values: dict[str, Any]) -> Deal:
    """Opens the deal that a form says."""
    contact, source, owner = values.get("contact_id"), values.get("source_id"), values.get("owner_id")
    return services.open_deal(
        crm(),
        title=values["title"],
        client=Client.get_by_id(values["client_id"]),
        contact=Contact.get_by_id(contact) if contact else None,
        deal_type=get_type(values["deal_type_id"]),
        owner=get_user(owner) if owner else None,
        source=Source.get_by_id(source) if source else None,
        **{name: values[name] for name in _PLAIN if name in values},
    )


_PLAIN = ("potential", "currency", "expected_on", "note", "properties")


def _values(deal: Deal) -> dict[str, Any]:
    properties = typed_values(properties_of("deal"), deal.properties, "properties.")
    links = {"contact": deal.contact_id, "owner": deal.owner_id, "source": deal.source_id}
    plain = {name: getattr(deal, name) for name in ("title", "potential", "currency", "expected_on", "note")}
    return {**plain, **links, **properties, "client": client_label(deal.client)}


def _both_values(conflict: Conflict) -> dict[str, list[str]]:
    """Returns, for each field where the two differ, a sentence with what the other one has saved."""
    differing = {name: value for name, value in conflict.theirs.items() if conflict.mine.get(name) != value}
    return {
        name.removesuffix("_id"): [_("Meanwhile somebody saved “%(value)s”. Saving again puts yours.", value=value)]
        for name, value in differing.items()
    }
