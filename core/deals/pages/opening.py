"""Opening a deal: by itself, or from an interaction, whose client, contact and subject it takes over."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.clients.models import Client, Contact, Source
from core.deals import services
from core.deals.demand import Wish, is_used
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint
from core.deals.pages.demand import DemandForm
from core.deals.pages.forms import client_label, facts_form, find_client, sent_values
from core.deals.schemas import deal_form
from core.i18n import _
from core.interactions.models import Interaction
from core.interactions.services import get_interaction, make_deal, suggested_title
from core.interactions.words import KINDS
from core.stages.models import DealType
from core.stages.services import all_types, get_type
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.pages import go, page

_PLAIN = ("potential", "currency", "expected_on", "note", "properties")


@blueprint.route("/new", methods=["GET", "POST"])
@needs("deals.write")
def new() -> str | Response:
    """Opens a deal; `client`, `type` and `title` of the address are filled in, or `interaction` says them."""
    interaction = _interaction()
    client = interaction.client if interaction else find_client(request.args.get("client", ""))
    form = facts_form(deal_form(crm()), _shown(client, interaction), client, exclude=() if client else ("contact",))
    rows = DemandForm(DealType.get_or_none(DealType.id == (request.form.get("type") or form["type"].value)))
    if request.method == "POST":
        rows.read(request.form)
        with form.catching():
            deal = _open(form.read(sent_values()), interaction, rows.wishes())
            return go("deals.card", _("The deal is made."), deal_id=deal.id)
        form.rewrite("client", request.form.get("client", ""))
    return page(
        "deals/edit.html", deal=None, form=form, typed_client=request.form.get("client"), interaction=interaction,
        kinds=KINDS, demand=rows, can_ask=is_used(crm()),
    )  # fmt: skip


def _interaction() -> Interaction | None:
    interaction_id = request.args.get("interaction", type=int)
    return get_interaction(crm(), user(), interaction_id) if interaction_id else None


def _shown(client: Client | None, interaction: Interaction | None) -> dict[str, Any]:
    shown = {"type": request.args.get("type", type=int) or _usual_type(), "owner": user().id, "currency": ""}
    if client is not None:
        shown |= {"client": client_label(client), "title": request.args.get("title", "")}
    if interaction is not None:
        shown |= {"title": suggested_title(interaction), "contact": interaction.contact_id}
    return shown


def _usual_type() -> int | None:
    """Returns the type of the deal that the user owns and opened last, else the first that may be used."""
    used = {one.id for one in all_types(only_used=True)}
    last = Deal.select(Deal.deal_type).where(Deal.owner == user().id, Deal.deal_type.in_(used)).order_by(Deal.id.desc())
    return next((row[0] for row in last.limit(1).tuples()), min(used, default=None))


def _open(values: dict[str, Any], interaction: Interaction | None, wishes: list[Wish]) -> Deal:
    """Opens the deal that a form says; one for the interaction's own client takes the interaction along."""
    contact, source, owner = values.get("contact_id"), values.get("source_id"), values.get("owner_id")
    facts = {
        "title": values["title"],
        "contact": Contact.get_by_id(contact) if contact else None,
        "deal_type": get_type(values["deal_type_id"]),
        "owner": get_user(owner) if owner else None,
        "source": Source.get_by_id(source) if source else None,
        "wishes": wishes,
        **{name: values[name] for name in _PLAIN if name in values},
    }
    if interaction is not None and interaction.client_id == values["client_id"]:
        return make_deal(crm(), interaction, **facts)
    return services.open_deal(crm(), client=Client.get_by_id(values["client_id"]), **facts)
