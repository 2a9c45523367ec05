"""customer.toml and the environment become one frozen configuration, or a sentence."""

from dataclasses import FrozenInstanceError

import pytest

from core.config import FILE_NAME, Config, read_config, with_database, write_config
from core.errors import ConfigError


def read(folder, text="", **environment):
    (folder / FILE_NAME).write_text(text)
    return read_config(folder, environment)


def test_what_was_written_is_read_back(tmp_path):
    written = Config(tmp_path, name='Kafe "Mira" \\ Bijtë', language="sq", currency="ALL", time_zone="Europe/Belgrade")
    write_config(written)
    config = read_config(tmp_path, {})
    assert (config.name, config.language, config.currency, config.time_zone) == (
        written.name,
        "sq",
        "ALL",
        "Europe/Belgrade",
    )


def test_another_database_leaves_all_else_as_it_was(tmp_path):
    text = (
        '# Mira\nname = "Mira"\ndatabase = "sqlite:///x.db"\nplugins = []\n\n[settings.company]\ncompany_name = "M"\n'
    )
    config = read(tmp_path, with_database(text, "postgresql://hinka@/mira"))
    assert (config.database, config.name, config.plugins) == ("postgresql://hinka@/mira", "Mira", ())
    assert config.settings == {"company": {"company_name": "M"}}


def test_the_environment_beats_the_file(tmp_path):
    assert read(tmp_path, 'currency = "EUR"', HINKA_CURRENCY="RUB").currency == "RUB"


def test_a_missing_file_tells_how_to_make_an_instance(tmp_path):
    with pytest.raises(ConfigError, match=r"hinka --instance .* init"):
        read_config(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "not valid TOML"),
        ('colour = "red"', "there is no key “colour”"),
        ('language = "xx"', "use one of en, sq, ru"),
        ('time_zone = "Mars/Base"', "write it like Europe/Tirane"),
        ('currency = "DOUBLOON"', "use a code such as EUR"),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(tmp_path, text, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read(tmp_path, text)


def test_the_configuration_is_frozen(tmp_path):
    with pytest.raises(FrozenInstanceError):
        read(tmp_path).name = "other"


def test_the_environment_is_not_shown(tmp_path):
    assert "hush" not in repr(read(tmp_path, HINKA_SECRET_KEY="hush"))
