"""Fixtures for tests of the web application."""

import pytest

from tests.core.web.visitor import Visitor


@pytest.fixture
def visitor(crm) -> Visitor:
    """Returns somebody at the door, who is not signed in."""
    return Visitor(crm)
