"""The instance's configuration: `customer.toml` and the environment, read once into a frozen object."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from core.errors import ConfigError

FILE_NAME = "customer.toml"
LANGUAGES = ("en", "sq", "ru")
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
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Correct that line.") from error
    unknown = sorted(set(values) - KNOWN_KEYS)
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(sorted(KNOWN_KEYS))}.")
    for key in ("database", "language", "currency", "time_zone"):
        if value := environment.get(f"HINKA_{key.upper()}"):
            values[key] = value
    if "plugins" in values:
        values["plugins"] = tuple(values["plugins"])
    config = Config(folder=folder.resolve(), environment=environment, **values)
    _check(config, path)
    return config


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


def _check(config: Config, path: Path) -> None:
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
