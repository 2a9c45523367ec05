"""Registering an interaction from anywhere: a dialog over any page, about the client or deal that the page shows."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from peewee import Select
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.clients.search import matches
from core.clients.services import get_client
from core.deals.models import Deal
from core.deals.services import get_deal
from core.errors import NotFound
from core.i18n import _
from core.interactions import services
from core.interactions.models import Interaction
from core.interactions.panels import contact_choices, deal_choices
from core.interactions.schemas import RegisterSchema
from core.interactions.words import BY_HAND, ICONS, KINDS
from core.store.reading import read_number
from core.users.access import visible_to
from core.web.context import crm, needs, page_arguments, user
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, is_htmx, page, toast

blueprint = Blueprint("register", __name__, template_folder="templates")
SUGGESTIONS = 8
# Among how many of the latest interactions of all users one's own clients of late are looked for.
_LATE = 2000
_OFFERED = 50
# The time of the next day that is offered for a plan.
_PLANNED = timedelta(hours=10)


@blueprint.get("")
@needs("clients.write")
def ask() -> str:
    """Shows the dialog, about the client and deal of the page from which it was opened, or of the address."""
    client, deal = _subject({**page_arguments(), **request.args.to_dict()})
    shown = {
        "kind": request.args.get("kind", "call"),
        "direction": "out",
        "state": "held",
        "planned_at": crm().day_start(crm().today() + timedelta(days=1)) + _PLANNED,
        "deal": deal,
        "contact": deal.contact_id if deal else None,
    }
    return _dialog(SchemaForm(RegisterSchema, shown, choices=_choices(client)), client)


@blueprint.post("")
@needs("clients.write")
def add() -> str | Response:
    """Notes the interaction and stays on the page; or leads on to the deal that is to be made of it."""
    client, _deal = _subject({f"{name}_id": request.form.get(name) for name in ("client", "deal")})
    form = SchemaForm(RegisterSchema, choices=_choices(client))
    with form.catching():
        values = form.read(request.form)
        client = _client(values.pop("client_id"), values.get("deal_id"))
        made = services.log_interaction(crm(), client, **_facts(values))
        if "and_deal" in request.form:
            return go("deals.new", _("%(kind)s noted.", kind=KINDS[made.kind]), interaction=made.id)
        return _noted(made, client)
    return _dialog(form, client)


@blueprint.get("/clients")
@needs("clients.write")
def clients() -> str:
    """Shows the clients that fit what was typed; before anything is typed, one's own of late."""
    text = request.args.get("q", "").strip()
    return page(
        "interactions/_register_clients.html", clients=clients_found(text) if text else clients_of_late(), text=text
    )


@blueprint.get("/client/<int:client_id>")
@needs("clients.write")
def client_part(client_id: int) -> str:
    """Shows the part of the dialog that is about a client, once it is chosen."""
    return _part(get_client(crm(), user(), client_id))


@blueprint.get("/client")
@needs("clients.write")
def nobody() -> str:
    """Shows that part as the search for a client."""
    return _part(None)


def clients_found(text: str) -> list[Client]:
    """Returns the first clients that the user sees whose name, phone, e-mail or tax number fits a text."""
    query = Client.select().where(Client.deleted_at.is_null(), visible_to(user(), Client.owner))
    query = query.where(matches(Client, text, crm().config.country))
    return list(query.order_by(Client.name_key).limit(SUGGESTIONS))


def clients_of_late() -> list[Client]:
    """Returns the clients with whom the user spoke last."""
    late = Interaction.select(
        Interaction.id.alias("id"), Interaction.client.alias("client_id"), Interaction.user.alias("user_id")
    )
    late = late.order_by(Interaction.id.desc()).limit(_LATE).alias("late")
    mine = Select((late,), (late.c.client_id,)).where(late.c.user_id == user().id).order_by(late.c.id.desc())
    seen = Client.deleted_at.is_null() & visible_to(user(), Client.owner)
    ids = list(dict.fromkeys(row[0] for row in mine.bind(Client._meta.database).tuples()))
    found = {one.id: one for one in Client.select().where(Client.id.in_(ids[:_OFFERED]), seen)}
    return [found[one] for one in ids if one in found][:SUGGESTIONS]


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what the form said as the service takes it."""
    planned_at, is_planned = values.pop("planned_at"), values.pop("state") == "planned"
    return {**values, "is_planned": is_planned, "at": planned_at if is_planned else values.get("at")}


def _dialog(form: SchemaForm, client: Client | None) -> str:
    template = "interactions/_register.html" if is_htmx() else "interactions/register.html"
    recent = () if client else clients_of_late()
    return page(template, form=form, client=client, recent=recent, kinds=BY_HAND, icons=ICONS)


def _part(client: Client | None) -> str:
    form = SchemaForm(RegisterSchema, {}, choices=_choices(client))
    return page(
        "interactions/_register_client.html", form=form, client=client, recent=() if client else clients_of_late()
    )


def _noted(made: Interaction, client: Client) -> str | Response:
    words = _("Planned: %(kind)s, %(client)s") if made.is_planned else _("Noted: %(kind)s, %(client)s")
    message = words % {"kind": KINDS[made.kind], "client": client.name}
    return toast("", message, also=("hinka:noted",)) if is_htmx() else go_to(f"/clients/{client.id}", message)


def _subject(names: dict[str, Any]) -> tuple[Client | None, Deal | None]:
    """Returns the client and deal of these arguments, as far as the user sees them."""
    client_id, deal_id = (read_number(names.get(name) or names.get(f"{name}_id")) for name in ("client", "deal"))
    try:
        deal = get_deal(crm(), user(), deal_id) if deal_id else None
        if deal is not None:
            return deal.client, deal
        return (get_client(crm(), user(), client_id) if client_id else None), None
    except NotFound:
        return None, None


def _client(client_id: int, deal_id: int | None) -> Client:
    """Returns the chosen client: who sees the deal may note what was said about it, whoever leads the client."""
    if deal_id:
        deal = get_deal(crm(), user(), deal_id)
        if deal.client_id == client_id:
            return deal.client
    return get_client(crm(), user(), client_id)


def _choices(client: Client | None) -> dict[str, list[tuple[int, str]]]:
    if client is None:
        return {}
    return {"contact": contact_choices(client), "deal": deal_choices(user(), client)}
