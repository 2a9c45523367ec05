"""Fixtures for tests of the web application."""

import pytest

from tests.core.web.visitor import Visitor


@pytest.fixture
def visitor(crm) -> Visitor:
    """Returns somebody at the door, who is not signed in."""
    return Visitor(crm)


@pytest.fixture
def director(make):
    """Returns somebody who sees everything."""
    return make.user("director", name="Dora Director")
