"""What hangs while it has the turn of writers: its process goes, its plugin is stopped, and everybody writes again."""

import pytest

from tests import servers
from tests.core.serve.swamp import swamp_of, text_of, waiting_in_vain, with_swamp
from tests.serving import answers, hinka
from tests.waiting import until

STOPPED = ("refused", "its deal_turned did not come back within 20 s.")


@pytest.mark.parametrize(
    ("database", "page"), [("sqlite", "turn"), ("sqlite", "job"), ("postgres", "turn")], ids=lambda value: value
)
def test_a_hook_that_hangs_inside_a_unit_of_work_costs_its_plugin_everything(tmp_path, database, page):
    # On PostgreSQL there is no turn of writers, so that it goes the way of every hook that hangs.
    url = servers.postgres_database_url() if database == "postgres" else "sqlite:///hinka.db"
    assert hinka("--instance", str(tmp_path), "init", "--database", url).returncode == 0
    with with_swamp(tmp_path) as served, waiting_in_vain(f"{served}/swamp/{page}"):
        until(lambda: text_of(f"{served}/swamp/edge").startswith("404"), 120)
        until(lambda: swamp_of(tmp_path) == STOPPED, 120)
        assert hinka("--instance", str(tmp_path), "plugin", "resume", "swamp").returncode == 0
        until(lambda: text_of(f"{served}/swamp/edge").isdigit(), 120)
        assert answers(f"{served}/healthz")
