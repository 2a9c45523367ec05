"""Settings of core and plugins: typed by a marshmallow schema, strict, secrets encrypted.

Precedence: environment (`HINKA_<GROUP>_<NAME>`) > customer.toml `[settings.<group>]` > saved in the interface >
default.
"""

import os
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from marshmallow import Schema, ValidationError
from peewee import CharField, JSONField

from core.config import Config
from core.errors import ConfigError, InvalidInput, NotFound
from core.hooks.contributions import SettingsGroup
from core.i18n import _
from core.once import once
from core.store.fields import Record
from core.store.written import Written


class Setting(Record):
    """One saved value."""

    plugin = CharField()
    name = CharField()
    value = JSONField(null=True)

    class Meta:
        table_name = "core_setting"


class Settings:
    """Reads and writes the settings of every group."""

    def __init__(self, config: Config, key: bytes) -> None:
        self.config = config
        self.groups: dict[str, SettingsGroup] = {}
        self._fernet = Fernet(key)
        # By group: what was saved when it was last read, and what that came to.
        self._read: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def add_group(self, group: SettingsGroup) -> None:
        """Takes a group in, and checks what environment and customer.toml say for it (ConfigError if wrong)."""
        schema: Schema = group.schema()
        given = self._fixed(group.key, schema)
        try:
            schema.load(given, partial=True)
        except ValidationError as error:
            name, sentences = next(iter(error.normalized_messages().items()))
            raise ConfigError(f"Setting {group.key}.{name}: {sentences[0]} Correct customer.toml.") from error
        self.groups[group.key] = group
        self._read.pop(group.key, None)

    def get(self, key: str) -> dict[str, Any]:
        """Returns the values of a group, each from the strongest source that has it."""
        group, saved = self._group(key), once("settings", _saved).get(key, {})
        if key not in self._read or self._read[key][0] != saved:
            self._read[key] = saved, self._load(group, saved)
        return dict(self._read[key][1])

    def _load(self, group: SettingsGroup, saved: Mapping[str, Any]) -> dict[str, Any]:
        schema: Schema = group.schema()
        values = {}
        for name, field in schema.fields.items():
            if name in saved:
                values[name] = self.unseal(saved[name]) if _is_secret(field) else saved[name]
        values.update(self._fixed(group.key, schema))
        return schema.load({name: value for name, value in values.items() if name in schema.fields})

    def fixed_names(self, key: str) -> set[str]:
        """Returns the names that the environment or customer.toml decide, so that the interface can't."""
        return set(self._fixed(key, self._group(key).schema()))

    def save(self, key: str, given: Mapping[str, Any]) -> None:
        """Checks and saves values of a group; an empty secret keeps the old one. Raises InvalidInput per field."""
        schema: Schema = self._group(key).schema()
        kept = {name for name, field in schema.fields.items() if _is_secret(field) and given.get(name) == ""}
        given = {name: value for name, value in given.items() if name not in kept}
        try:
            loaded = schema.load(given, partial=True)
        except ValidationError as error:
            raise InvalidInput(_("Some settings can't be saved; see the marks."), fields=error.messages) from error
        dumped = schema.dump(loaded)
        for name in given:
            value = self.seal(str(dumped[name])) if _is_secret(schema.fields[name]) else dumped[name]
            Setting.insert(plugin=key, name=name, value=value).on_conflict(
                conflict_target=[Setting.plugin, Setting.name], update={Setting.value: value}
            ).execute()

    def seal(self, secret: str) -> str:
        """Returns a secret encrypted with the instance's key, as the database may keep it."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Returns a sealed secret; raises ConfigError when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            sentence = "A saved secret can't be decrypted: put the old secret.key back, or type it anew."
            raise ConfigError(sentence) from error

    def _group(self, key: str) -> SettingsGroup:
        if key not in self.groups:
            raise NotFound(_("There are no settings called %(key)s.", key=key))
        return self.groups[key]

    def _fixed(self, key: str, schema: Schema) -> dict[str, Any]:
        values = dict(self.config.settings.get(key, {}))
        for name in schema.fields:
            variable = f"HINKA_{key}_{name}".upper()
            if variable in self.config.environment:
                values[name] = self.config.environment[variable]
        return values


def instance_key(config: Config) -> bytes:
    """Returns the instance's secret key, from HINKA_SECRET_KEY or secret.key, which is made when missing."""
    if value := config.environment.get("HINKA_SECRET_KEY"):
        return value.encode()
    path = config.secret_file
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
    return path.read_bytes().strip()


def _saved() -> dict[str, dict[str, Any]]:
    """Returns all saved values, by group: they are few, and a page asks for those of several groups."""
    found: dict[str, dict[str, Any]] = {}
    for row in _ALL.rows():
        found.setdefault(row.plugin, {})[row.name] = row.value
    return found


_ALL = Written(lambda: Setting.select())


def _is_secret(field: Any) -> bool:
    return bool(field.metadata.get("secret"))
