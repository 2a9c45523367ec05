"""The pages of contacts: adding, changing, deleting the persons at a client."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.clients import contacts
from core.clients.models import Contact, ContactPoint
from core.clients.pages.blueprint import blueprint, shown_client
from core.clients.schemas import ContactSchema
from core.errors import Conflict
from core.i18n import _
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page


@blueprint.route("/<int:client_id>/contacts/new", methods=["GET", "POST"])
@needs("clients.write")
def new_contact(client_id: int) -> str | Response:
    """Adds a contact."""
    client = shown_client(client_id)
    form = SchemaForm(ContactSchema, {})
    if request.method == "POST":
        with form.catching():
            made = contacts.create_contact(crm(), client, **form.read(request.form))
            return go("clients.card", _("%(name)s is added.", name=made.name), client_id=client.id)
    return page("clients/contact.html", client=client, contact=None, form=form)


@blueprint.route("/contacts/<int:contact_id>", methods=["GET", "POST"])
@needs("clients.write")
def edit_contact(contact_id: int) -> str | Response:
    """Shows and changes a contact."""
    contact = contacts.get_contact(crm(), user(), contact_id)
    form = SchemaForm(ContactSchema, _form_values(contact))
    version = contact.version
    if request.method == "POST":
        version = request.form.get("version", 0, int)
        with form.catching():
            try:
                contacts.change_contact(crm(), contact, form.read(request.form), version=version)
            except Conflict as conflict:
                # What was typed stays in the form; sent again, it is written over what the other person saved.
                form.sentence = str(_("Somebody changed this contact while you did. Check the values and save again."))
                return page(
                    "clients/contact.html",
                    client=contact.client,
                    contact=contact,
                    form=form,
                    version=contact.version,
                    theirs=conflict.theirs,
                )
            return go("clients.card", _("Saved."), client_id=contact.client_id)
    return page("clients/contact.html", client=contact.client, contact=contact, form=form, version=version)


@blueprint.post("/contacts/<int:contact_id>/delete")
@needs("clients.write")
def delete_contact(contact_id: int) -> Response:
    """Deletes a contact."""
    contact = contacts.get_contact(crm(), user(), contact_id)
    contacts.delete_contact(crm(), contact)
    return go("clients.card", _("%(name)s is deleted.", name=contact.name), client_id=contact.client_id)


def _form_values(contact: Contact) -> dict[str, Any]:
    points = ContactPoint.select().where(ContactPoint.contact == contact)
    points = list(points.order_by(ContactPoint.is_primary.desc(), ContactPoint.id))
    return {
        **{name: getattr(contact, name) for name in contacts.FACTS},
        "phones": [one.raw for one in points if one.kind == "phone"],
        "emails": [one.raw for one in points if one.kind == "email"],
    }
