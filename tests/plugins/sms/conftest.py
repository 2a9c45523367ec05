"""The plugin switched on, its gateways, and a client to write to."""

import threading

import pytest

from plugins.sms import listener
from plugins.sms.gateways import save_gateway
from plugins.sms.providers import smpp_kept_lines
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


@pytest.fixture
def line(crm, gateway, own_network, network):
    """Listens to the module's `network`, as the process of listeners does."""
    made = gateway("smpp", network.address, sender="Hinka", per_second=1000)
    stop = threading.Event()
    thread = threading.Thread(target=listener.keep_line, args=(crm, made, stop))
    thread.start()
    network.got("bound")
    yield made
    stop.set()
    thread.join()
    smpp_kept_lines.close_lines()
