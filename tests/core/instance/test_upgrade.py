"""An upgrade is rehearsed on a copy, done as a whole or not at all, and taken back by one command."""

import pytest

from core.boot import boot
from core.clients.models import Client
from core.clients.services import create_client
from core.config import Config, read_config, write_config
from core.errors import Conflict, CRMError, NotFound
from core.hooks.switch import enable
from core.instance import releases
from core.instance.upgrade import MARK, Rehearsal, _copies, _copy_database, _named, at_work, go_back, rehearse, upgrade
from tests import servers
from tests.core.hooks.written import write_plugin

GOOD = "def up(migration):\n    migration.create_table('lamp_bulb', 'id id')\n"
BAD = "def up(migration):\n    migration.create_table('lamp_socket', 'id id')\n    raise ValueError('short circuit')\n"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def config(request, tmp_path, worker):
    """Returns an instance of the release before, with a client and the plugin lamp, which brings a migration now."""
    url = "sqlite:///hinka.db" if request.param == "sqlite" else servers.postgres_database_url(worker)
    write_config(Config(folder=tmp_path, database=url))
    write_plugin(tmp_path, "lamp")
    config = read_config(tmp_path, environment={})
    crm = boot(config)
    enable(crm, "lamp")
    create_client(crm, name="Kafe Mira")
    closed(crm)
    yield config
    if request.param == "postgres":
        servers.drop_postgres_database(url)


def closed(crm):
    crm.database.close()
    crm.database.close_all()


def bring(config, code):
    (config.folder / "plugins" / "lamp" / "migrations").mkdir(exist_ok=True)
    (config.folder / "plugins" / "lamp" / "migrations" / "m0001_bulb.py").write_text(code)


def tables(config):
    from core.store.database import open_database

    database = open_database(config.database, config.folder)
    found = set(database.get_tables())
    database.close()
    database.close_all()
    return found


def test_a_rehearsal_tells_what_it_does_and_changes_nothing(config):
    bring(config, GOOD)
    shown = rehearse(config)
    assert [(step.owner, step.name) for step in shown.steps] == [("lamp", "m0001_bulb")]
    assert (shown.refused, shown.steps[0].tables) == ((), ("lamp_bulb",))
    assert "lamp: README.md needs 5 headings (## What it does, …); it has 0." in shown.contract
    assert "lamp_bulb" not in tables(config)


def test_an_upgrade_is_done_and_taken_back(config):
    bring(config, GOOD)
    upgrade(config)
    assert "lamp_bulb" in tables(config)
    go_back(config)
    assert "lamp_bulb" not in tables(config)
    crm = boot(config, without=["lamp"])
    assert Client.get().name == "Kafe Mira"
    closed(crm)


def test_one_goes_back_step_by_step_or_to_a_release_as_far_as_it_is_kept(config, tmp_path, monkeypatch):
    monkeypatch.setattr("core.instance.upgrade.rehearse", lambda _config: Rehearsal((), (), (), 0))
    for version in ("1.0", "1.1", "1.2", "1.3"):
        (tmp_path / version).mkdir()
        releases.link(config.folder, tmp_path / version)
        upgrade(config)
        crm = boot(config)
        create_client(crm, name=f"of the release after {version}")
        closed(crm)
    releases.link(config.folder, tmp_path)
    assert [one.release.name for one in releases.earlier(config.folder)] == ["1.1", "1.2", "1.3"]
    assert go_back(config).release.name == "1.3"
    with pytest.raises(NotFound, match=r"no way back to a release 1\.0; there is one to 1\.1, 1\.2"):
        go_back(config, "1.0")
    assert go_back(config, str(tmp_path / "1.1")).release == releases.current(config.folder) == tmp_path / "1.1"
    crm = boot(config)
    assert [client.name for client in Client.select().order_by(Client.id)] == ["Kafe Mira", "of the release after 1.0"]
    closed(crm)
    with pytest.raises(NotFound, match="no copy"):
        go_back(config)


def test_an_upgrade_that_fails_costs_no_way_back(config, tmp_path, monkeypatch):
    monkeypatch.setattr("core.instance.upgrade.rehearse", lambda _config: Rehearsal((), (), (), 0))
    for _time in range(releases.KEPT):
        upgrade(config)
    before = releases.earlier(config.folder)
    monkeypatch.setattr("core.instance.upgrade.core_steps", broken_off)
    with pytest.raises(OSError, match="disk"):
        upgrade(config)
    assert releases.earlier(config.folder) == before
    assert go_back(config, str(before[0].release)).copy == before[-1].copy


def test_copies_of_older_releases_stay_until_three_newer_ones_are_there(config, monkeypatch):
    """Their own `--back` finds them by their names, without a list."""
    monkeypatch.setattr("core.instance.upgrade.rehearse", lambda _config: Rehearsal((), (), (), 0))
    old = f"{MARK}_20260101120000"
    _copy_database(config.database, config.folder, _named(config, old), config.folder)
    for _time in range(releases.KEPT - 1):
        upgrade(config)
    go_back(config)
    upgrade(config)
    assert old in _copies(config)
    upgrade(config)
    assert sorted(_copies(config)) == [one.copy for one in releases.earlier(config.folder)]


def broken_off():
    raise OSError("The disk is full.")


def test_one_does_not_go_back_to_a_release_that_was_deleted(config, tmp_path, monkeypatch):
    monkeypatch.setattr("core.instance.upgrade.rehearse", lambda _config: Rehearsal((), (), (), 0))
    (tmp_path / "1.0").mkdir()
    releases.link(config.folder, tmp_path / "1.0")
    bring(config, GOOD)
    upgrade(config)
    (tmp_path / "1.0").rmdir()
    with pytest.raises(NotFound, match="unpack it there again"):
        go_back(config)
    assert "lamp_bulb" in tables(config)


def test_an_upgrade_that_would_break_a_plugin_changes_nothing(config):
    bring(config, BAD)
    with pytest.raises(CRMError, match="short circuit"):
        upgrade(config)
    assert {"lamp_bulb", "lamp_socket"} & tables(config) == set()


def test_while_hinka_is_served_nothing_is_upgraded(config):
    with at_work(config.folder), pytest.raises(Conflict, match="stop “hinka serve” first"):
        upgrade(config)


def test_without_a_copy_there_is_no_way_back(config):
    with pytest.raises(NotFound, match="no copy"):
        go_back(config)


@pytest.fixture
def releases_beside(tmp_path):
    """Returns two releases; the program of the second writes its arguments down and ends as the file `status` says."""
    for name in ("old", "new"):
        program = tmp_path / name / ".venv" / "bin" / "hinka"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit $(cat {tmp_path}/status)\n')
        program.chmod(0o755)
    (tmp_path / "status").write_text("0")
    (tmp_path / "instance").mkdir()
    releases.link(tmp_path / "instance", tmp_path / "old")
    return tmp_path


def test_an_instance_goes_over_to_a_release_that_took_it(releases_beside):
    here = releases_beside
    releases.go_to(here / "instance", here / "new")
    assert (here / "asked").read_text() == f"--instance {here}/instance upgrade\n"
    assert releases.current(here / "instance") == here / "new"


def test_an_instance_stays_with_its_release_when_the_other_fails(releases_beside):
    here = releases_beside
    (here / "status").write_text("1")
    with pytest.raises(CRMError, match="stays with its release"):
        releases.go_to(here / "instance", here / "new")
    with pytest.raises(NotFound, match="unpack the release there"):
        releases.go_to(here / "instance", here / "nowhere")
    assert releases.current(here / "instance") == here / "old"


def test_a_rehearsal_with_another_release_leaves_the_link(releases_beside):
    here = releases_beside
    releases.go_to(here / "instance", here / "new", only_rehearse=True)
    assert (here / "asked").read_text().endswith("upgrade --rehearse\n")
    assert releases.current(here / "instance") == here / "old"
