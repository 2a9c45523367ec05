"""Every plugin of the house keeps the contract that it asks of others."""

import pytest

from core.hooks.plugins import discover
from core.kit.check import check


@pytest.mark.parametrize("name", sorted(discover()[0]))
def test_a_plugin_of_the_house_keeps_the_contract(name):
    assert check(name) == []
