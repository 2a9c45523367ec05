"""What a plugin brings is read from its files; none of its code runs."""

from core.hooks.effects import effects
from core.hooks.plugins import discover
from tests.core.hooks.written import write_plugin

CODE = """from core.api import JobKind, MenuItem, Permission, SettingsGroup, hook, lazy

raise SystemExit("imported")


@hook
def permissions():
    return [Permission("lamp.light", lazy("Light the lamp"), ("seller",))]


@hook
def menu_items():
    return [MenuItem("lamp", lazy("Lamps"), "lamp.index", "bulb")]


@hook
def job_kinds():
    return [JobKind("lamp.dim", print), JobKind(KIND, print)]


def helper():
    return None
"""


def test_tables_pages_rights_jobs_and_hooks_are_named(tmp_path):
    place = write_plugin(tmp_path, "lamp", code=CODE)
    (place / "migrations").mkdir()
    (place / "migrations" / "m0001_first.py").write_text("def up(m):\n    m.create_table('lamp_bulb', 'id id')\n")
    found = effects(discover(tmp_path / "plugins")[0]["lamp"])
    assert (found.pages, found.rights, found.jobs) == (("Lamps",), ("Light the lamp",), ("lamp.dim",))
    assert (found.tables, found.settings) == (("lamp_bulb",), ())
    assert found.hooks == ("permissions", "menu_items", "job_kinds")


def test_code_that_can_not_be_read_names_nothing(tmp_path):
    write_plugin(tmp_path, "broken", code="def (")
    assert effects(discover(tmp_path / "plugins")[0]["broken"]).hooks == ()


def test_the_house_plugins_are_read():
    assert "importers_batch" in effects(discover()[0]["importers"]).tables
