"""A plugin's data is exported and removed, after its name was typed."""

import json
import zipfile

import pytest

from core.boot import boot
from core.config import Config, read_config, write_config
from core.errors import Conflict, CRMError, InvalidInput, NotFound
from core.hooks.switch import disable, enable
from core.instance.uninstall import begin_uninstall, check_removal, data_of, last_removal, uninstall
from core.jobs import Job
from core.store.migrate import pending, steps_in
from core.users.models import Role
from core.users.roles import ensure_roles
from tests.core.hooks.written import write_plugin

CODE = "from core.api import Permission, hook\n\n\n@hook\ndef permissions():\n"
CODE += "    return [Permission('lamp.light', 'Light', ('seller',))]\n"
UP = "def up(migration):\n    migration.create_table('lamp_bulb', 'id id\\n name text')\n"
DOWN = "\n\ndef down(migration):\n    migration.drop_table('lamp_bulb')\n"


@pytest.fixture
def folder(tmp_path):
    write_config(Config(folder=tmp_path))
    return tmp_path


def booted(folder):
    return boot(read_config(folder, environment={}))


def lamp(folder, down=DOWN):
    """Returns an instance in which the plugin `lamp` is off and has one bulb."""
    place = write_plugin(folder, "lamp", code=CODE)
    (place / "migrations").mkdir()
    (place / "migrations" / "m0001_first.py").write_text(UP + down)
    enable(booted(folder), "lamp")
    crm = booted(folder)
    ensure_roles(crm)
    crm.database.execute_sql("INSERT INTO lamp_bulb (name) VALUES ('Osram')")
    crm.jobs.enqueue("lamp.dim", {})
    return crm


def switched_off(folder, crm):
    disable(crm, "lamp")
    return booted(folder)


def rows_of(crm):
    return [(size.table, size.rows) for size in data_of(crm, "lamp")]


def test_data_is_exported_then_gone_for_good(folder):
    crm = switched_off(folder, lamp(folder))
    assert rows_of(crm) == [("lamp_bulb", 1)]
    file = uninstall(crm, "lamp")
    with zipfile.ZipFile(file) as archive:
        rows = archive.read("tables/lamp_bulb.jsonl").decode().splitlines()
        assert json.loads(archive.read("plugin.json"))["plugin"] == "lamp"
    assert json.loads(rows[1]) == [1, "Osram"]
    assert "lamp_bulb" not in crm.database.get_tables()
    assert Job.select().where(Job.plugin == "lamp").count() == 0
    assert "lamp.light" not in Role.get(Role.key == "seller").permissions
    steps = steps_in("lamp", folder / "plugins" / "lamp" / "migrations")
    assert pending(crm.database, steps) == steps


def test_it_can_be_switched_on_afresh(folder):
    crm = switched_off(folder, lamp(folder))
    uninstall(crm, "lamp")
    enable(crm, "lamp")
    assert rows_of(booted(folder)) == [("lamp_bulb", 0)]


@pytest.mark.parametrize("typed", ["", "Lamp", "lamps"])
def test_the_name_must_be_typed(folder, typed):
    crm = switched_off(folder, lamp(folder))
    with pytest.raises(InvalidInput, match="lamp"):
        check_removal(crm, "lamp", typed)
    assert rows_of(crm) == [("lamp_bulb", 1)]


def test_a_plugin_that_is_on_keeps_its_data(folder):
    crm = lamp(folder)
    with pytest.raises(Conflict, match="switch it off first"):
        uninstall(crm, "lamp")
    with pytest.raises(NotFound, match="ghost"):
        uninstall(crm, "ghost")


def test_migrations_that_can_not_go_back_remove_nothing(folder):
    crm = switched_off(folder, lamp(folder, down="\n\ndef down(migration):\n    raise ValueError('stuck')\n"))
    with pytest.raises(CRMError, match="stuck"):
        uninstall(crm, "lamp")
    assert rows_of(crm) == [("lamp_bulb", 1)]


def test_tables_of_a_plugin_with_a_longer_name_are_not_its_own(folder):
    write_plugin(folder, "lamp_shop")
    crm = lamp(folder)
    crm.database.execute_sql("CREATE TABLE lamp_shop_order (id integer)")
    assert [size.table for size in data_of(crm, "lamp")] == ["lamp_bulb"]


def test_a_job_removes_the_data_and_says_where_it_is_kept(folder):
    crm = switched_off(folder, lamp(folder))
    job = begin_uninstall(crm, "lamp", "lamp")
    assert begin_uninstall(crm, "lamp", "lamp").id == job.id
    crm.jobs.run_waiting()
    (file,) = (folder / "exports").glob("lamp-*.zip")
    assert (rows_of(crm), last_removal("lamp").state, last_removal("lamp").progress_note) == ([], "done", str(file))
    Job.update(state="waiting").where(Job.id == job.id).execute()  # its worker died at the very end
    crm.jobs.run_waiting()
    assert list((folder / "exports").iterdir()) == [file]


def test_a_removal_that_fails_says_why_and_is_not_tried_by_itself(folder):
    crm = switched_off(folder, lamp(folder, down="\n\ndef down(migration):\n    raise ValueError('stuck')\n"))
    begin_uninstall(crm, "lamp", "lamp")
    crm.jobs.run_waiting()
    removal = last_removal("lamp")
    assert (removal.state, "can't be taken back: stuck. Nothing was removed." in removal.last_error) == ("failed", True)
    assert (rows_of(crm), last_removal("other")) == ([("lamp_bulb", 1)], None)
