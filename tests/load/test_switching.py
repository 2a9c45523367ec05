"""Plugins are switched while clients work and pages stand open: nobody notices. `make bench` does it at full size."""

import pytest

from tests import servers
from tests.load.switching import make_instance, switch_under_load


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, worker):
    """Returns the address of an empty database."""
    if request.param == "sqlite":
        yield "sqlite:///hinka.db"
        return
    url = servers.postgres_database_url(worker)
    yield url
    servers.drop_postgres_database(url)


def test_nobody_notices_that_plugins_are_switched(tmp_path, database):
    instance = make_instance(tmp_path / "instance", database)
    seen = switch_under_load(instance, database, switches=10, clients=8, streams=30)
    assert (seen.errors, seen.refused) == ([], [])
    assert seen.done == {"done": seen.jobs}
    assert len(seen.followed_s) == 2
