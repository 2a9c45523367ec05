"""A customer's set-up goes into a file, and an instance like it comes out of the file."""

import tomllib

import pytest

from core.boot import boot
from core.config import Config, read_config, write_config
from core.errors import ConfigError
from core.hooks.switch import disable, saved_names
from core.instance.customer import apply, export, profiles, read_set_up
from core.stages.models import DealType
from tests.core.hooks.written import write_plugin
from tests.serving import hinka

SETTINGS = """from marshmallow import Schema, fields

from core.api import SettingsGroup, hook


class Lamp(Schema):
    colour = fields.String(load_default="red")
    token = fields.String(load_default="", metadata={"secret": True})


@hook
def settings_groups():
    return [SettingsGroup("lamp", "Lamp", Lamp)]
"""


@pytest.fixture
def crm(tmp_path):
    """Returns an Albanian instance with a lamp, whose secret is saved, and without importers."""
    folder = tmp_path / "first"
    write_config(Config(folder=folder, name="Shitje", language="sq", currency="ALL"))
    write_plugin(folder, "lamp", code=SETTINGS, extra="default_on = true\n")
    crm = boot(read_config(folder, environment={}))
    disable(crm, "importers")
    crm.settings.save("lamp", {"colour": "blue “dark”", "token": "top secret"})
    yield crm
    crm.database.close()
    crm.database.close_all()


def test_the_set_up_has_plugins_and_settings_but_no_secret(crm):
    text = export(crm)
    values = tomllib.loads(text)
    assert (values["language"], sorted(values["plugins"])) == ("sq", ["lamp", "reports"])
    assert values["settings"]["lamp"] == {"colour": "blue “dark”"}
    assert "secret" not in text.splitlines()[-1]


def test_an_instance_is_made_like_the_first(crm, tmp_path):
    file = tmp_path / "set-up.toml"
    file.write_text(export(crm).replace("[settings.lamp]", "[settings.company]").replace("colour", "company_name"))
    file.write_text(file.read_text().replace(', "lamp"', ""))
    made = hinka("--instance", str(tmp_path / "second"), "init", "--from", str(file))
    assert made.returncode == 0, made.stderr
    second = boot(read_config(tmp_path / "second", environment={}))
    assert (second.config.name, second.config.language, second.config.currency) == ("Shitje", "sq", "ALL")
    assert saved_names(second) == ["reports"]
    assert second.settings.get("company")["company_name"] == "blue “dark”"
    second.database.close_all()


def test_a_plugin_that_is_not_installed_is_named(crm):
    with pytest.raises(ConfigError, match="no plugin ghost"):
        apply(crm, {"plugins": ["ghost"]})


@pytest.mark.parametrize("text", ["colour = ", 'colour = "red"'])
def test_a_file_that_is_no_set_up_is_refused(tmp_path, text):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ConfigError, match="x.toml"):
        read_set_up(tmp_path / "x.toml")


@pytest.mark.parametrize(("profile", "types"), [("retail", 1), ("projects", 2), ("call-centre", 2)])
def test_a_profile_is_what_such_a_company_begins_with(tmp_path, profile, types):
    file = tmp_path / "own.toml"
    file.write_text('language = "ru"\n[settings.company]\ncompany_name = "Альянс"\n')
    made = hinka("--instance", str(tmp_path / "made"), "init", "--profile", profile, "--from", str(file))
    assert made.returncode == 0, made.stderr
    crm = boot(read_config(tmp_path / "made", environment={}))
    assert (crm.config.currency, DealType.select().count()) == ("RUB", types)
    company = crm.settings.get("company")
    assert (company["company_name"], company["usual_least"]) == ("Альянс", 10 if profile == "projects" else 50)
    crm.database.close()
    crm.database.close_all()


def test_every_profile_is_tried_here():
    assert profiles() == ["call-centre", "projects", "retail"]
