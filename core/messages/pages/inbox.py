"""The inbox: what came in and waits, from clients and from unknown addresses, which are given to a client here."""

from flask import request, url_for
from werkzeug.wrappers import Response

from core.clients.contacts import get_contact
from core.clients.services import get_client
from core.i18n import ngettext
from core.interactions.register_pages import clients_found, clients_of_late
from core.messages.attachments import load_files
from core.messages.inbox import assign, waiting_messages
from core.messages.models import Message
from core.messages.pages.blueprint import blueprint, shown_message
from core.web.asked import page_number
from core.web.context import crm, needs, user
from core.web.pages import go, is_htmx, page

PAGE = 30


@blueprint.get("/inbox")
@needs("clients.read")
def inbox() -> str:
    """Shows what waits, the newest first; for unknown senders with the ways to make them known."""
    number = page_number()
    found = list(waiting_messages(user()).offset((number - 1) * PAGE).limit(PAGE + 1))
    load_files(found)
    makers = {one.id: url_for("clients.new", **_asked(one)) for one in found if one.client_id is None}
    shown = {"messages": found[:PAGE], "has_more": len(found) > PAGE, "number": number, "makers": makers}
    return page("messages/inbox.html", channels=crm().channels, **shown)


@blueprint.route("/<int:message_id>/assign", methods=["GET", "POST"])
@needs("clients.write")
def assign_to(message_id: int) -> str | Response:
    """Asks whose the message of an unknown address is, and gives it to that client."""
    message = shown_message(message_id)
    if request.method == "POST":
        client = get_client(crm(), user(), request.form.get("client", 0, int))
        contact_id = request.form.get("contact", 0, int)
        contact = get_contact(crm(), user(), contact_id) if contact_id else None
        count = assign(crm(), message, client, contact, keeps_address=request.form.get("keeps_address") != "no")
        words = ngettext(
            "One message now belongs to %(name)s.", "%(n)s messages now belong to %(name)s.", count, name=client.name
        )
        return go("messages.inbox", words)
    text = request.args.get("q", "").strip()
    shown = {"message": message, "clients": clients_found(text) if text else clients_of_late(), "text": text}
    if request.args.get("part"):
        return page("messages/_owners.html", **shown)
    return page("messages/_assign.html" if is_htmx() else "messages/assign.html", **shown)


def _asked(message: Message) -> dict[str, str]:
    """Returns what the form of a new client is to hold already."""
    channel = crm().channels.get(message.channel)
    return {channel.address_kind: message.address} if channel and channel.address_kind in ("phone", "email") else {}
