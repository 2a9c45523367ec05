"""What gateways over HTTP tell us: receipts and incoming messages, at addresses that nobody can guess."""

import hmac
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden, NotFound

from core.api import foreign, present_crm, public, receive_message, report_state
from plugins.sms.gateways import all_gateways
from plugins.sms.models import Gateway
from plugins.sms.providers import SMPP, provider_of
from plugins.sms.tracking import CHANNEL

blueprint = Blueprint("sms_callbacks", __name__)


@blueprint.route("/<token>/receipt", methods=["GET", "POST"])
@public
@foreign
def receipt(token: str) -> Response:
    """Takes a receipt; what is none changes nothing."""
    gateway = _gateway_of(token)
    found = _provider_of(gateway).told(request.values.to_dict())
    if found is not None:
        message_id, state, reason, ref = found
        report_state(present_crm(), CHANNEL, ref, state, reason=reason, message_id=message_id)
    return Response(status=204)


@blueprint.route("/<token>/incoming", methods=["GET", "POST"])
@public
@foreign
def incoming(token: str) -> Response:
    """Takes a message from a client; given again it is the same one."""
    gateway = _gateway_of(token)
    found = _provider_of(gateway).received(request)
    if found is not None:
        address, body, ref = found
        ref = f"{gateway.id}:{ref}" if ref else ""
        receive_message(present_crm(), CHANNEL, address=address, body=body, provider_ref=ref)
    # Some gateways send what they read here back to the client.
    return Response("", mimetype="text/plain")


def _gateway_of(token: str) -> Gateway:
    # Compared in constant time, with every gateway.
    found = [one for one in all_gateways() if hmac.compare_digest(one.token.encode(), token.encode())]
    if not found or found[0].kind == SMPP:
        raise NotFound
    return found[0]


def _provider_of(gateway: Gateway) -> Any:
    """Returns the provider of a gateway whose callback is genuine; raises Forbidden for a forged one."""
    provider = provider_of(gateway.kind)
    if not provider.is_genuine(present_crm(), gateway, request):
        raise Forbidden
    return provider
