"""Tries a gateway: whether it answers and knows us, without a message."""

from urllib.parse import urlsplit

from core.api import CRM, InvalidInput, ProviderError, address_of, private_hosts
from core.api import gettext as _
from plugins.sms.models import Gateway
from plugins.sms.providers import SMPP
from plugins.sms.providers.addresses import PORTS


def try_gateway(crm: CRM, gateway: Gateway) -> str:
    """Returns the sentence that says the gateway answers; raises InvalidInput with what is wrong."""
    if gateway.kind == SMPP:
        _bind(crm, gateway)
        return _("The gateway answers and knows this login.")
    parts = urlsplit(gateway.address)
    try:
        address_of(parts.hostname or "", parts.port or PORTS[parts.scheme], private_hosts(crm))
    except ProviderError as error:
        raise InvalidInput(error.message) from error
    return _("The gateway's address is known. Whether it knows this login, the first message will tell.")


def _bind(crm: CRM, gateway: Gateway) -> None:
    from plugins.sms.providers.smpp_line import Lost, open_line  # loaded where there is such a gateway

    try:
        open_line(crm, gateway, "transmitter").close()
    except Lost as error:
        raise InvalidInput(str(error)) from error
