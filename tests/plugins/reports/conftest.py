"""Fixtures of the reports' tests: a generated base in a running instance."""

import pytest

from core.api import User
from core.testing import Filling
from plugins.reports.registry import make_report
from tests.plugins.reports.base import Base, generate, write

BASE = Filling("base", lambda crm: write(crm, generate(400)))


@pytest.fixture
def enabled_plugins() -> tuple[str, ...]:
    return ("reports",)


@pytest.fixture
def filling(request) -> Filling | None:
    """Returns the base for those tests that ask for it."""
    return BASE if "base" in request.fixturenames else None


@pytest.fixture
def base(crm) -> Base:
    """Returns a base of 400 deals that is written into the database."""
    base = generate(400)
    base.users = {user.name: user for user in User.select().where(User.name.in_(list(base.teams)))}
    return base


@pytest.fixture
def report(crm):
    """Returns a function that makes a report's data: `report("funnel-closed", type="Sale")`."""

    def make(name: str, user=None, **params):
        pairs = [
            (key.rstrip("_").replace("__", "."), value)
            for key, values in params.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return make_report(crm, user, name, pairs)

    return make
