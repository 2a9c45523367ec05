"""A new plugin's own tests pass at once, and it keeps the contract."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import CRMError
from core.kit.check import check
from core.kit.new import KINDS, new_plugin
from tests.core.hooks.written import write_plugin

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Returns a folder with one new plugin of each kind."""
    made = tmp_path_factory.mktemp("kit") / "plugins"
    for kind in KINDS:
        new_plugin(f"my_{kind}", kind, made)
    return made


def test_the_tests_of_new_plugins_pass(folder):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *(folder / f"my_{kind}/tests" for kind in KINDS),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_keeps_the_contract(folder, kind):
    assert check(str(folder / f"my_{kind}")) == []


def test_a_new_channel_is_small(folder):
    code = [path for path in (folder / "my_channel").rglob("*.py") if "tests" not in path.parts]
    assert sum(path.read_text().count("\n") for path in code) <= 150


@pytest.mark.parametrize("name", ["core", "My", "a-b", "x"])
def test_a_name_that_can_not_be_one_is_refused(tmp_path, name):
    with pytest.raises(CRMError, match="plugin's name"):
        new_plugin(name, "blank", tmp_path)


def test_nothing_is_written_over(folder):
    with pytest.raises(CRMError, match="is there already"):
        new_plugin("my_blank", "blank", folder)


BROKEN = """from flask import Blueprint
from marshmallow import Schema, fields

from core.api import Permission, Routes, SettingsGroup, hook
from core.deals.models import Deal
from core.web.context import public

blueprint = Blueprint("sloppy", __name__)
blueprint.add_url_rule("/open", "open", public(lambda: "x"))


class Look(Schema):
    api_token = fields.String(load_default="")


@hook
def permissions():
    return [Permission("sloppy.see", "See")]


@hook
def routes():
    print("settings", Look().load({})["api_token"])
    return [Routes(blueprint, "/sloppy")]


@hook
def settings_groups():
    return [SettingsGroup("sloppy", "Sloppy", Look)]
"""


def test_what_breaks_the_contract_is_said(tmp_path):
    place = write_plugin(tmp_path, "sloppy", code=BROKEN)
    (place / "migrations").mkdir()
    up = "import core\n\n\ndef up(migration):\n    migration.create_table('stray', 'id id')\n\n\n"
    (place / "migrations" / "m0001_first.py").write_text(
        up + "def down(migration):\n    migration.drop_table('stray')\n"
    )
    (place / "templates" / "clients").mkdir(parents=True)
    (place / "templates" / "sloppy").mkdir()
    (place / "templates" / "sloppy" / "list.html").write_text("<p>\n{% if x %}{{ x | datte }}{% endif %}")
    (place / "templates" / "sloppy" / "card.html").write_text("{% if x }")
    found = "\n".join(check(str(place)))
    for sentence in (
        "README.md needs 5 headings",
        "templates/clients must lie in templates/sloppy/",
        "hooks.py imports core.deals.models",
        "m0001_first.py imports core; a migration is frozen",
        "The setting api_token looks like a secret",
        ", logs api_token: a secret belongs into no log.",
        "templates/sloppy/card.html, line 1: ",
        "templates/sloppy/list.html, line 2: there is no filter datte. Did you mean “date”?",
        "The table stray must be named sloppy_",
    ):
        assert sentence in found


def test_a_plugin_that_can_not_run_says_why(tmp_path):
    place = write_plugin(tmp_path, "sick", code="import nothing_of_the_kind")
    assert any("nothing_of_the_kind" in finding for finding in check(str(place)))


def test_a_place_without_a_plugin_is_refused(tmp_path):
    with pytest.raises(CRMError, match="no plugin of that name"):
        check(str(tmp_path))
