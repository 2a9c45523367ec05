"""Each test runs on a fresh instance with the plugin on, a scripted Pigeon beside it, and no other network."""

from pathlib import Path

import pytest

from core.testing import channel, crm, database_url, make, no_network, own_plugin, queries, web  # noqa: F401

from .pigeon import TOKEN, flying

own_plugin(Path(__file__).parents[1] / "messenger")


@pytest.fixture
def enabled_plugins():
    return ("messenger",)


@pytest.fixture(autouse=True)
def offline(no_network):
    """Refuses the network to every test."""


@pytest.fixture
def pigeon(crm):
    with flying() as server:
        crm.settings.save("messenger", {"url": server.url, "token": TOKEN})
        yield server
