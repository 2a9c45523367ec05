"""The instance's configuration: `customer.toml` and the environment, read once into a frozen object."""

import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from core.errors import ConfigError, guess

FILE_NAME = "customer.toml"
LANGUAGES = ("en", "sq", "ru")
TEXT = '{key} = "…", a text in quotes'
EXAMPLES = {
    "plugins": 'plugins = ["importers"], a list of names',
    "deal_types": 'deal_types = ["sale"], a list of names',
    "settings": '[settings.company] on a line of its own, and below it company_name = "…"',
}
KNOWN_KEYS = {"name", "database", "language", "currency", "country", "time_zone", "plugins", "settings", "base_url"}


@dataclass(frozen=True)
class Config:
    """What one customer's instance is: where it lives, its database, language, currency and zone."""

    folder: Path
    name: str = "Hinka"
    database: str = "sqlite:///hinka.db"
    language: str = "en"
    currency: str = "EUR"
    country: str = "AL"
    time_zone: str = "Europe/Tirane"
    base_url: str = ""
    plugins: tuple[str, ...] | None = None
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def files(self) -> Path:
        """The folder of uploaded files."""
        return self.folder / "files"

    @property
    def cache_folder(self) -> Path:
        """The folder of what is made anew when it is missing."""
        return self.folder / "cache"

    @property
    def secret_file(self) -> Path:
        """The file that holds the key which signs sessions and encrypts secrets."""
        return self.folder / "secret.key"


def read_config(folder: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Returns the configuration of the instance in `folder`.

    Environment variables `HINKA_DATABASE`, `HINKA_LANGUAGE`, `HINKA_CURRENCY`, `HINKA_TIME_ZONE` win over the file.
    Raises ConfigError, naming file and key, if the file is missing or something in it can't be understood.
    """
    environment = dict(os.environ if environment is None else environment)
    path = folder / FILE_NAME
    if not path.exists():
        raise ConfigError(f"There is no {path}: make the instance first with “hinka --instance {folder} init”.")
    values = read_values(path, KNOWN_KEYS)
    for key in ("database", "language", "currency", "time_zone"):
        if value := environment.get(f"HINKA_{key.upper()}"):
            values[key] = value
    if "plugins" in values:
        values["plugins"] = tuple(values["plugins"])
    config = Config(folder=folder.resolve(), environment=environment, **values)
    check_config(config, path)
    return config


def read_values(path: Path, known: Collection[str]) -> dict[str, Any]:
    """Returns what a TOML file says; raises ConfigError, with line or key, for what can't be understood."""
    try:
        text = path.read_text("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}. Name a file that you may read.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} holds letters that are not UTF-8: save it in that encoding.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_not_toml(path, text, str(error))) from error
    for key in sorted(set(values) - set(known)):
        listed = guess(key, known) or f" Known are {', '.join(sorted(known))}."
        raise ConfigError(f"{path}: there is no key “{key}”.{listed}")
    for key, value in values.items():
        if not _fits(key, value):
            raise ConfigError(f"{path}: {key} is written like this: {EXAMPLES.get(key, TEXT).format(key=key)}.")
    return values


def write_config(config: Config) -> None:
    """Writes `customer.toml` of a new instance into its folder."""
    lines = ["# One customer's instance of Hinka. Secrets don't belong here: they come from the environment."]
    for key in ("name", "database", "language", "currency", "country", "time_zone"):
        value = str(getattr(config, key)).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'{key} = "{value}"')
    if config.base_url:
        lines.append(f'base_url = "{config.base_url}"')
    config.folder.mkdir(parents=True, exist_ok=True)
    (config.folder / FILE_NAME).write_text("\n".join(lines) + "\n", "utf-8")


def with_database(text: str, url: str) -> str:
    """Returns the text of a `customer.toml` with another database, and all else as it was."""
    rest = re.sub(r"^database\s*=.*\n?", "", text, count=1, flags=re.MULTILINE)
    return f"database = {json.dumps(url)}\n{rest}"


def check_config(config: Config, path: Path) -> None:
    """Raises ConfigError, naming the file, for a value that Hinka can't work with."""
    if config.language not in LANGUAGES:
        raise ConfigError(f"{path}: language {config.language!r} is unknown; use one of {', '.join(LANGUAGES)}.")
    try:
        ZoneInfo(config.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"{path}: time_zone {config.time_zone!r} is unknown; write it like Europe/Tirane.") from error
    try:
        known = config.currency in Locale.parse("en").currencies
    except UnknownLocaleError as error:
        raise ConfigError(f"{path}: {error}") from error
    if not known:
        raise ConfigError(f"{path}: currency {config.currency!r} is unknown; use a code such as EUR, ALL or RUB.")
    address = urlsplit(config.base_url)
    if config.base_url and not (address.scheme in ("http", "https") and address.netloc):
        host = config.base_url.rpartition("://")[2] or "crm.example.com"
        raise ConfigError(f"{path}: base_url is the whole address that people type, say https://{host}.")


def _not_toml(path: Path, text: str, error: str) -> str:
    place = re.search(r" \(at line (\d+), column \d+\)", error)
    lines = text.splitlines() or [""]
    number, line = (
        (int(place[1]), lines[int(place[1]) - 1]) if place and int(place[1]) <= len(lines) else (0, lines[-1])
    )
    where = f"line {number}" if number else "the last line"
    remedy = 'Text stands in quotes and a list in brackets: name = "Kafe Mira", plugins = ["importers"].'
    return f"{path} is not valid TOML, see {where}: {line.strip()}. {remedy}"


def _fits(key: str, value: object) -> bool:
    if key in ("plugins", "deal_types"):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if key == "settings":
        return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())
    return isinstance(value, str)
