"""Gateways: keeping them, and which one serves a number."""

import secrets
from collections.abc import Mapping
from typing import Any

from core.api import CRM, InvalidInput, NotFound, write_history
from core.api import gettext as _
from plugins.sms.models import Delivery, EarlyReceipt, Gateway, IncomingPart, Part
from plugins.sms.providers.addresses import better_address

_FIELDS = (
    "name", "kind", "place", "is_active", "address", "login", "authority", "sender", "prefixes", "per_second",
)  # fmt: skip


def all_gateways() -> list[Gateway]:
    """Returns every gateway in the order in which they are tried."""
    return list(Gateway.select().order_by(Gateway.place, Gateway.id))


def get_gateway(gateway_id: int) -> Gateway:
    """Returns a gateway; raises NotFound."""
    found = Gateway.get_or_none(Gateway.id == gateway_id)
    if found is None:
        raise NotFound(_("There is no such gateway."))
    return found


def save_gateway(crm: CRM, gateway: Gateway | None, values: Mapping[str, Any]) -> Gateway:
    """Returns the gateway, new or changed; an empty secret keeps the old one. Raises InvalidInput by field."""
    _check_address(values["kind"], values["address"])
    row = gateway or Gateway(token=secrets.token_urlsafe(24), created_at=crm.clock.now())
    twin = Gateway.get_or_none(Gateway.name == values["name"].strip())
    if twin is not None and twin.id != row.id:
        sentence = _("There is a gateway of this name already.")
        raise InvalidInput(sentence, fields={"name": [sentence]})
    for name in _FIELDS:
        value = values[name]
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if values.get("secret"):
        row.secret = crm.settings.seal(values["secret"])
    with crm.work():
        row.save()
        write_history(crm, "sms gateway", row.id, "changed" if gateway else "created", {"name": [None, row.name]})
    return row


def delete_gateway(crm: CRM, gateway: Gateway) -> None:
    """Deletes a gateway; raises InvalidInput while messages that went by it still wait for their receipts."""
    with crm.work():
        if Part.select().where(Part.gateway == gateway.id).exists():
            raise InvalidInput(_("Messages went by this gateway, so it is kept. Take it out of use instead."))
        for model in (EarlyReceipt, IncomingPart, Delivery):
            model.delete().where(model.gateway == gateway.id).execute()
        gateway.delete_instance()
        write_history(crm, "sms gateway", gateway.id, "deleted", {"name": [gateway.name, None]})


def gateways_for(number: str, *, is_active: bool = True) -> list[Gateway]:
    """Returns the gateways in use that serve a number, the one with the longest fitting beginning first.

    Without `is_active` those that would if they were in use.
    """
    fitting = []
    for place, gateway in enumerate(one for one in all_gateways() if one.is_active == is_active):
        prefixes = gateway.prefixes.split()
        longest = max((len(one) for one in prefixes if number.startswith(one)), default=0)
        if longest or not prefixes:
            fitting.append((-longest, place, gateway))
    return [gateway for _longest, _place, gateway in sorted(fitting, key=lambda one: one[:2])]


def secret_of(crm: CRM, gateway: Gateway) -> str:
    """Returns the gateway's password or token in clear."""
    return crm.settings.unseal(gateway.secret) if gateway.secret else ""


def _check_address(kind: str, address: str) -> None:
    if example := better_address(kind, address):
        sentence = _("Write the address like %(example)s.", example=example)
        raise InvalidInput(sentence, fields={"address": [sentence]})
