"""Tries a gateway: whether it answers and knows us, without a message."""

import socket
from urllib.parse import urlsplit

from core.api import CRM, InvalidInput, ProviderError, outside
from core.api import gettext as _
from plugins.sms.models import Gateway
from plugins.sms.providers import SMPP
from plugins.sms.providers.addresses import PORTS

TIMEOUT_S = 10


def try_gateway(crm: CRM, gateway: Gateway) -> str:
    """Returns the sentence that says the gateway answers; raises InvalidInput with what is wrong."""
    if gateway.kind == SMPP:
        _bind(crm, gateway)
        return _("The gateway answers and knows this login.")
    parts = urlsplit(gateway.address)
    _reach(crm, parts.hostname or "", parts.port or PORTS[parts.scheme])
    return _("The gateway answers. Whether it knows this login, the first message will tell.")


def _reach(crm: CRM, host: str, port: int) -> None:
    try:
        socket.create_connection((outside.address_of(host, port, outside.private_hosts(crm)), port), TIMEOUT_S).close()
    except ProviderError as error:
        raise InvalidInput(error.message) from error
    except OSError as error:
        words = error.strerror or str(error)
        raise InvalidInput(_("%(host)s can't be reached: %(error)s.", host=host, error=words)) from error


def _bind(crm: CRM, gateway: Gateway) -> None:
    from plugins.sms.providers.smpp_line import Lost, open_line  # loaded where there is such a gateway

    try:
        open_line(crm, gateway, "transmitter").close()
    except Lost as error:
        raise InvalidInput(str(error)) from error
