"""Changing the facts of a deal."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.clients.properties import properties_of
from core.clients.property_fields import typed_values
from core.deals import services
from core.deals.changes import FROZEN
from core.deals.models import Deal
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.forms import client_label, facts_form, sent_values
from core.deals.schemas import deal_form
from core.errors import Conflict
from core.i18n import _
from core.web.context import crm, needs
from core.web.pages import go, page


@blueprint.route("/<int:deal_id>/edit", methods=["GET", "POST"])
@needs("deals.write")
def edit(deal_id: int) -> str | Response:
    """Shows and changes the facts of a deal; what a closing has frozen is left out."""
    deal = shown_deal(deal_id)
    frozen = () if deal.is_open else [name.removesuffix("_id") for name in FROZEN]
    form = facts_form(deal_form(crm()), _values(deal), deal.client, exclude=("type", *frozen))
    version = request.form.get("version", type=int, default=deal.version)
    if request.method == "POST":
        with form.catching():
            try:
                services.change_deal(crm(), deal, form.read(sent_values()), version=version)
                return go("deals.card", _("Saved."), deal_id=deal.id)
            except Conflict as conflict:
                form.errors, form.sentence = _both_values(conflict), str(conflict)
                version = deal.version
        form.rewrite("client", request.form.get("client", ""))
    return page("deals/edit.html", deal=deal, form=form, version=version, typed_client=request.form.get("client"))


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
