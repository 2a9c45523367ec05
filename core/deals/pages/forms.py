"""The form of a deal's facts, which opening and changing share: its fields, and the client found by what was typed."""

import re
from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from core.clients.models import Client, Contact
from core.deals.pages.blueprint import blueprint
from core.i18n import Text
from core.store.reading import read_number
from core.users.access import visible_to
from core.web.context import needs, user
from core.web.forms import SchemaForm
from core.web.pages import page

SUGGESTIONS = 12
# A client chosen from the suggestions: its name and number.
_CHOSEN = re.compile(r"^.*\s·\s(\d+)$")


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


def facts_form(
    schema: type[Schema], values: dict[str, Any], client: Client | None, exclude: tuple[str, ...]
) -> SchemaForm:
    """Returns the form, with the contacts of a client that is known already."""
    contacts: list[tuple[int, Text]] = []
    if client is not None:
        found = Contact.select().where(Contact.client == client.id, Contact.deleted_at.is_null())
        contacts = [(one.id, one.name) for one in found.order_by(Contact.name)]
    return SchemaForm(schema(exclude=exclude), values, choices={"contact": contacts})


def sent_values() -> MultiDict:
    """Returns the sent form with the client by its number; a name that fits nobody stays and is refused."""
    sent = request.form.copy()
    if "client" in sent:
        client = find_client(sent["client"])
        sent["client"] = str(client.id) if client else "0" if sent["client"].strip() else ""
    return sent


def find_client(text: str) -> Client | None:
    """Returns the visible client that was chosen by number, by suggestion, or by its whole name."""
    text = text.strip()
    chosen = _CHOSEN.match(text)
    number = read_number(chosen[1] if chosen else text)
    visible = Client.select().where(Client.deleted_at.is_null(), visible_to(user(), Client.owner))
    if number is not None:
        return visible.where(Client.id == number).first()
    found = list(visible.where(Client.name == text).limit(2)) if text else []
    return found[0] if len(found) == 1 else None
