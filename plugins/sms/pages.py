"""The page of gateways: which there are, their forms, and what to enter at the provider."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.api import SchemaForm, go, needs, page, present_crm
from core.api import gettext as _
from plugins.sms import gateways, standing
from plugins.sms.models import Gateway
from plugins.sms.providers import KINDS, SMPP, provider_of
from plugins.sms.schemas import GatewaySchema
from plugins.sms.trying import try_gateway

blueprint = Blueprint("sms", __name__, template_folder="templates")


@blueprint.get("/")
@needs("admin.settings")
def index() -> str:
    """Shows the gateways in the order in which they are tried, and how they are."""
    crm = present_crm()
    shown = {"lately": standing.lately(crm), "troubles": standing.troubles(crm)}
    return page("sms/gateways.html", gateways=gateways.all_gateways(), kinds=KINDS, **shown)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.settings")
def new() -> str | Response:
    """Asks for a new gateway and keeps it."""
    return _form(None)


@blueprint.route("/<int:gateway_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(gateway_id: int) -> str | Response:
    """Shows a gateway, with what its provider must know, and saves it."""
    return _form(gateways.get_gateway(gateway_id))


@blueprint.post("/<int:gateway_id>/delete")
@needs("admin.settings")
def delete(gateway_id: int) -> Response:
    """Deletes a gateway by which nothing went yet."""
    gateway = gateways.get_gateway(gateway_id)
    gateways.delete_gateway(present_crm(), gateway)
    return go("sms.index", _("The gateway “%(name)s” is deleted.", name=gateway.name))


@blueprint.post("/<int:gateway_id>/try")
@needs("admin.settings")
def try_it(gateway_id: int) -> str | Response:
    """Tells whether the gateway answers, beside its form."""
    gateway = gateways.get_gateway(gateway_id)
    form = SchemaForm(GatewaySchema, gateway)
    with form.catching():
        return go("sms.edit", try_gateway(present_crm(), gateway), gateway_id=gateway_id)
    return _page(form, gateway)


def _form(gateway: Gateway | None) -> str | Response:
    form = SchemaForm(GatewaySchema, gateway)
    if request.method == "POST":
        with form.catching():
            saved = gateways.save_gateway(present_crm(), gateway, form.read(request.form))
            return go("sms.edit", _("Saved."), gateway_id=saved.id)
    return _page(form, gateway)


def _page(form: SchemaForm, gateway: Gateway | None) -> str:
    has_address = bool(present_crm().config.base_url)
    return page("sms/gateway.html", form=form, gateway=gateway, calls=_calls(gateway), has_address=has_address)


def _calls(gateway: Gateway | None) -> list[str]:
    """Returns the addresses that an HTTP gateway's provider must be told."""
    if gateway is None or gateway.kind == SMPP:
        return []
    base = present_crm().config.base_url.rstrip("/") or request.host_url.rstrip("/")
    return [base + url_for("sms_callbacks.incoming", token=gateway.token) + provider_of(gateway.kind).INCOMING]
