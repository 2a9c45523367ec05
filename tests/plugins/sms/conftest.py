"""The plugin switched on, its gateways, and a client to write to."""

import pytest

from plugins.sms.gateways import save_gateway
from plugins.sms.schemas import GatewaySchema


@pytest.fixture
def enabled_plugins() -> tuple[str, ...]:
    """Returns the plugin under test."""
    return ("sms",)


@pytest.fixture
def gateway(crm):
    """Returns a maker of gateways: `gateway("smpp", "127.0.0.1:2775", login="crm")`."""

    def make_gateway(kind, address, *, name="", **values):
        usual = {
            "name": name or f"{kind} {address}",
            "kind": kind,
            "address": address,
            "login": "crm",
            "secret": "secret",
        }
        return save_gateway(crm, None, {**GatewaySchema().load({**usual, **values})})

    return make_gateway


@pytest.fixture
def own_network(crm):
    """Lets requests go to this machine, as an administrator may for a gateway in the own network."""
    crm.settings.save("webhooks", {"private_hosts": "127.0.0.1"})


@pytest.fixture
def client(make):
    """Returns a client with a mobile phone."""
    return make.client("Ilir Hoxha", phones=["+355691234567"])
