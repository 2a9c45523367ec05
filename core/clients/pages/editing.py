"""Making a client and changing its facts; both values are shown where two people changed one."""

from collections.abc import Iterable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.clients.models import Client, ContactPoint
from core.clients.pages.blueprint import blueprint, shown_client
from core.clients.points import points_of
from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.clients.schemas import client_form
from core.clients.services import FACTS, categories_of, change_client, changed_since, create_client
from core.errors import Conflict
from core.i18n import _
from core.interactions.telling import tell_values
from core.store.audit import as_json
from core.users.access import require
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page

POINTS = ("phones", "emails")
# Before the name of a field that two people changed, in the form that asks whose value stays.
MARK = "stays:"


@blueprint.route("/new", methods=["GET", "POST"])
@needs("clients.write")
def new() -> str | Response:
    """Makes a client; the one who makes it owns it unless another one is chosen."""
    form = SchemaForm(client_form(crm()), {"kind": "company", "status": "prospect", "owner": user().id, **_asked()})
    if request.method == "POST":
        with form.catching():
            values = form.read(request.form)
            _require_own(values, None)
            client = create_client(crm(), **values)
            return go("clients.card", _("%(name)s is made.", name=client.name), client_id=client.id)
    return page("clients/edit.html", client=None, form=form)


@blueprint.route("/<int:client_id>/edit", methods=["GET", "POST"])
@needs("clients.write")
def edit(client_id: int) -> str | Response:
    """Shows and saves the facts; if somebody was quicker, asks for each field whose value stays."""
    client = shown_client(client_id)
    form = SchemaForm(client_form(crm()), _form_values(client))
    version = client.version
    if request.method == "POST":
        version = request.form.get("version", 0, int)
        with form.catching():
            values = _chosen(_with_labels(client, form.read(request.form)))
            _require_own(values, client)
            try:
                change_client(crm(), client, values, version=version)
            except Conflict as conflict:
                both, untouched = _sides(client, version, conflict)
                if both:
                    return _conflict_page(client, both, untouched, str(conflict))
                change_client(crm(), client, _without(values, untouched), version=client.version)
            return go("clients.card", _("Saved."), client_id=client.id)
    return page("clients/edit.html", client=client, form=form, version=version)


@blueprint.get("/point")
@needs("clients.write")
def point() -> str:
    """Shows one more empty input for a phone or an e-mail."""
    return page("clients/point.html", name=request.args.get("name", "phones"))


def _asked() -> dict[str, Any]:
    """What a link to the form has filled in already: a caller's number, a name searched for in vain."""
    return {
        "name": request.args.get("name", ""),
        "phones": request.args.getlist("phone"),
        "emails": request.args.getlist("email"),
    }


def _form_values(client: Client) -> dict[str, Any]:
    points = [one for one in points_of([client.id]) if one.contact_id is None]
    return {
        **{name.removesuffix("_id"): getattr(client, name) for name in FACTS},
        "phones": [one.raw for one in points if one.kind == "phone"],
        "emails": [one.raw for one in points if one.kind == "email"],
        "categories": [one.id for one in categories_of(client)],
        **typed_values(properties_of("client"), client.properties, "properties."),
    }


def _with_labels(client: Client, values: dict[str, Any]) -> dict[str, Any]:
    """The form shows no labels of points, so those that stay keep theirs; the first one becomes the main one."""
    known = {(one.kind, one.raw): one.label for one in ContactPoint.select().where(ContactPoint.client == client)}
    for name in POINTS:
        for place, one in enumerate(values.get(name, ())):
            one["label"] = known.get((name[:-1], one["value"]), "")
            one["is_primary"] = place == 0
    return values


def _chosen(values: dict[str, Any]) -> dict[str, Any]:
    """Leaves out the fields whose value of the other person was chosen to stay."""
    marks = [name for name, value in request.form.items() if name.startswith(MARK) and value == "theirs"]
    return _without(values, [mark.removeprefix(MARK) for mark in marks])


def _without(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    gone = set(names)
    kept = {name: value for name, value in values.items() if name not in gone}
    if "properties" in kept:
        properties = kept["properties"].items()
        kept["properties"] = {key: value for key, value in properties if f"properties.{key}" not in gone}
    return kept


def _sides(client: Client, version: int, conflict: Conflict) -> tuple[dict[str, tuple[Any, Any]], list[str]]:
    """Returns {field: (mine, theirs)} of what both changed, and the fields that only the other person changed."""
    earlier = changed_since(client, version)
    untouched = [name for name, value in conflict.mine.items() if name in earlier and as_json(value) == earlier[name]]
    both = [name for name in conflict.mine if name in earlier and name not in untouched]
    return {name: (conflict.mine[name], conflict.theirs[name]) for name in both}, untouched


def _require_own(values: dict[str, Any], client: Client | None) -> None:
    """A client is given to somebody else only by those who may hand over."""
    before = client.owner_id if client else user().id
    if values.get("owner_id", before) != before:
        require(user(), "deals.hand_over")


def _conflict_page(client: Client, both: dict[str, tuple[Any, Any]], untouched: list[str], sentence: str) -> str:
    sent = request.form.items(multi=True)
    kept = [
        (name, value) for name, value in sent if name not in ("csrf_token", "version") and name[: len(MARK)] != MARK
    ]
    kept += [(MARK + name, "theirs") for name in untouched]
    told = tell_values(crm(), "client", both)
    return page("clients/conflict.html", client=client, fields=told, kept=kept, mark=MARK, sentence=sentence)
