"""Settings: typed, strict, with precedence, secrets encrypted."""

import pytest
from marshmallow import Schema, fields

from core.config import Config
from core.errors import ConfigError, InvalidInput, NotFound
from core.hooks.contributions import SettingsGroup
from core.settings import Setting, Settings, instance_key


class Gateway(Schema):
    """Settings of a made-up gateway."""

    host = fields.String(load_default="localhost")
    port = fields.Integer(load_default=25)
    secret = fields.String(load_default="", metadata={"secret": True})


GROUP = SettingsGroup("gateway", "Gateway", Gateway)


@pytest.fixture
def settings(crm):
    crm.settings.add_group(GROUP)
    return crm.settings


def with_config(crm, **changes) -> Settings:
    settings = Settings(Config(**{**crm.config.__dict__, **changes}), instance_key(crm.config))
    settings.add_group(GROUP)
    return settings


def test_defaults_count_when_nothing_is_said(settings):
    assert settings.get("gateway") == {"host": "localhost", "port": 25, "secret": ""}


def test_what_is_saved_beats_the_default(settings):
    settings.save("gateway", {"port": "2525"})
    assert settings.get("gateway")["port"] == 2525


def test_customer_toml_beats_what_is_saved(crm, settings):
    settings.save("gateway", {"port": 1})
    assert with_config(crm, settings={"gateway": {"port": 2}}).get("gateway")["port"] == 2


def test_environment_beats_customer_toml(crm):
    fixed = with_config(crm, settings={"gateway": {"port": 2}}, environment={"HINKA_GATEWAY_PORT": "3"})
    assert (fixed.get("gateway")["port"], fixed.fixed_names("gateway")) == (3, {"port"})


def test_a_wrong_value_in_customer_toml_is_refused_by_name(crm):
    with pytest.raises(ConfigError, match=r"gateway\.port"):
        with_config(crm, settings={"gateway": {"port": "many"}})


def test_an_unknown_setting_is_refused(settings):
    with pytest.raises(InvalidInput) as refused:
        settings.save("gateway", {"colour": "red"})
    assert "colour" in refused.value.fields


def test_a_wrong_value_is_refused_and_nothing_saved(settings):
    with pytest.raises(InvalidInput):
        settings.save("gateway", {"host": "mail", "port": "many"})
    assert Setting.select().where(Setting.plugin == "gateway").count() == 0


def test_a_secret_is_kept_encrypted(settings):
    settings.save("gateway", {"secret": "open sesame"})
    assert "sesame" not in str(Setting.get(Setting.name == "secret").value)
    assert settings.get("gateway")["secret"] == "open sesame"


def test_an_empty_secret_keeps_the_old_one(settings):
    settings.save("gateway", {"secret": "open sesame"})
    settings.save("gateway", {"secret": "", "host": "mail"})
    assert settings.get("gateway")["secret"] == "open sesame"


def test_a_group_that_nobody_declared_is_not_found(settings):
    with pytest.raises(NotFound, match="ghost"):
        settings.get("ghost")
