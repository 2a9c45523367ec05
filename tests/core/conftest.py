"""Fixtures of several folders of the core's tests."""

import pytest

from core.fields import Entity, entity
from core.testing import Filling
from tests.core.things import WITH_THINGS, thing_entity


@pytest.fixture
def filling(request) -> Filling | None:
    """Returns the tables of things for those tests that ask for things."""
    return WITH_THINGS if "things" in request.fixturenames else None


@pytest.fixture
def things(crm) -> Entity:
    """Returns the entity of things, made known to the instance."""
    crm.entities["thing"] = thing_entity
    return entity(crm, "thing")
